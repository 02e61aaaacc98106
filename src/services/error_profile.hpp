#pragma once
// Faults → the bodies of each wire family (facts: the error shapes of gateway, IAM, ECS, Nova, TMS,
// STS). One table.

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "services/call.hpp"

namespace jianmen::services {

// Status, code and message filled in from the family's row for the kind.
struct RenderedFault {
  http::Response response;
  std::string code, message;  // as the caller is told them
};

RenderedFault render(const Fault& fault, std::string_view family,
                     const catalog::Operation& operation, std::string_view request_id);
// The journal's cause of a fault whose maker named none.
identity::Cause cause_of(FaultKind kind);
// Headers that every answer of the family carries (IAM: Cache-Control, X-IAM-Trace-Id …).
void add_family_headers(http::Response& response, std::string_view family,
                        std::string_view request_id);

}  // namespace jianmen::services
