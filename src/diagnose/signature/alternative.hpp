#pragma once
// What a mistaken client may have signed, line by line. A canonical request is a product of
// independent lines; each function below lists other texts of one line, the likeliest first, each
// with the cause it would prove. Which cause wins where two mistakes give the same bytes: the one
// of the lower cost, then the one listed first:
//   1  one habit, one line, seen often   no / at the end, Host without its port, hash of nothing
//   2  seen                              parameters unsorted, JSON written again, blanks at the SK
//   3  rare forms of the same            other encodings, other joins
//   4  a value is another one            one parameter's value, one header's value, another host
//   5+ one character is another one      searched through when nothing else fits, never paired
// Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/signature/question.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose::signature {

using identity::Cause;

struct Alternative {
  std::string text;  // the line that was signed
  int cost = 1;
  Cause cause = Cause::Unknown;
  std::string_view habit;   // a word for the explanation: "no_slash"; see data/explanations.json
  std::string_view detail;  // of the habit, where one word is not enough
};

using Alternatives = std::vector<Alternative>;

// The base rule's own line first (cost 0), then costs up to 4.
Alternatives method_lines(const Question& question);
Alternatives path_lines(const Question& question);
Alternatives query_lines(const Question& question);
// Values of one header, in lower case `name`, that arrived with `value`.
Alternatives header_values(const Question& question, std::string_view name, std::string_view value);
// Payload lines. Texts of bodies are hashed here and never kept.
Alternatives payload_lines(const Question& question);
// Secrets as a client may have read them; `text` is the secret itself: not to be printed.
Alternatives secret_forms(const Question& question);

// Those of cost 5 and more, many: for a search that found nothing yet.
Alternatives deep_query_lines(const Question& question);
Alternatives deep_header_values(std::string_view name, std::string_view value);
Alternatives deep_secret_forms(const Question& question);

// Another writing of the same JSON text, or nothing when it is none.
std::vector<std::string> json_writings(std::string_view text, std::size_t most);

}  // namespace jianmen::diagnose::signature
