#include "authn/authenticator.hpp"

#include <utility>

#include "authn/detail/callers.hpp"
#include "authn/detail/subjects.hpp"
#include "authn/signature/authorization.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::authn {

namespace {

using http::HeaderId;
using identity::Cause;
using identity::Principal;
using identity::Refusal;
using Outcome = std::expected<std::shared_ptr<const Principal>, Refusal>;

std::unexpected<Refusal> refuse(Cause cause) { return std::unexpected(Refusal{cause, {}}); }

// X-Auth-Token is absent and Authorization holds no signature: what was meant?
std::unexpected<Refusal> refuse_without_credential(const http::Request& request) {
  const auto authorization = base::trim(request.find(HeaderId::Authorization).value_or(""));
  if (!authorization.empty()) {
    if (base::equals_ignore_case(authorization.substr(0, 7), "Bearer ")) {
      return std::unexpected(
          Refusal{Cause::TokenWrongHeader, {}}.with("header", "Authorization: Bearer"));
    }
    auto parsed = signature::parse_authorization(authorization);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
  }
  if (request.find(HeaderId::XSubjectToken)) {
    return std::unexpected(Refusal{Cause::TokenWrongHeader, {}}.with("header", "X-Subject-Token"));
  }
  return refuse(Cause::TokenMissing);
}

// Tokens of other systems that people bring, by how their text begins.
std::string_view foreign_form(std::string_view token) {
  if (token.starts_with("MII")) return "Huawei Cloud";
  if (token.starts_with("gAAAAA")) return "OpenStack Keystone (Fernet)";
  return {};
}

Refusal with_key(Refusal refusal, const signature::Authorization& authorization) {
  if (!refusal.find("ak")) refusal.with("ak", std::string(authorization.access_key_id));
  return refusal;
}

Refusal refusal_of(OpenFault fault, std::string_view token) {
  Refusal refusal{Cause::TokenDamaged, {}};
  refusal.with("length", std::to_string(token.size()));
  switch (fault) {
    case OpenFault::NotAToken:
      if (const auto form = foreign_form(token); !form.empty()) {
        refusal.cause = Cause::TokenForeign;
        refusal.with("form", std::string(form));
      } else {
        refusal.with("problem", "not a token");
      }
      break;
    case OpenFault::Cut:
      refusal.with("problem", "cut");
      if (const auto missing = TokenRing::missing_characters(token); missing > 0) {
        refusal.with("characters_missing", std::to_string(missing));
      }
      break;
    case OpenFault::Damaged:
      refusal.with("problem", "altered");
      break;
    case OpenFault::Foreign:
      refusal.cause = Cause::TokenForeign;
      break;
    case OpenFault::OtherPurpose:
      refusal.cause = Cause::TokenSecurityTokenAsToken;
      break;
  }
  return refusal;
}

}  // namespace

// A token that was opened: good until then, as long as the directory's generation stands.
struct OpenToken {
  std::uint64_t generation = 0;
  base::Time until{};
  std::shared_ptr<const Principal> principal;
};

constexpr std::size_t kMostTokens = 4096, kLongestToken = 4096;  // kept, and of a kept one

struct Authenticator::Impl {
  const directory::Directory& directory;
  const TokenRing& ring;
  Lockouts& lockouts;
  const base::Clock& clock;
  Settings settings;
  detail::Subjects subjects;
  detail::Callers callers;
  // Found by the whole text. Who does not know a token cannot feel his way to it: only a text with
  // the same 64-bit hash is ever compared with one.
  detail::SecondChance<OpenToken> tokens{kMostTokens};
  metrics::CacheCounters token_counters;

  Impl(const directory::Directory& directory, const TokenRing& ring, Lockouts& lockouts,
       const base::Clock& clock, Settings settings)
      : directory(directory),
        ring(ring),
        lockouts(lockouts),
        clock(clock),
        settings(std::move(settings)),
        subjects(directory),
        callers(directory, ring, subjects) {}

  Outcome open_token(std::string_view text);
  Outcome open_signed(const http::Request& request, std::string_view authorization,
                      const signature::ReadBody* read);
  std::expected<std::optional<crypto::Hash>, Refusal> check_signed_head(
      const http::Request& request, std::string_view authorization);
  std::expected<void, Refusal> check_before_signature(const signature::SignedRequest& request,
                                                      const signature::Authorization& authorization,
                                                      const detail::Caller& caller,
                                                      base::Time now) const;
  std::expected<void, Refusal> check_signature(const signature::SignedRequest& request,
                                               const signature::Authorization& authorization,
                                               const detail::Caller& caller, base::Time now);
  Outcome scoped(const http::Request& request, detail::Caller& caller);
};

Authenticator::Authenticator(const directory::Directory& directory, const TokenRing& ring,
                             Lockouts& lockouts, const base::Clock& clock, Settings settings)
    : impl_(std::make_unique<Impl>(directory, ring, lockouts, clock, std::move(settings))) {}

Authenticator::~Authenticator() = default;

const metrics::CacheCounters& Authenticator::token_cache() const { return impl_->token_counters; }

const metrics::CacheCounters& Authenticator::key_cache() const { return impl_->callers.counters(); }

std::expected<std::optional<crypto::Hash>, Refusal> Authenticator::check_head(
    const http::Request& request) {
  const auto authorization = request.find(HeaderId::Authorization);
  if (authorization && signature::is_signature(*authorization))
    return impl_->check_signed_head(request, *authorization);
  return std::nullopt;
}

Outcome Authenticator::authenticate(const http::Request& request, const signature::ReadBody* read) {
  const auto authorization = request.find(HeaderId::Authorization);
  if (authorization && signature::is_signature(*authorization))
    return impl_->open_signed(request, *authorization, read);
  const auto token = request.find(HeaderId::XAuthToken);
  if (!token) return refuse_without_credential(request);
  return open_token(*token);
}

Outcome Authenticator::open_token(std::string_view token) {
  return impl_->open_token(base::trim(token));
}

namespace {

// By which change, and when: the last one that took something from the user, if it came after the
// token.
void add_loss(Refusal& refusal, const Principal& principal, const directory::Directory& directory) {
  const auto loss = directory.find_token_loss(identity::UserId(principal.id));
  if (!loss || loss->time < principal.issued) return;
  refusal.with("loss", loss->change).with("changed_at", base::to_iso_micros(loss->time));
}

}  // namespace

Outcome Authenticator::Impl::open_token(std::string_view text) {
  if (text.empty()) return refuse(Cause::TokenEmpty);
  const auto now = clock.now();
  const auto generation = directory.generation();  // before what is read under it
  if (const auto* known = tokens.find(text);
      known && known->generation == generation && now < known->until) {
    token_counters.hits.add();
    return known->principal;
  }
  token_counters.misses.add();
  auto claims = ring.open(text, Purpose::Token);
  if (!claims) return std::unexpected(refusal_of(claims.error(), text));
  auto& principal = claims->principal;
  // Whose it was: the explanation can then say how to get the next one, and to whom it may be told.
  const auto refuse_own = [&](Cause cause) {
    subjects.complete(principal);
    return Refusal{cause, {}}
        .with("token_account", principal.account_name)
        .with("token_user", principal.name);
  };
  if (now >= principal.expires) {
    return std::unexpected(
        refuse_own(Cause::TokenExpired).with("expires_at", base::to_iso_micros(principal.expires)));
  }
  auto change = subjects.what_changed(*claims, now);
  if (change.empty() && directory.is_token_revoked(principal.audit_id))
    change = "revoked by DELETE";
  if (!change.empty()) {
    auto refusal = refuse_own(Cause::TokenRevoked)
                       .with("change", std::string(change))
                       .with("issued_at", base::to_iso_micros(principal.issued));
    if (principal.kind == Principal::Kind::User) add_loss(refusal, principal, directory);
    return std::unexpected(std::move(refusal));
  }
  subjects.complete(principal);
  auto opened = std::make_shared<const Principal>(std::move(principal));
  if (text.size() <= kLongestToken) {
    tokens.put(text, {generation, subjects.end_of(*opened), opened});
  }
  return opened;
}

// The order of the checks is the order of what they tell: whether a key is switched off, only its
// owner learns.
Outcome Authenticator::Impl::open_signed(const http::Request& request, std::string_view header,
                                         const signature::ReadBody* read) {
  const auto now = clock.now();
  auto authorization = signature::parse_authorization(header);
  if (!authorization) return std::unexpected(std::move(authorization.error()));
  const auto security_token = request.find(HeaderId::XSecurityToken).value_or("");
  auto found = callers.find(authorization->access_key_id, security_token, now);
  if (!found) return std::unexpected(std::move(found.error()));
  auto& caller = **found;
  const signature::SignedRequest signed_request(request, authorization->signed_headers, read);
  // Nobody is let through on the word of a body that was not looked at.
  if (request.source && !read && signature::covered_body(signed_request, *authorization))
    return refuse(Cause::SignatureBodyNotHashed);
  if (auto ok = check_signature(signed_request, *authorization, caller, now); !ok) {
    return std::unexpected(with_key(std::move(ok.error()), *authorization));
  }
  Refusal refusal{Cause::SignatureAccessKeyInactive, {}};
  if (!caller.inactive.empty()) {
    refusal.with("ak", caller.principal->access_key.value)
        .with("inactive", std::string(caller.inactive));
    return std::unexpected(std::move(refusal));
  }
  if (!caller.changed.empty()) {
    refusal.cause = Cause::SignatureSecurityTokenInvalid;
    refusal.with("ak", caller.principal->access_key.value)
        .with("change", std::string(caller.changed));
    return std::unexpected(std::move(refusal));
  }
  return scoped(request, caller);
}

// A digest in a signed header is as good as the body itself for the signature: who is no caller is
// told before the body is read.
std::expected<std::optional<crypto::Hash>, Refusal> Authenticator::Impl::check_signed_head(
    const http::Request& request, std::string_view header) {
  const auto now = clock.now();
  auto authorization = signature::parse_authorization(header);
  if (!authorization) return std::unexpected(std::move(authorization.error()));
  const signature::SignedRequest signed_request(request, authorization->signed_headers);
  const auto hash = signature::covered_body(signed_request, *authorization);
  if (!hash) return std::nullopt;
  const auto security_token = request.find(HeaderId::XSecurityToken).value_or("");
  auto found = callers.find(authorization->access_key_id, security_token, now);
  if (!found) return std::unexpected(std::move(found.error()));
  const auto* payload =
      signed_request.find(signature::payload_header_name(authorization->algorithm));
  const bool complete = payload && payload->count > 0;
  auto ok = complete ? check_signature(signed_request, *authorization, **found, now)
                     : check_before_signature(signed_request, *authorization, **found, now);
  if (!ok) return std::unexpected(with_key(std::move(ok.error()), *authorization));
  return hash;
}

std::expected<void, Refusal> Authenticator::Impl::check_before_signature(
    const signature::SignedRequest& request, const signature::Authorization& authorization,
    const detail::Caller& caller, base::Time now) const {
  // Failures of temporary keys are not counted: anyone may have any number of them, and they die by
  // themselves.
  if (caller.permanent && lockouts.is_locked(authorization.access_key_id, now))
    return refuse(Cause::SignatureAccessKeyLocked);
  if (!caller.permanent && !request.find("x-security-token")) {
    return std::unexpected(Refusal{Cause::SignatureSecurityTokenInvalid, {}}.with(
        "problem", "X-Security-Token is not in SignedHeaders"));
  }
  return signature::check_before_key(request, authorization, now, settings.signature);
}

std::expected<void, Refusal> Authenticator::Impl::check_signature(
    const signature::SignedRequest& request, const signature::Authorization& authorization,
    const detail::Caller& caller, base::Time now) {
  const auto id = authorization.access_key_id;
  if (auto ok = check_before_signature(request, authorization, caller, now); !ok) return ok;
  auto verified = signature::verify(request, authorization, *caller.key, settings.signature);
  if (!verified) {
    if (caller.permanent) lockouts.record_failure(id, now);
    return std::unexpected(std::move(verified.error()));
  }
  if (caller.permanent) lockouts.record_success(id);
  return {};
}

Outcome Authenticator::Impl::scoped(const http::Request& request, detail::Caller& caller) {
  const auto& account = caller.principal->account.value;
  const auto domain = request.find(HeaderId::XDomainId).value_or("");
  if (!domain.empty() && domain != account) {
    return std::unexpected(Refusal{Cause::SignatureProjectHeader, {}}
                               .with("ak", caller.principal->access_key.value)
                               .with("header", "X-Domain-Id")
                               .with("value", std::string(domain.substr(0, 128)))
                               .with("account", account));
  }
  // An empty header says nothing: the C++ SDK signs one when it knows no project.
  const auto project = request.find(HeaderId::XProjectId).value_or("");
  if (project.empty()) return caller.principal;
  return callers.in_project(caller, project);
}

}  // namespace jianmen::authn
