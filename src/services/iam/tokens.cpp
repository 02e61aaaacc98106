// /v3/auth/tokens: getting a token (password, token, agency, AK/SK), looking at one, taking one
// back. Whoever cannot prove who they are learns nothing but that: an unknown account, an unknown
// user and a wrong password are told alike and take the same time; the refusal's evidence tells
// them apart.

#include "authz/authorize.hpp"
#include "base/time_text.hpp"
#include "services/iam/detail/assume.hpp"
#include "services/iam/detail/login_lock.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/parts.hpp"
#include "services/iam/detail/token_json.hpp"

namespace jianmen::services::iam {

namespace {

namespace json = base::json;
using identity::Account;
using identity::AccountId;
using identity::Cause;
using identity::Principal;
using identity::Refusal;
using identity::Scope;
using identity::User;

constexpr std::string_view kWrong = "The username or password is wrong.";

std::unexpected<Fault> unauthenticated(std::string message, Refusal refusal) {
  auto refused = fault(FaultKind::Unauthenticated, {}, std::move(message));
  refused.error().refusal = std::move(refusal);
  return refused;
}

std::unexpected<Fault> malformed(std::string message, std::string member) {
  auto refused = fault(FaultKind::Malformed, {}, std::move(message));
  refused.error().refusal = Refusal{Cause::LoginBody, {{"member", std::move(member)}}};
  return refused;
}

std::unexpected<Fault> no_scope(std::string_view kind, std::string_view asked) {
  auto refused = fault(FaultKind::NotFound, {},
                       "Could not find " + std::string(kind) + ": " + std::string(asked));
  refused.error().refusal = Refusal{Cause::LoginScopeUnknown,
                                    {{"kind", std::string(kind)}, {"asked", std::string(asked)}}};
  return refused;
}

// An account by {"id"} or {"name"}, both when both are given.
std::optional<Account> find_account(const directory::Directory& directory,
                                    const json::value& domain) {
  const auto id = base::find_string(domain, "id");
  const auto name = base::find_string(domain, "name");
  if (!id && !name) return std::nullopt;
  auto account =
      id ? directory.find_account(AccountId(*id)) : directory.find_account_by_name(*name);
  if (account && id && name && account->name != *name) return std::nullopt;
  return account;
}

// What the token shall be good for, in `account`. A project wins over a domain; nothing means the
// domain.
std::expected<Scope, Fault> scope_of(const directory::Directory& directory, const json::value& auth,
                                     const Account& account) {
  const auto* given = base::find(auth, "scope");
  if (given && given->is_string() && given->get_string() == "unscoped") return Scope{};
  if (given && !given->is_object() && !given->is_null())
    return malformed("The request body is invalid", "auth.scope");
  const json::value* project = given ? base::find(*given, "project") : nullptr;
  if (project && project->is_object()) {
    const auto id = base::find_string(*project, "id");
    const auto name = base::find_string(*project, "name");
    if (!id && !name) return malformed("'id' is a required property", "auth.scope.project");
    if (const auto* domain = base::find(*project, "domain")) {
      const auto named = find_account(directory, *domain);
      if (!named || named->id != account.id) return no_scope("project", id ? *id : *name);
    }
    const auto found = id ? directory.find_project(identity::ProjectId(*id))
                          : directory.find_project_by_name(account.id, *name);
    if (!found || found->account != account.id || !found->enabled)
      return no_scope("project", id ? *id : *name);
    return Scope{Scope::Kind::Project, found->id, found->name};
  }
  const json::value* domain = given ? base::find(*given, "domain") : nullptr;
  if (domain && domain->is_object()) {
    const auto named = find_account(directory, *domain);
    if (!named || named->id != account.id) {
      return no_scope("domain",
                      base::string_or(*domain, "name", base::string_or(*domain, "id", "")));
    }
  }
  return Scope{Scope::Kind::Domain, {}, {}};
}

class Tokens {
 public:
  explicit Tokens(const Dependencies& with) : with_(with), lock_(with.settings) {}

  Outcome create(const Call& call);
  Outcome validate(const Call& call);
  Outcome revoke(const Call& call);

 private:
  struct Login {
    std::optional<Account> account;
    std::optional<User> user;
  };
  Login find_login(const json::value& user) const;
  Outcome by_password(const Call& call, const json::value& auth, const json::value& identity,
                      bool totp);
  Outcome by_key(const Call& call, const json::value& auth, const json::value& identity);
  Outcome by_token(const Call& call, const json::value& auth, const json::value& identity);
  Outcome by_agency(const Call& call, const json::value& auth, const json::value& identity);
  std::expected<void, Fault> check_may_log_in(const User& user, const Account& account) const;
  Outcome issued(const Call& call, base::Result<authn::IssuedToken> token) const;
  std::expected<std::shared_ptr<const Principal>, Refusal> open(std::string_view text) const;
  bool may_handle_others(const Call& call, const Principal& subject) const;

  const Dependencies with_;
  LoginLock lock_;
};

Tokens::Login Tokens::find_login(const json::value& user) const {
  Login login;
  if (const auto id = base::find_string(user, "id")) {
    login.user = with_.directory.find_user(identity::UserId(*id));
    if (login.user) login.account = with_.directory.find_account(login.user->account);
    return login;
  }
  const auto* domain = base::find(user, "domain");
  if (domain) login.account = find_account(with_.directory, *domain);
  const auto name = base::find_string(user, "name");
  if (login.account && name)
    login.user = with_.directory.find_user_by_name(login.account->id, *name);
  return login;
}

std::expected<void, Fault> Tokens::check_may_log_in(const User& user,
                                                    const Account& account) const {
  Refusal refusal{Cause::LoginDisabled, {{"user", user.name}, {"account", account.name}}};
  if (!user.enabled || !account.enabled) {
    auto refused = fault(FaultKind::Denied, {}, "The user " + user.name + " is disabled.");
    refused.error().refusal = std::move(refusal);
    return refused;
  }
  if (user.access_mode == identity::AccessMode::Console) {
    refusal.cause = Cause::LoginConsoleOnly;
    auto refused = fault(FaultKind::Denied, {},
                         "This user only supports console access, not programmatic access.");
    refused.error().refusal = std::move(refusal);
    return refused;
  }
  return {};
}

std::expected<std::shared_ptr<const Principal>, Refusal> Tokens::open(std::string_view text) const {
  authn::Authenticator authenticator(with_.directory, with_.ring, with_.lockouts, with_.clock, {});
  return authenticator.open_token(text);
}

Outcome Tokens::issued(const Call& call, base::Result<authn::IssuedToken> token) const {
  if (!token) {
    auto refused = fault(token.error());
    if (token.error().code == base::Code::Denied) {
      refused.error().refusal = Refusal{Cause::LoginScopeUnknown, {{"why", token.error().message}}};
    }
    return refused;
  }
  Reply reply(token_json(with_, call, token->principal));
  reply.headers.emplace_back("X-Subject-Token", token->text);
  return reply;
}

Outcome Tokens::by_password(const Call& call, const json::value& auth, const json::value& identity,
                            bool totp) {
  const auto* password = base::find(identity, "password");
  const auto* given = password ? base::find(*password, "user") : nullptr;
  const auto text = given ? base::find_string(*given, "password") : std::nullopt;
  if (!text)
    return malformed("'password' is a required property", "auth.identity.password.user.password");
  if (!base::find_string(*given, "id") && !base::find_string(*given, "name")) {
    return malformed("'name' is a required property", "auth.identity.password.user.name");
  }
  const base::Secret secret{std::string(*text)};
  const Login login = find_login(*given);
  const auto* domain = base::find(*given, "domain");
  Refusal refusal{Cause::LoginWrongCredentials, {}};
  refusal.with("user", base::string_or(*given, "name", base::string_or(*given, "id", "")));
  if (domain)
    refusal.with("account", base::string_or(*domain, "name", base::string_or(*domain, "id", "")));

  if (!login.account || !login.user || login.user->password_hash.empty()) {
    crypto::spend_verification(secret, with_.settings.password_cost);
    if (!login.account && domain) refusal.cause = Cause::LoginAccountName;
    refusal.with("why", !login.account ? "no such account"
                        : !login.user  ? "no such user"
                                       : "no password is set");
    return unauthenticated(std::string(kWrong), std::move(refusal));
  }
  if (lock_.is_locked(login.user->id, call.now)) {
    refusal.cause = Cause::LoginLocked;
    return unauthenticated("The account is locked.", std::move(refusal));
  }
  if (!crypto::verify_password(secret, login.user->password_hash)) {
    lock_.record_failure(login.user->id, call.now);
    refusal.with("why", "wrong password");
    return unauthenticated(std::string(kWrong), std::move(refusal));
  }
  lock_.record_success(login.user->id);
  if (totp) {
    // No user of this release has a virtual MFA device, so no passcode can be right.
    refusal.cause = Cause::LoginMfa;
    return unauthenticated(std::string(kWrong), std::move(refusal));
  }
  if (auto may = check_may_log_in(*login.user, *login.account); !may)
    return std::unexpected(std::move(may.error()));
  auto scope = scope_of(with_.directory, auth, *login.account);
  if (!scope) return std::unexpected(std::move(scope.error()));
  return issued(call, with_.issuer.token_for_user(*login.user, std::move(*scope), {"password"}));
}

Outcome Tokens::by_key(const Call& call, const json::value& auth, const json::value& identity) {
  const auto* given = base::find(identity, "hw_ak_sk");
  const auto* access = given ? base::find(*given, "access") : nullptr;
  const auto* hidden = given ? base::find(*given, "secret") : nullptr;
  const auto id = access ? base::find_string(*access, "key") : std::nullopt;
  const auto secret = hidden ? base::find_string(*hidden, "key") : std::nullopt;
  if (!id || !secret)
    return malformed("'hw_ak_sk' is a required property", "auth.identity.hw_ak_sk");
  Refusal refusal{Cause::SignatureAccessKeyUnknown, {{"ak", std::string(*id)}}};
  const auto key = with_.directory.find_access_key(identity::AccessKeyId(*id));
  if (!key) return unauthenticated(std::string(kWrong), std::move(refusal));
  if (with_.lockouts.is_locked(*id, call.now)) {
    refusal.cause = Cause::SignatureAccessKeyLocked;
    return unauthenticated("The account is locked.", std::move(refusal));
  }
  const auto known = with_.directory.load_secret(*key);
  if (!known || !crypto::equal_constant_time(known->reveal(), *secret)) {
    with_.lockouts.record_failure(*id, call.now);
    refusal.cause = Cause::SignatureSecretWrong;
    return unauthenticated(std::string(kWrong), std::move(refusal));
  }
  with_.lockouts.record_success(*id);
  const auto user = with_.directory.find_user(key->user);
  const auto account = with_.directory.find_account(key->account);
  if (!user || !account || !key->active) {
    refusal.cause = Cause::SignatureAccessKeyInactive;
    return unauthenticated(std::string(kWrong), std::move(refusal));
  }
  if (auto may = check_may_log_in(*user, *account); !may)
    return std::unexpected(std::move(may.error()));
  auto scope = scope_of(with_.directory, auth, *account);
  if (!scope) return std::unexpected(std::move(scope.error()));
  return issued(call, with_.issuer.token_for_user(*user, std::move(*scope), {"hw_ak_sk"}));
}

Outcome Tokens::by_token(const Call& call, const json::value& auth, const json::value& identity) {
  const auto* given = base::find(identity, "token");
  const auto text = given ? base::find_string(*given, "id") : std::nullopt;
  if (!text) return malformed("'id' is a required property", "auth.identity.token.id");
  auto parent = open(*text);
  if (!parent) return unauthenticated("The X-Auth-Token is invalid!", std::move(parent.error()));
  const auto account = with_.directory.find_account((*parent)->account);
  if (!account)
    return unauthenticated("The X-Auth-Token is invalid!", Refusal{Cause::TokenRevoked, {}});
  auto scope = scope_of(with_.directory, auth, *account);
  if (!scope) return std::unexpected(std::move(scope.error()));
  return issued(call, with_.issuer.token_from(**parent, std::move(*scope)));
}

Outcome Tokens::by_agency(const Call& call, const json::value& auth, const json::value& identity) {
  const auto* given = base::find(identity, "assume_role");
  if (!given || !given->is_object())
    return malformed("'assume_role' is a required property", "auth.identity.assume_role");
  auto agency = agency_to_assume(with_, call, *given);
  if (!agency) return std::unexpected(std::move(agency.error()));
  const auto account = with_.directory.find_account(agency->account);
  if (!account) return fault(FaultKind::Denied, {}, "You have no right to do this action");
  auto scope = scope_of(with_.directory, auth, *account);
  if (!scope) return std::unexpected(std::move(scope.error()));
  return issued(call, with_.issuer.token_for_agency(*agency, *call.principal, std::move(*scope)));
}

Outcome Tokens::create(const Call& call) {
  const auto* auth = base::find(call.body, "auth");
  const auto* identity = auth ? base::find(*auth, "identity") : nullptr;
  if (!identity || !identity->is_object())
    return malformed("'identity' is a required property", "auth.identity");
  const auto* methods = base::find_array(*identity, "methods");
  if (!methods || methods->empty() || !methods->front().is_string()) {
    return malformed("'methods' is a required property", "auth.identity.methods");
  }
  const std::string_view first = methods->front().get_string();
  const bool totp = methods->size() > 1;
  if (first == "password") return by_password(call, *auth, *identity, totp);
  if (first == "token" && !totp) return by_token(call, *auth, *identity);
  if (first == "assume_role" && !totp) return by_agency(call, *auth, *identity);
  if (first == "hw_ak_sk" && !totp) return by_key(call, *auth, *identity);
  return unauthenticated("Attempted to authenticate with an unsupported method.",
                         Refusal{Cause::LoginBody, {{"member", "auth.identity.methods"}}});
}

// Of another user of the same account: Security Administrator, or the action.
bool Tokens::may_handle_others(const Call& call, const Principal& subject) const {
  if (subject.account != call.principal->account) return false;
  authz::Authorizer authorizer(with_.directory);
  const authz::Question question{.action = call.operation.action,
                                 .aliases = call.operation.aliases,
                                 .service = "iam",
                                 .region = {},
                                 .scope = call.scope,
                                 .resource = {},
                                 .uri = {},
                                 .peer = {},
                                 .secure = call.secure,
                                 .now = call.now};
  return authorizer.decide(*call.principal, question).allowed();
}

std::unexpected<Fault> bad_subject() {
  return fault(FaultKind::NotFound, {}, "X-Subject-Token is invalid in the request");
}

Outcome Tokens::validate(const Call& call) {
  const auto text = call.header("X-Subject-Token");
  if (!text || text->empty()) return bad_subject();
  const auto subject = open(*text);
  if (!subject) return bad_subject();
  if ((*subject)->id != call.principal->id && !may_handle_others(call, **subject))
    return fault(FaultKind::Denied);
  Reply reply(token_json(with_, call, **subject));
  reply.headers.emplace_back("X-Subject-Token", std::string(*text));
  return reply;
}

Outcome Tokens::revoke(const Call& call) {
  const auto text = call.header("X-Subject-Token");
  if (!text || text->empty()) return bad_subject();
  // A token that has expired may still be taken back; only that it is ours is looked at.
  const auto claims = with_.ring.open(*text, authn::Purpose::Token);
  if (!claims) return bad_subject();
  const Principal& subject = claims->principal;
  if (subject.id != call.principal->id && !may_handle_others(call, subject))
    return fault(FaultKind::Denied);
  if (auto done = with_.directory.revoke_token(subject.audit_id, subject.expires); !done)
    return fault(done.error());
  return Reply::empty();
}

}  // namespace

void add_tokens(Functions& functions, const Dependencies& with) {
  const auto tokens = std::make_shared<Tokens>(with);
  functions.push_back({"CreateToken", Runs::OnHashingPool,
                       [tokens](const Call& call) { return tokens->create(call); }});
  functions.push_back({"KeystoneValidateToken", Runs::OnLoop,
                       [tokens](const Call& call) { return tokens->validate(call); }});
  functions.push_back({"KeystoneCheckToken", Runs::OnLoop,
                       [tokens](const Call& call) { return tokens->validate(call); }});
  functions.push_back({"KeystoneRevokeToken", Runs::OnPool,
                       [tokens](const Call& call) { return tokens->revoke(call); }});
}

}  // namespace jianmen::services::iam
