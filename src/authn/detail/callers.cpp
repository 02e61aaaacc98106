#include "authn/detail/callers.hpp"

#include <algorithm>
#include <array>

#include "base/time_text.hpp"

namespace jianmen::authn::detail {

namespace {

using identity::Cause;
using identity::Principal;
using identity::Refusal;
using identity::Scope;

constexpr std::size_t kMaxProjectsOfCaller = 8;

std::unexpected<Refusal> refuse(Cause cause, std::string_view access_key_id,
                                std::string problem = {}) {
  Refusal refusal{cause, {}};
  refusal.with("ak", std::string(access_key_id));
  if (!problem.empty()) refusal.with("problem", std::move(problem));
  return std::unexpected(std::move(refusal));
}

std::unexpected<Refusal> refuse_unknown(std::string_view access_key_id) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kClouds{
      {{"LTAI", "Alibaba Cloud"}, {"AKIA", "AWS"}, {"ASIA", "AWS"}, {"AKID", "Tencent Cloud"}}};
  for (const auto& [prefix, cloud] : kClouds) {
    if (!access_key_id.starts_with(prefix)) continue;
    auto refusal = refuse(Cause::SignatureAccessKeyForeign, access_key_id);
    refusal.error().with("cloud", std::string(cloud));
    return refusal;
  }
  return refuse(Cause::SignatureAccessKeyUnknown, access_key_id);
}

std::string_view problem_of(OpenFault fault) {
  switch (fault) {
    case OpenFault::NotAToken:
      return "X-Security-Token is not a security token";
    case OpenFault::Cut:
      return "X-Security-Token is cut";
    case OpenFault::Damaged:
      return "X-Security-Token is damaged";
    case OpenFault::Foreign:
      return "X-Security-Token is of another installation";
    case OpenFault::OtherPurpose:
      return "X-Security-Token holds a token (X-Auth-Token), not a security token";
  }
  return {};
}

std::string_view inactive_part(const Subject& user, bool key_active) {
  if (!user.found || !user.account_enabled) return "account";
  if (!user.enabled) return "user";
  return key_active ? "" : "key";
}

Principal principal_of(const identity::AccessKey& key, const Subject& user) {
  Principal principal;
  principal.account = key.account;
  principal.account_name = user.account_name;
  principal.id = key.user.value;
  principal.name = user.name;
  principal.root = user.root;
  principal.credential = identity::CredentialKind::AccessKey;
  principal.access_key = key.id;
  principal.issued = key.created;
  principal.expires = base::Time::max();
  return principal;
}

std::expected<void, Refusal> check_life(const Caller& caller, base::Time now) {
  if (now < caller.principal->expires) return {};
  auto refusal = refuse(Cause::SignatureSecurityTokenExpired, caller.principal->access_key.value);
  refusal.error().with("expires_at", base::to_iso_micros(caller.principal->expires));
  return refusal;
}

}  // namespace

std::expected<Caller*, Refusal> Callers::find(std::string_view access_key_id,
                                              std::string_view security_token, base::Time now) {
  const auto generation = directory_.generation();  // before what is loaded under it
  auto caller = find_permanent(access_key_id, generation);
  if (caller) {
    if (security_token.empty()) return caller;
    return refuse(Cause::SignatureSecurityTokenInvalid, access_key_id,
                  "X-Security-Token came with a permanent access key");
  }
  if (caller.error().cause == Cause::BackendInternal) return caller;
  if (!security_token.empty()) {
    return find_temporary(access_key_id, security_token, generation, now);
  }
  if (access_key_id.starts_with(kTemporaryPrefix)) {
    return refuse(Cause::SignatureSecurityTokenMissing, access_key_id);
  }
  return caller;
}

std::expected<Caller*, Refusal> Callers::find_permanent(std::string_view access_key_id,
                                                        std::uint64_t generation) {
  Caller* const known = permanent_.find(access_key_id);
  if (known && known->generation == generation) {
    counters_.hits.add();
    return known;
  }
  counters_.misses.add();

  const auto key = directory_.find_access_key(identity::AccessKeyId(access_key_id));
  if (!key) return refuse_unknown(access_key_id);
  Caller caller;
  caller.generation = generation;
  caller.sealed = key->sealed_secret;
  if (known && known->sealed == key->sealed_secret) {
    caller.key = known->key;  // something else changed: no need to decode again
  } else {
    auto secret = directory_.load_secret(*key);
    if (!secret)
      return refuse(Cause::BackendInternal, access_key_id, "the access key cannot be decoded");
    caller.key = std::make_shared<signature::VerificationKey>(std::string(access_key_id),
                                                              std::move(*secret));
  }
  auto user = subjects_.user(key->user.value);
  if (user->account != key->account) user = std::make_shared<Subject>();
  caller.inactive = inactive_part(*user, key->active);
  caller.principal = std::make_shared<Principal>(principal_of(*key, *user));
  return &permanent_.put(access_key_id, std::move(caller));
}

std::expected<Caller*, Refusal> Callers::find_temporary(std::string_view access_key_id,
                                                        std::string_view security_token,
                                                        std::uint64_t generation, base::Time now) {
  Caller* const known = temporary_.find(access_key_id);
  const bool same = known && known->sealed == security_token;
  if (same && known->generation == generation) {
    if (auto ok = check_life(*known, now); !ok) return std::unexpected(std::move(ok.error()));
    counters_.hits.add();
    return known;
  }

  auto claims = ring_.open(security_token, Purpose::SecurityToken);
  if (!claims) {
    if (!access_key_id.starts_with(kTemporaryPrefix)) return refuse_unknown(access_key_id);
    return refuse(Cause::SignatureSecurityTokenInvalid, access_key_id,
                  std::string(problem_of(claims.error())));
  }
  auto& principal = claims->principal;
  if (principal.access_key.value != access_key_id || claims->secret.empty()) {
    return refuse(Cause::SignatureSecurityTokenInvalid, access_key_id,
                  "X-Security-Token is of another access key");
  }
  Caller caller;
  caller.permanent = false;
  caller.generation = generation;
  caller.sealed = security_token;
  caller.key = same ? known->key
                    : std::make_shared<signature::VerificationKey>(std::string(access_key_id),
                                                                   claims->secret);
  caller.changed = subjects_.what_changed(*claims, now);
  subjects_.complete(principal);
  caller.principal = std::make_shared<Principal>(std::move(principal));
  if (auto ok = check_life(caller, now); !ok) return std::unexpected(std::move(ok.error()));
  return &temporary_.put(access_key_id, std::move(caller));
}

std::expected<std::shared_ptr<const Principal>, Refusal> Callers::in_project(
    Caller& caller, std::string_view project) {
  const auto known =
      std::ranges::find(caller.by_project, project, [](const auto& pair) { return pair.first; });
  if (known != caller.by_project.end()) return known->second;

  const auto& own = *caller.principal;
  const auto found = subjects_.project(project);
  const bool of_account = found->found && found->account == own.account;
  const bool of_scope =
      own.scope.kind != Scope::Kind::Project || own.scope.project.value == project;
  if (!of_account || !of_scope) {
    auto refusal = refuse(Cause::SignatureProjectHeader, own.access_key.value,
                          of_account ? "the temporary key is of another project"
                                     : "no project of the key's account has this id");
    refusal.error()
        .with("header", "X-Project-Id")
        .with("value", std::string(project.substr(0, 128)));
    refusal.error().with("account", own.account.value);
    return refusal;
  }
  Principal scoped = own;
  scoped.scope = {Scope::Kind::Project, identity::ProjectId(project), found->name};
  if (caller.by_project.size() >= kMaxProjectsOfCaller)
    caller.by_project.erase(caller.by_project.begin());
  caller.by_project.emplace_back(project, std::make_shared<Principal>(std::move(scoped)));
  return caller.by_project.back().second;
}

}  // namespace jianmen::authn::detail
