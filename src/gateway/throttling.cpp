#include "gateway/throttling.hpp"

#include <chrono>
#include <string>

namespace jianmen::gateway {

using identity::Cause;
using identity::Refusal;

Refusal refusal_of(const throttle::Denied& denied) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(denied.retry_after).count();
  Refusal refusal{Cause::LimitThrottled, {}};
  refusal.with("bucket", std::string(throttle::kind_name(denied.kind)))
      .with("policy", std::string(throttle::wire_name(denied.kind)))
      .with("limit", throttle::to_text(denied.limit))
      .with("window", throttle::wire_text(denied.limit))
      .with("retry_after", std::to_string(seconds));
  return refusal;
}

std::optional<Refusal> throttle_source(throttle::Throttle& throttle, const http::Request& request,
                                       base::Time now) {
  if (throttle.any()) {
    if (const auto denied = throttle.take_source(request.peer, now)) return refusal_of(*denied);
  }
  if (const auto denied = throttle.look_failures(request.peer, now)) return refusal_of(*denied);
  return std::nullopt;
}

std::optional<Refusal> throttle_caller(throttle::Throttle& throttle,
                                       const identity::Principal* principal,
                                       const catalog::Operation& operation, base::Time now) {
  if (!throttle.any()) return std::nullopt;
  throttle::Caller caller{.operation = operation.id};
  if (principal) {
    caller.access_key = principal->access_key.value;
    caller.user = principal->id;
    caller.account = principal->account.value;
  }
  const auto denied = throttle.take_caller(caller, now);
  if (!denied) return std::nullopt;
  return refusal_of(*denied);
}

bool is_failed_proof(Cause cause) {
  switch (cause) {
    case Cause::SignatureAccessKeyLocked:
    case Cause::SignatureAccessKeyInactive:
    case Cause::SignatureAuthorizationMalformed:
    case Cause::SignatureAuthorizationOtherScheme:
    case Cause::SignatureAlgorithmUnknown:
    case Cause::SignatureDateMissing:
    case Cause::SignatureDateFormat:
    case Cause::SignatureClockSkew:
    case Cause::SignatureTimeZone:
    case Cause::SignatureExpiredReuse:
    case Cause::SignatureHeaderMissing:
    case Cause::SignatureSecurityTokenMissing:
    case Cause::SignatureSecurityTokenExpired:
    case Cause::SignatureProjectHeader:
      return false;
    case Cause::TokenDamaged:
    case Cause::TokenForeign:
    case Cause::LoginWrongCredentials:
    case Cause::LoginAccountName:
    case Cause::LoginMfa:
      return true;
    default:
      // Whatever else is wrong with a signature was found by checking it.
      return cause <= Cause::SignatureProjectHeader;
  }
}

}  // namespace jianmen::gateway
