#pragma once
// One header line (RFC 9112 section 5): `name: value CRLF`, strict. Used for requests and for
// answers alike.

#include <string_view>

#include "http/message.hpp"

namespace jianmen::http::detail {

enum class LineState { Complete, NeedMore, Refused };

struct FieldLine {
  LineState state = LineState::NeedMore;
  std::string_view refusal;    // why, when refused
  const char* next = nullptr;  // after the line, when complete
  Header header;
};

// The line that starts at `at`, which is not the empty line.
FieldLine parse_field_line(const char* at, const char* end);

HeaderId header_id(std::string_view name);

}  // namespace jianmen::http::detail
