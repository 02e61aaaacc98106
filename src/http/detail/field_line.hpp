#pragma once
// One header line (RFC 9112 section 5): `name: value CRLF`, strict. Used for requests and for
// answers alike.

#include <string_view>

#include "http/message.hpp"

namespace jianmen::http::detail {

enum class LineState { Complete, NeedMore, Refused };

// The line that starts at `at`, which is not the empty line. When complete, `at` moves behind it;
// when refused, `refusal` says why.
LineState parse_field_line(const char*& at, const char* end, Header& header,
                           std::string_view& refusal);

// Other for a name that is not among the known ones, or no name at all.
HeaderId header_id(std::string_view name);

}  // namespace jianmen::http::detail
