#pragma once
// Who is calling? Token or signature → Principal, or the refusal. Hot: one per worker, with a cache
// of decoded keys and callers that is checked against the directory's generation, so that a
// disabled user, a deleted key or a changed password works at once. Thread safety: one
// Authenticator belongs to one loop; Lockouts is shared by all (sharded, bounded).

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "authn/signature/verify.hpp"
#include "authn/token/token.hpp"
#include "base/clock.hpp"
#include "directory/directory.hpp"
#include "http/message.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "metrics/counter.hpp"

namespace jianmen::authn {

struct Settings {
  signature::VerifySettings signature;
  unsigned failures_to_lock = 5;                       // more than this many in a row …
  base::Duration lock_time = std::chrono::minutes(5);  // … lock the key for so long
  base::Duration token_life = std::chrono::hours(24);
};

// Failures in a row of an access key; only keys that exist are counted, so memory is bounded by
// them.
class Lockouts {
 public:
  explicit Lockouts(const Settings& settings);
  ~Lockouts();
  bool is_locked(std::string_view access_key_id, base::Time now) const;
  void record_failure(std::string_view access_key_id, base::Time now);
  void record_success(std::string_view access_key_id);
  void clear();

 private:
  struct Table;
  std::unique_ptr<Table> table_;
};

class Authenticator {
 public:
  Authenticator(const directory::Directory& directory, const TokenRing& ring, Lockouts& lockouts,
                const base::Clock& clock, Settings settings);
  ~Authenticator();

  // Authorization with a known algorithm is the credential, whatever else came; else X-Auth-Token;
  // else refused. A key has no scope of its own: Principal.scope of a signed request is None,
  // unless X-Project-Id names a project of the key's account (another one, or another account in
  // X-Domain-Id, is refused), or the temporary key was made from a project-scoped credential and
  // keeps that project. Services take the scope None from the URL's project. The order of checks:
  // form of the header, key known, key locked, date, headers and payload, signature, key and user
  // enabled, project header. Refusals carry as evidence what their wire body and the diagnosis
  // need: `ak`, `canonical_request`, `signature_time`, `server_time`, `expires_at`, `change`,
  // `length`, `characters_missing` …
  // A body that had to be read is told by `read`.
  std::expected<std::shared_ptr<const identity::Principal>, identity::Refusal> authenticate(
      const http::Request& request, const signature::ReadBody* read = nullptr);

  // Before the body of a request is read (Request::source): all that can be said without it. The
  // hash that the signature covers the body with: read it, then authenticate. nullopt: none;
  // authenticate at once.
  std::expected<std::optional<crypto::Hash>, identity::Refusal> check_head(
      const http::Request& request);

  // A token by its text (for a refusal the same evidence), for X-Subject-Token and for methods that
  // take one in the body.
  std::expected<std::shared_ptr<const identity::Principal>, identity::Refusal> open_token(
      std::string_view token);

  // Read by any thread.
  const metrics::CacheCounters& token_cache() const;
  const metrics::CacheCounters& key_cache() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::authn
