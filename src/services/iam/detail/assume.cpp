#include "services/iam/detail/assume.hpp"

#include "authz/authorize.hpp"

namespace jianmen::services::iam {

namespace {

using identity::Account;
using identity::AccountId;
using identity::Agency;
using identity::Cause;
using identity::Principal;
using identity::Refusal;

// What may be granted for it: one agency (fine-grained, by its URI), every agency, the role Agent
// Operator.
constexpr std::string_view kAction = "iam:agencies:assume";
const std::vector<std::string> kAliases{"iam:tokens:assume", "identity:assume role"};

std::unexpected<Fault> refuse(Refusal refusal) {
  auto refused = fault(FaultKind::Denied, {}, "You have no right to do this action");
  refused.error().refusal = std::move(refusal);
  return refused;
}

Refusal because(std::string_view why, std::string_view agency) {
  Refusal refusal{Cause::PermissionAgency, {}};
  refusal.with("agency", std::string(agency)).with("why", std::string(why));
  return refusal;
}

std::optional<Account> delegating_account(const directory::Directory& directory,
                                          const base::json::value& assume_role) {
  const auto name = base::find_string(assume_role, "domain_name");
  const auto id = base::find_string(assume_role, "domain_id");
  auto account = id ? directory.find_account(AccountId(*id))
                    : directory.find_account_by_name(name.value_or(std::string_view()));
  if (account && id && name && account->name != *name) return std::nullopt;
  return account;
}

}  // namespace

std::expected<Agency, Fault> agency_to_assume(const Dependencies& with, const Call& call,
                                              const base::json::value& assume_role) {
  if (!call.principal) {
    auto refused = fault(FaultKind::Unauthenticated);
    refused.error().refusal =
        call.credential_refusal ? *call.credential_refusal : Refusal{Cause::TokenMissing, {}};
    return refused;
  }
  const auto name = base::find_string(assume_role, "agency_name");
  if (!name || name->empty()) {
    return fault(FaultKind::Malformed, {}, "'agency_name' is a required property");
  }
  if (!base::find_string(assume_role, "domain_id") &&
      !base::find_string(assume_role, "domain_name")) {
    return fault(FaultKind::Malformed, {}, "'domain_name' is a required property");
  }
  // An agency's own credential leads no further: the chain of who acts for whom stays one link
  // long.
  if (call.principal->kind != Principal::Kind::User)
    return refuse(because("caller is an agency", *name));
  const auto account = delegating_account(with.directory, assume_role);
  if (!account) return refuse(because("no such account", *name));
  if (!account->enabled) return refuse(because("account disabled", *name));
  auto agency = with.directory.find_agency_by_name(account->id, *name);
  if (!agency) return refuse(because("no such agency", *name));
  if (agency->trusted_account.empty() || agency->trusted_account != call.principal->account) {
    return refuse(because("agency trusts another account", *name));
  }
  if (agency->expires && *agency->expires <= call.now)
    return refuse(because("agency expired", *name));

  const std::string uri = "/iam/agencies/" + agency->id.value;
  const authz::Question question{.action = kAction,
                                 .aliases = kAliases,
                                 .service = "iam",
                                 .region = call.region,
                                 .scope = call.scope,
                                 .resource = {},
                                 .uri = uri,
                                 .peer = {},
                                 .secure = call.secure,
                                 .now = call.now};
  authz::Authorizer authorizer(with.directory);  // this may be a pool thread
  if (!authorizer.decide(*call.principal, question).allowed()) {
    auto refusal = authorizer.explain(*call.principal, question);
    refusal.with("agency", std::string(*name));
    return refuse(std::move(refusal));
  }
  return std::move(*agency);
}

}  // namespace jianmen::services::iam
