#include "gateway/render.hpp"

#include "base/json_writer.hpp"

namespace jianmen::gateway {

namespace {

using identity::Cause;
using identity::Refusal;

std::string value_of(const Refusal& refusal, std::string_view name) {
  const auto* value = refusal.find(name);
  return value ? *value : std::string();
}

GatewayError authentication(std::string_view detail) {
  return {401, "APIGW.0301", "Incorrect IAM authentication information: " + std::string(detail)};
}

}  // namespace

GatewayError error_for(const Refusal& refusal) {
  switch (refusal.cause) {
    case Cause::RouteUnknownHost:
    case Cause::RouteUnknownPath:
    case Cause::RouteMethod:
    case Cause::RouteOtherService:
    case Cause::RouteEmptySegment:
    case Cause::RoutePlaceholder:
    case Cause::RouteRegionIsAz:
    case Cause::RouteVersion:
    case Cause::RouteNotInRegion:
      return {404, "APIGW.0101",
              "The API does not exist or has not been published in the environment"};
    case Cause::TokenMissing:
    case Cause::TokenEmpty:
    case Cause::TokenWrongHeader:
      return authentication("x-auth-token not found");
    case Cause::TokenDamaged:
    case Cause::TokenForeign:
    case Cause::TokenSecurityTokenAsToken:
    case Cause::SignatureAuthorizationOtherScheme:
      return authentication("decrypt token fail");
    case Cause::TokenExpired:
      return authentication("token expires, expires_at: " + value_of(refusal, "expires_at"));
    case Cause::TokenRevoked:
      return {401, "APIGW.0307", "The token must be updated."};
    case Cause::SignatureAccessKeyUnknown:
    case Cause::SignatureAccessKeyForeign:
    case Cause::SignatureSecurityTokenMissing:
      return authentication("ak " + value_of(refusal, "ak") + " not exist");
    case Cause::SignatureAccessKeyInactive:
      return authentication("The access key " + value_of(refusal, "ak") + " is inactive.");
    case Cause::SignatureAccessKeyLocked:
      return authentication("AK access failed to reach the limit,forbidden");
    case Cause::SignatureAuthorizationMalformed:
    case Cause::SignatureEncoding:
    case Cause::SignatureAlgorithmUnknown:
      return authentication("Authorization format is incorrect");
    case Cause::SignatureDateMissing:
      return authentication("Header x-sdk-date not found.");
    case Cause::SignatureDateFormat:
      return authentication("x-sdk-date format is incorrect");
    case Cause::SignatureHeaderMissing:
      return authentication("Signed header " + value_of(refusal, "header") + " not found");
    case Cause::SignatureClockSkew:
    case Cause::SignatureTimeZone:
    case Cause::SignatureExpiredReuse:
      return authentication("calc aksk signature fail:signature expired, signature time:" +
                            value_of(refusal, "signature_time") +
                            ",server time:" + value_of(refusal, "server_time"));
    case Cause::SignatureSecurityTokenInvalid:
      return authentication("decrypt token fail");
    case Cause::SignatureSecurityTokenExpired:
      return authentication("token expires, expires_at: " + value_of(refusal, "expires_at"));
    case Cause::SignatureProjectHeader:
      return authentication("get token error,status:400");
    default:
      break;
  }
  // Whatever else a verifier found wrong with a signature; the canonical request as this side built
  // it.
  if (const auto* canonical = refusal.find("canonical_request")) {
    return authentication("verify aksk signature fail, canonicalRequest:" + *canonical);
  }
  if (identity::cause_id(refusal.cause).starts_with("signature.")) {
    return authentication("verify aksk signature fail");
  }
  if (refusal.cause == Cause::LimitThrottled) {
    if (!refusal.find("policy")) return error_for_status(503);  // not the caller's own doing
    return {429, "APIGW.0308",
            "The throttling threshold has been reached: policy " + value_of(refusal, "policy") +
                " over ratelimit," + value_of(refusal, "window")};
  }
  if (const auto* status = refusal.find("status")) {  // of a body that could not be read
    return error_for_status(std::stoi(*status));
  }
  if (refusal.cause == Cause::BackendUnavailable)
    return {502, "APIGW.0201", "Backend unavailable."};
  if (refusal.cause == Cause::BackendTimeout) return {504, "APIGW.0201", "Backend timeout."};
  if (refusal.cause == Cause::BackendInternal) return {500, "APIGW.0601", "Internal server error."};
  // Only an upstream's route is refused these by the gateway; services have words of their own.
  const std::string_view id = identity::cause_id(refusal.cause);
  if (id.starts_with("scope.") || id.starts_with("permission.")) {
    return {403, "APIGW.0302", "The IAM user is not authorized to access the API."};
  }
  return {401, "APIGW.0305", "Incorrect authentication information."};
}

GatewayError error_for_status(int status) {
  switch (status) {
    case 413:
      return {413, "APIGW.0201", "Request entity too large."};
    case 414:
      return {414, "APIGW.0201", "Request URI too large."};
    case 431:
      return {431, "APIGW.0201", "Request headers too large."};
    case 503:
      return {503, "APIGW.0201", "The gateway is overloaded."};
    case 408:
      return {408, "APIGW.0602", "Bad request."};
    default:
      return {status, status >= 500 ? "APIGW.0601" : "APIGW.0602",
              status >= 500 ? "Internal server error." : "Bad request."};
  }
}

http::Response render(const GatewayError& error, std::string_view request_id) {
  base::JsonWriter json(128 + error.message.size());
  json.begin_object();
  json.member("error_msg", error.message);
  json.member("error_code", error.code);
  json.member("request_id", request_id);
  json.end_object();
  auto body = json.finish();
  body += '\n';
  return {error.status, std::move(body), "application/json"};
}

}  // namespace jianmen::gateway
