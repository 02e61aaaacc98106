#pragma once
// W3C Trace Context (https://www.w3.org/TR/trace-context/, section 3.2): the caller's trace, of
// which the gateway is no part of its own. A valid `traceparent` goes on as it came, an invalid one
// ends here, and its `tracestate` with it.

#include <optional>
#include <string_view>

namespace jianmen::http {

// The 32 hex digits of the trace that a traceparent names; nullopt: it is not valid. A version
// above 00 may have more behind a '-'.
std::optional<std::string_view> trace_id(std::string_view traceparent);

}  // namespace jianmen::http
