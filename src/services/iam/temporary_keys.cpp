// Temporary access keys: POST /v3.0/OS-CREDENTIAL/securitytokens, from a token or through an
// agency. The Issuer makes them, so that none exceeds what it was made from.

#include <cctype>

#include "base/time_text.hpp"
#include "services/iam/detail/assume.hpp"
#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Principal;

namespace {

constexpr std::int64_t kLeastSeconds = 900;
constexpr std::int64_t kMostSeconds = 86'400;
constexpr std::size_t kMaxSessionUser = 32;

// Of the object that describes the method.
std::expected<base::Duration, Fault> life_of(const Call& call, const json::value& given) {
  const auto* seconds = base::find(given, "duration_seconds");
  if (!seconds || seconds->is_null()) return std::chrono::seconds(kLeastSeconds);
  const auto value = base::find_int(given, "duration_seconds");
  if (!value || *value < kLeastSeconds || *value > kMostSeconds) {
    return invalid_field(call, "duration_seconds", base::to_text(*seconds));
  }
  return std::chrono::seconds(*value);
}

std::unexpected<Fault> unauthenticated(identity::Refusal refusal) {
  auto refused = fault(FaultKind::Unauthenticated);
  refused.error().refusal = std::move(refusal);
  return refused;
}

std::expected<void, Fault> check_session_user(const Call& call, const json::value& given) {
  const auto* user = base::find(given, "session_user");
  if (!user || user->is_null()) return {};
  const auto name = base::find_string(*user, "name").value_or("");
  const bool letter = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front()));
  if (!letter || !is_text_of(name, 1, kMaxSessionUser))
    return invalid_field(call, "session_user.name", name);
  return {};
}

Outcome key_reply(base::Result<authn::TemporaryKey> key) {
  if (!key) return fault(key.error());
  return Reply(json::object{
      {"credential", json::object{{"access", key->access},
                                  {"secret", key->secret},
                                  {"securitytoken", key->security_token},
                                  {"expires_at", base::to_iso_micros(key->expires)}}}});
}

Outcome key_by_token(const Dependencies& with, const Call& call, const json::value& given) {
  auto life = life_of(call, given);
  if (!life) return std::unexpected(std::move(life.error()));
  const auto text = base::find_string(given, "id");
  if (!text || text->empty()) {
    if (!call.principal) {
      return unauthenticated(call.credential_refusal
                                 ? *call.credential_refusal
                                 : identity::Refusal{identity::Cause::TokenMissing, {}});
    }
    return key_reply(with.issuer.key_from(*call.principal, *life));
  }
  authn::Authenticator authenticator(with.directory, with.ring, with.lockouts, with.clock, {});
  auto bearer = authenticator.open_token(*text);
  if (!bearer) return unauthenticated(std::move(bearer.error()));
  return key_reply(with.issuer.key_from(**bearer, *life));
}

Outcome key_by_agency(const Dependencies& with, const Call& call, const json::value& given) {
  auto life = life_of(call, given);
  if (!life) return std::unexpected(std::move(life.error()));
  if (auto fine = check_session_user(call, given); !fine) return std::unexpected(fine.error());
  auto agency = agency_to_assume(with, call, given);
  if (!agency) return std::unexpected(std::move(agency.error()));
  return key_reply(with.issuer.key_for_agency(*agency, *call.principal, *life));
}

Outcome create_key(const Dependencies& with, const Call& call) {
  const auto* identity = base::find(call.body.at("auth"), "identity");
  const auto* methods = identity ? base::find_array(*identity, "methods") : nullptr;
  if (!methods || methods->size() != 1 || !methods->front().is_string()) {
    return fault(FaultKind::Malformed, {}, "'methods' is a required property");
  }
  // A session policy that is not enforced would be a key that may more than was asked for.
  if (const auto* policy = base::find(*identity, "policy"); policy && !policy->is_null()) {
    return fault(FaultKind::Parameter, {}, "A policy for the temporary key is not supported.");
  }
  const std::string_view method = methods->front().get_string();
  const auto* given = base::find(*identity, method);
  static const json::value nothing(json::object{});
  if (given && !given->is_object() && !given->is_null()) return fault(FaultKind::Malformed);
  if (!given || given->is_null()) given = &nothing;
  if (method == "token") return key_by_token(with, call, *given);
  if (method == "assume_role") return key_by_agency(with, call, *given);
  return fault(FaultKind::Malformed);
}

}  // namespace

void add_temporary_keys(Functions& functions, const Dependencies& with) {
  add(functions, with, "CreateTemporaryAccessKey", Runs::OnPool, create_key);
}

}  // namespace jianmen::services::iam
