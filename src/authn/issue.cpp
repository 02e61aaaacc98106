#include "authn/issue.hpp"

#include <algorithm>
#include <utility>

#include "authn/detail/callers.hpp"
#include "authn/detail/derive.hpp"

namespace jianmen::authn {

namespace {

using base::Code;
using identity::CredentialKind;
using identity::Principal;
using identity::Scope;
using std::chrono::seconds;

constexpr std::string_view kKeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kSecretAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kKeySize = 20, kSecretSize = 40;
constexpr base::Duration kShortestKeyLife = seconds(900), kLongestKeyLife = seconds(86'400);

IssuedToken seal_token(const TokenRing& ring, base::Random& random, Claims claims) {
  claims.principal.audit_id = base::make_hex_id(random);
  auto text = ring.seal(claims, Purpose::Token);
  return {std::move(text), std::move(claims.principal)};
}

TemporaryKey seal_key(const TokenRing& ring, base::Random& random, Claims claims) {
  TemporaryKey key;
  key.access = detail::kTemporaryPrefix;
  key.access += base::make_text(random, kKeySize - key.access.size(), kKeyAlphabet);
  key.secret = base::make_text(random, kSecretSize, kSecretAlphabet);
  key.expires = claims.principal.expires;
  claims.principal.access_key = identity::AccessKeyId(key.access);
  claims.secret = base::Secret(key.secret);
  key.security_token = ring.seal(claims, Purpose::SecurityToken);
  return key;
}

void add_method(Principal& principal, std::string_view method) {
  auto& methods = principal.methods;
  if (std::ranges::find(methods, method) == methods.end()) methods.emplace_back(method);
}

// What the user is by its password: the parent of its first token, without a snapshot of roles and
// without an end.
Principal principal_of(const identity::User& user, std::string account_name) {
  Principal principal;
  principal.account = user.account;
  principal.account_name = std::move(account_name);
  principal.id = user.id.value;
  principal.name = user.name;
  principal.root = user.root;
  principal.credential = CredentialKind::AccessKey;  // as a permanent key: what is granted now
  principal.expires = base::Time::max();
  return principal;
}

// The agency as its trusted caller may act through it: never longer than the caller or the agency
// lasts.
base::Result<Principal> assume(const directory::Directory& directory,
                               const identity::Agency& agency, const Principal& caller) {
  if (caller.kind != Principal::Kind::User) {
    return base::fail(Code::Denied, "an agency cannot be assumed through an agency");
  }
  if (agency.trusted_account.empty() || caller.account != agency.trusted_account) {
    return base::fail(Code::Denied, "the agency does not trust this account");
  }
  const auto account = directory.find_account(agency.account);
  if (!account || !account->enabled)
    return base::fail(Code::Denied, "the agency's account is disabled");
  Principal principal;
  principal.kind = Principal::Kind::Agency;
  principal.account = agency.account;
  principal.account_name = account->name;
  principal.id = agency.id.value;
  principal.name = account->name + '/' + agency.name;
  principal.credential = CredentialKind::AccessKey;  // no snapshot yet
  principal.expires = std::min(caller.expires, agency.expires.value_or(base::Time::max()));
  principal.methods = {"assume_role"};
  principal.mfa_at = caller.mfa_at;
  principal.assumed_by = {caller.account, caller.account_name, identity::UserId(caller.id),
                          caller.name};
  return principal;
}

}  // namespace

Issuer::Issuer(const directory::Directory& directory, const TokenRing& ring,
               const base::Clock& clock, base::Random& random, Settings settings)
    : directory_(directory),
      ring_(ring),
      clock_(clock),
      random_(random),
      settings_(std::move(settings)) {}

base::Result<IssuedToken> Issuer::token_for_user(const identity::User& user, Scope scope,
                                                 std::vector<std::string> methods) const {
  const auto account = directory_.find_account(user.account);
  if (!account || !account->enabled) return base::fail(Code::Denied, "the account is disabled");
  const auto now = clock_.now();
  auto claims =
      detail::derive(directory_, principal_of(user, account->name),
                     {CredentialKind::Token, std::move(scope), now, settings_.token_life});
  if (!claims) return error_of(claims);
  // `user` is what was proven. If its password changed since, this token must be as old as that
  // proof.
  claims->epoch = user.epoch;
  auto& principal = claims->principal;
  if (std::ranges::find(methods, "totp") != methods.end()) principal.mfa_at = now;
  principal.methods = std::move(methods);
  return seal_token(ring_, random_, std::move(*claims));
}

base::Result<IssuedToken> Issuer::token_from(const Principal& parent, Scope scope) const {
  auto claims =
      detail::derive(directory_, parent,
                     {CredentialKind::Token, std::move(scope), clock_.now(), settings_.token_life});
  if (!claims) return error_of(claims);
  add_method(claims->principal, "token");
  return seal_token(ring_, random_, std::move(*claims));
}

base::Result<IssuedToken> Issuer::token_for_agency(const identity::Agency& agency,
                                                   const Principal& caller, Scope scope) const {
  if (scope.kind == Scope::Kind::None) {
    return base::fail(Code::InvalidArgument,
                      "a token of an agency needs a project or the account as its scope");
  }
  auto parent = assume(directory_, agency, caller);
  if (!parent) return error_of(parent);
  auto claims =
      detail::derive(directory_, *parent,
                     {CredentialKind::Token, std::move(scope), clock_.now(), settings_.token_life});
  if (!claims) return error_of(claims);
  return seal_token(ring_, random_, std::move(*claims));
}

base::Result<TemporaryKey> Issuer::key_from(const Principal& parent, base::Duration life) const {
  const auto clamped = std::clamp(life, kShortestKeyLife, kLongestKeyLife);
  auto claims =
      detail::derive(directory_, parent, {CredentialKind::TemporaryKey, {}, clock_.now(), clamped});
  if (!claims) return error_of(claims);
  return seal_key(ring_, random_, std::move(*claims));
}

base::Result<TemporaryKey> Issuer::key_for_agency(const identity::Agency& agency,
                                                  const Principal& caller,
                                                  base::Duration life) const {
  auto parent = assume(directory_, agency, caller);
  if (!parent) return error_of(parent);
  return key_from(*parent, life);
}

}  // namespace jianmen::authn
