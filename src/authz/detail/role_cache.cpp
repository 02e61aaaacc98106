#include "authz/detail/role_cache.hpp"

#include <algorithm>

namespace jianmen::authz::detail {

namespace {

using identity::GrantScope;
using identity::Principal;
using identity::RoleId;
using identity::Scope;

constexpr std::size_t kMostEntries =
    8192;  // of each map; a compiled set of a usual user is a few KiB

template <class Map, class Value>
const Value& remember(Map& map, const std::string& key, Value value) {
  if (map.size() >= kMostEntries) map.erase(map.begin());
  return map.insert_or_assign(key, std::move(value)).first->second;
}

}  // namespace

RoleCache::RoleCache(const directory::Directory& directory)
    : directory_(directory), generation_(directory.generation()) {}

// The generation is read before the data: what is cached under it is never older than it says.
void RoleCache::refresh() {
  const auto generation = directory_.generation();
  if (generation == generation_) return;
  generation_ = generation;
  by_holder_.clear();
  by_ids_.clear();
  projects_.clear();
}

SharedRoleSet RoleCache::effective(const Principal& principal, const Scope& scope) {
  if (!principal.roles) return granted_now(principal, scope);
  const bool same =
      principal.scope.kind == scope.kind &&
      (scope.kind != Scope::Kind::Project || principal.scope.project == scope.project);
  if (same) return of(principal.account, *principal.roles);
  auto now = granted_now(principal, scope);
  if (principal.scope.kind == Scope::Kind::Domain) return now;
  std::vector<RoleId> both;
  for (const auto& id : now->ids) {
    if (std::ranges::find(*principal.roles, id) != principal.roles->end()) both.push_back(id);
  }
  return of(principal.account, both);
}

SharedRoleSet RoleCache::granted_now(const Principal& principal, const Scope& scope) {
  key_.assign(principal.kind == Principal::Kind::User ? "u/" : "a/");
  key_.append(principal.account.value).append("/").append(principal.id).append("/");
  if (scope.kind == Scope::Kind::Project) key_.append(scope.project.value);
  if (const auto found = by_holder_.find(key_); found != by_holder_.end()) {
    counters_.hits.add();
    return found->second;
  }
  counters_.misses.add();
  return remember(by_holder_, key_, compile(principal.account, load_granted(principal, scope)));
}

SharedRoleSet RoleCache::of(const identity::AccountId& account, std::span<const RoleId> ids) {
  key_.assign(account.value);
  for (const auto& id : ids) key_.append("/").append(id.value);
  if (const auto found = by_ids_.find(key_); found != by_ids_.end()) {
    counters_.hits.add();
    return found->second;
  }
  counters_.misses.add();
  return remember(by_ids_, key_, compile(account, ids));
}

bool RoleCache::owns(const identity::AccountId& account, const identity::ProjectId& project) {
  key_.assign(account.value).append("/").append(project.value);
  if (const auto found = projects_.find(key_); found != projects_.end()) return found->second;
  const auto known = directory_.find_project(project);
  return remember(projects_, key_, known && known->account == account);
}

std::vector<RoleId> RoleCache::load_granted(const Principal& principal, const Scope& scope) const {
  const bool on_project = scope.kind == Scope::Kind::Project;
  const auto where = on_project ? GrantScope::Project : GrantScope::Domain;
  const auto project = on_project ? scope.project : identity::ProjectId();
  if (principal.kind == Principal::Kind::Agency) {
    const auto agency = directory_.find_agency(identity::AgencyId(principal.id));
    if (!agency || agency->account != principal.account) return {};
    return directory_.roles_of_agency(*agency, where, project);
  }
  const auto user = directory_.find_user(identity::UserId(principal.id));
  if (!user || user->account != principal.account) return {};
  return directory_.roles_of_user(*user, where, project);
}

SharedRoleSet RoleCache::compile(const identity::AccountId& account,
                                 std::span<const RoleId> ids) const {
  auto set = std::make_shared<RoleSet>();
  std::vector<identity::Role> roles;
  for (const auto& id : ids) {
    auto role = directory_.find_role(id);
    if (!role || (!role->account.empty() && role->account != account)) continue;
    set->ids.push_back(id);
    set->display_names.push_back(role->display_name);
    roles.push_back(std::move(*role));
  }
  auto compiled = policy::Compiled::create(roles);
  if (!compiled) {
    set->broken = compiled.error().message;
    compiled = policy::Compiled::create({});
  }
  set->compiled = std::move(*compiled);
  return set;
}

}  // namespace jianmen::authz::detail
