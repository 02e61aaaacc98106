#pragma once
// Access keys as the authenticator needs them: the decoded key and the principal that it stands
// for, cached while the directory's generation stands. Permanent keys are of the directory; a
// temporary key is what its X-Security-Token carries. Thread safety: none, one loop's own.

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authn/detail/second_chance.hpp"
#include "authn/detail/subjects.hpp"
#include "authn/signature/verify.hpp"
#include "authn/token/token.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "metrics/counter.hpp"

namespace jianmen::authn::detail {

// The first characters of every temporary access key id.
constexpr std::string_view kTemporaryPrefix = "HST";

struct Caller {
  std::uint64_t generation = 0;
  std::string sealed;  // what the key was decoded from: the sealed SK, or the security token
  std::shared_ptr<const signature::VerificationKey> key;
  std::shared_ptr<const identity::Principal> principal;
  std::string_view inactive;  // "key", "user" or "account" that is switched off; empty: none
  std::string_view changed;   // temporary keys: why they were taken back
  bool permanent = true;
  // The same principal under the projects that X-Project-Id named, most recent last.
  std::vector<std::pair<std::string, std::shared_ptr<const identity::Principal>>> by_project;
};

class Callers {
 public:
  Callers(const directory::Directory& directory, const TokenRing& ring, Subjects& subjects)
      : directory_(directory), ring_(ring), subjects_(subjects) {}

  // The caller of a key, however it is switched off: that is told after the signature was verified.
  // `security_token` empty: none came. The pointer is valid until the next find().
  std::expected<Caller*, identity::Refusal> find(std::string_view access_key_id,
                                                 std::string_view security_token, base::Time now);
  // The caller's principal with the scope of a project, or the refusal when the project is not of
  // its account.
  std::expected<std::shared_ptr<const identity::Principal>, identity::Refusal> in_project(
      Caller& caller, std::string_view project);

  const metrics::CacheCounters& counters() const { return counters_; }

 private:
  std::expected<Caller*, identity::Refusal> find_permanent(std::string_view access_key_id,
                                                           std::uint64_t generation);
  std::expected<Caller*, identity::Refusal> find_temporary(std::string_view access_key_id,
                                                           std::string_view security_token,
                                                           std::uint64_t generation,
                                                           base::Time now);

  const directory::Directory& directory_;
  const TokenRing& ring_;
  Subjects& subjects_;
  metrics::CacheCounters counters_;
  SecondChance<Caller> permanent_{65'536}, temporary_{8'192};
};

}  // namespace jianmen::authn::detail
