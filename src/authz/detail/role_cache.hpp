#pragma once
// Which roles apply, compiled: by holder and scope (what is granted now), or by a list of ids (what
// a credential carries). Bounded; emptied when the directory changes. One thread.

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "directory/directory.hpp"
#include "identity/principal.hpp"
#include "metrics/counter.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::authz::detail {

struct RoleSet {
  std::vector<identity::RoleId> ids;
  std::vector<std::string> display_names;
  std::shared_ptr<const policy::Compiled> compiled;  // never null
  std::string broken;  // a role that does not compile: then the whole set gives nothing
};

using SharedRoleSet = std::shared_ptr<const RoleSet>;

class RoleCache {
 public:
  explicit RoleCache(const directory::Directory& directory);

  void refresh();  // before each question: forgets everything when the directory has changed

  // The roles that a principal has in `scope`; see authorize.hpp.
  SharedRoleSet effective(const identity::Principal& principal, const identity::Scope& scope);
  SharedRoleSet granted_now(const identity::Principal& principal, const identity::Scope& scope);
  // Of the ids, those that still exist and are the system's or the account's own.
  SharedRoleSet of(const identity::AccountId& account, std::span<const identity::RoleId> ids);
  bool owns(const identity::AccountId& account, const identity::ProjectId& project);

  const metrics::CacheCounters& counters() const { return counters_; }

 private:
  template <class Value>
  using Map = std::unordered_map<std::string, Value>;

  std::vector<identity::RoleId> load_granted(const identity::Principal& principal,
                                             const identity::Scope& scope) const;
  SharedRoleSet compile(const identity::AccountId& account,
                        std::span<const identity::RoleId> ids) const;

  const directory::Directory& directory_;
  std::uint64_t generation_;
  std::string key_;  // kept for its memory
  metrics::CacheCounters counters_;
  Map<SharedRoleSet> by_holder_, by_ids_;
  Map<bool> projects_;
};

}  // namespace jianmen::authz::detail
