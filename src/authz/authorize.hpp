#pragma once
// May they? Collects what a principal was granted and asks policy. One per worker: compiled sets
// are cached by (principal's roles, scope) and checked against the directory's generation. Thread
// safety: one Authorizer belongs to one loop.

#include <memory>
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "metrics/counter.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::authz {

struct Question {
  std::string_view action =
      {};  // empty: no action exists; allowed to root and who holds any Allow on the service
  std::span<const std::string> aliases = {};
  std::string_view service = {};  // "ecs"
  std::string_view region = {};   // may be empty
  // That the request acts in: the URL's project, or the domain. IAM's own questions belong to the
  // whole account, whatever is said here: a credential of one project then gives only those of its
  // roles that are granted on the domain as well.
  identity::Scope scope = {};
  std::string_view resource = {};  // optional
  std::string_view uri = {};       // optional
  std::string_view peer = {};      // source address, for g:SourceIp
  bool secure = false;
  base::Time now{};
};

class Authorizer {
 public:
  explicit Authorizer(const directory::Directory& directory);
  ~Authorizer();

  policy::Decision decide(const identity::Principal& principal, const Question& question);

  // The same evaluation, with the cause and its evidence: permission.no_group, not_granted,
  // other_project, global_needed, denied, condition, resource, depends, stale_token, agency.
  // Evidence: action, scope, groups, roles, statement, near_miss, granted_in, smallest_grant.
  identity::Refusal explain(const identity::Principal& principal, const Question& question);

  // For a token's `roles` list: internal names of the roles in this scope.
  std::vector<std::string> role_names(const identity::Principal& principal,
                                      const identity::Scope& scope);

  // Of the compiled sets of roles; read by any thread.
  const metrics::CacheCounters& role_cache() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::authz
