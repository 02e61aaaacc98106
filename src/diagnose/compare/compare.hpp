#pragma once
// Two canonical requests side by side: the one of a pasted text and the one that Jianmen computes
// for a request, line by line, up to the first byte in which they differ. Credentials among the
// header values (X-Security-Token …) are compared, but never come out; where the text hides one
// ("***"), it is taken as equal. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "diagnose/compare/canonical_text.hpp"
#include "diagnose/explain.hpp"
#include "diagnose/print.hpp"

namespace jianmen::diagnose::compare {

struct Difference {
  Part part = Part::Method;
  std::string header;    // lower-case name, for Part::Header
  std::size_t line = 0;  // from 1, in the computed text
  std::size_t at = 0;    // bytes from the line's begin
  // The lines; nullopt: that text has no such line. Empty and `hidden` when they may not be shown.
  std::optional<std::string> given, computed;
  bool hidden = false;
  std::string habit;  // a word, see data/compare.json: "no_slash", "hash_of_nothing" …
};

// nullopt: the same.
std::optional<Difference> first_difference(const CanonicalText& given,
                                           std::string_view computed_canonical);

// What was done before the comparison.
struct Context {
  std::string date_of_text;  // X-Sdk-Date, where it was taken from the text; else empty
};

// The answer of `jianmen sign --compare --json`: same, form ("lines" | "gateway_message"), and when
// they differ, difference {part, header, line, at, given, computed} (a text of more than 4096 bytes
// is cut around `at`, and `cut` is true; bytes that are no UTF-8 and controls are written \xNN),
// why and fix. `notes`: what was taken from the text or left out of account.
base::json::object to_json(const CanonicalText& given, const std::optional<Difference>& difference,
                           const Context& context, Language language);

// The same for people: the two lines, a caret under the first byte that differs.
std::string to_text(const CanonicalText& given, const std::optional<Difference>& difference,
                    const Context& context, Language language, Colour colour);

}  // namespace jianmen::diagnose::compare
