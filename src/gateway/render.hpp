#pragma once
// The gateway's own refusals as the wire shows them:
// {"error_msg":…,"error_code":"APIGW.…","request_id":…} and one line end (facts: error shapes,
// section 2). The only place that knows these texts.

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "identity/refusal.hpp"

namespace jianmen::gateway {

struct GatewayError {
  int status = 401;
  std::string code;     // "APIGW.0301"
  std::string message;  // the catalogue's sentence and the detail
};

// For a refusal of routing or authentication; values (ak, canonical_request, …) come from its
// evidence.
GatewayError error_for(const identity::Refusal& refusal);
// For what the HTTP grammar or a limit refuses.
GatewayError error_for_status(int status);

http::Response render(const GatewayError& error, std::string_view request_id);

}  // namespace jianmen::gateway
