#pragma once
// A canonical request in a pasted text: the lines of an SDK's debug log, the `|` form of the
// gateway's message, or either inside JSON (the whole error body, an escaped string). Any bytes are
// good input; time is linear in their number. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jianmen::diagnose::compare {

// Where a line stands in a canonical request.
enum class Part { Method, Path, Query, Header, BlankLine, SignedHeaders, PayloadHash };

struct Line {
  Part part = Part::Method;
  std::string text;
};

struct CanonicalText {
  enum class Form { Lines, Bars } form = Form::Lines;
  std::vector<Line> lines;
  bool crlf = false;        // its lines ended in CR LF, which a copy may have done
  bool ends_early = false;  // no payload hash: cut off, or never written

  // Of the first header of that lower-case name; nullptr: none.
  const std::string* header(std::string_view lower_case_name) const;
};

// nullopt: the text holds none.
std::optional<CanonicalText> find_canonical(std::string_view text);

// One that is known to be right, with '\n' between its lines.
std::vector<Line> lines_of(std::string_view canonical);

}  // namespace jianmen::diagnose::compare
