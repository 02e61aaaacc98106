#include "authn/detail/derive.hpp"

#include <algorithm>
#include <utility>

namespace jianmen::authn::detail {

namespace {

using base::Code;
using directory::GrantScope;
using identity::CredentialKind;
using identity::Principal;
using identity::RoleId;
using identity::Scope;

// Who the parent stands for, as the directory knows it now.
struct Holder {
  std::optional<identity::User> user;
  std::optional<identity::Agency> agency;
  std::uint64_t epoch = 0, caller_epoch = 0;

  std::vector<RoleId> roles(const directory::Directory& directory, const Scope& scope) const {
    return user ? current_roles(directory, *user, scope) : current_roles(directory, *agency, scope);
  }
};

base::Result<identity::User> load_active_user(const directory::Directory& directory,
                                              std::string_view id,
                                              const identity::AccountId& account) {
  auto user = directory.find_user(identity::UserId(id));
  if (!user || user->account != account || !user->enabled) {
    return base::fail(Code::Denied, "the user of this credential is gone or disabled");
  }
  return std::move(*user);
}

base::Result<Holder> load_holder(const directory::Directory& directory, const Principal& parent,
                                 base::Time now) {
  Holder holder;
  if (parent.kind == Principal::Kind::User) {
    auto user = load_active_user(directory, parent.id, parent.account);
    if (!user) return error_of(user);
    holder.epoch = user->epoch;
    holder.user = std::move(*user);
    return holder;
  }
  holder.agency = directory.find_agency(identity::AgencyId(parent.id));
  const auto& agency = holder.agency;
  if (!agency || agency->account != parent.account || !parent.assumed_by ||
      parent.assumed_by->account != agency->trusted_account ||
      (agency->expires && now >= *agency->expires)) {
    return base::fail(
        Code::Denied,
        "the agency of this credential is gone, has expired or no longer trusts its user");
  }
  holder.epoch = agency->epoch;
  auto caller =
      load_active_user(directory, parent.assumed_by->user.value, parent.assumed_by->account);
  if (!caller) return error_of(caller);
  holder.caller_epoch = caller->epoch;
  return holder;
}

// Only what the snapshot has and is still granted: between the parent's check and now a grant may
// have gone, and the child is sealed with the epoch of now.
std::vector<RoleId> still_granted(const std::vector<RoleId>& snapshot,
                                  std::vector<RoleId> current) {
  std::erase_if(current, [&](const RoleId& role) {
    return std::ranges::find(snapshot, role) == snapshot.end();
  });
  return current;
}

bool is_unscoped_token(const Principal& principal) {
  return principal.credential == CredentialKind::Token && principal.scope.kind == Scope::Kind::None;
}

bool is_same_scope(const Scope& a, const Scope& b) {
  return a.kind == b.kind && a.project == b.project;
}

base::Result<Scope> child_scope(const directory::Directory& directory, const Principal& parent,
                                const Wanted& wanted) {
  const bool in_project = parent.scope.kind == Scope::Kind::Project;
  if (wanted.credential == CredentialKind::TemporaryKey) {
    if (is_unscoped_token(parent))
      return base::fail(Code::Denied, "a token without a scope gives no key");
    return in_project ? parent.scope
                      : Scope();  // a key without a project takes the scope from the URL
  }
  // Not even none: a token without a scope would give any other.
  if (in_project && !is_same_scope(parent.scope, wanted.scope)) {
    return base::fail(Code::Denied, "a credential of one project gives nothing for another scope");
  }
  return resolve_scope(directory, parent.account, wanted.scope);
}

std::optional<std::vector<RoleId>> child_roles(const directory::Directory& directory,
                                               const Principal& parent, const Holder& holder,
                                               const Scope& scope, CredentialKind credential) {
  const bool same = is_same_scope(parent.scope, scope);
  if (credential == CredentialKind::TemporaryKey && (!same || !parent.roles)) return std::nullopt;
  auto current = holder.roles(directory, scope);
  if (same && parent.roles) return still_granted(*parent.roles, std::move(current));
  return current;
}

}  // namespace

std::vector<RoleId> current_roles(const directory::Directory& directory, const identity::User& user,
                                  const Scope& scope) {
  if (scope.kind == Scope::Kind::None) return {};
  const bool domain = scope.kind == Scope::Kind::Domain;
  return directory.roles_of_user(user, domain ? GrantScope::Domain : GrantScope::Project,
                                 scope.project);
}

std::vector<RoleId> current_roles(const directory::Directory& directory,
                                  const identity::Agency& agency, const Scope& scope) {
  if (scope.kind == Scope::Kind::None) return {};
  const bool domain = scope.kind == Scope::Kind::Domain;
  return directory.roles_of_agency(agency, domain ? GrantScope::Domain : GrantScope::Project,
                                   scope.project);
}

base::Result<Scope> resolve_scope(const directory::Directory& directory,
                                  const identity::AccountId& account, const Scope& scope) {
  Scope resolved;
  resolved.kind = scope.kind;
  if (scope.kind != Scope::Kind::Project) return resolved;
  auto project = directory.find_project(scope.project);
  if (!project || project->account != account) {
    return base::fail(Code::NotFound,
                      "the account has no project " + scope.project.value.substr(0, 64));
  }
  resolved.project = std::move(project->id);
  resolved.project_name = std::move(project->name);
  return resolved;
}

base::Result<Claims> derive(const directory::Directory& directory, const Principal& parent,
                            const Wanted& wanted) {
  if (wanted.now >= parent.expires)
    return base::fail(Code::Unauthenticated, "the credential has expired");
  // The epoch before the roles: what is taken away in between leaves the child with an old epoch.
  auto holder = load_holder(directory, parent, wanted.now);
  if (!holder) return error_of(holder);
  auto scope = child_scope(directory, parent, wanted);
  if (!scope) return error_of(scope);

  Claims claims;
  claims.epoch = holder->epoch;
  claims.caller_epoch = holder->caller_epoch;
  auto& child = claims.principal;
  child = parent;
  child.credential = wanted.credential;
  child.access_key = {};
  child.audit_id.clear();
  child.issued = wanted.now;
  child.expires = std::min(wanted.now + wanted.life, parent.expires);
  child.scope = std::move(*scope);
  child.roles = child_roles(directory, parent, *holder, child.scope, wanted.credential);
  // A token without a scope is for getting tokens: it must not carry the power of the account's own
  // user.
  const bool has_power =
      wanted.credential != CredentialKind::Token || child.scope.kind != Scope::Kind::None;
  child.root =
      has_power && holder->user && holder->user->root && (parent.root || is_unscoped_token(parent));
  if (child.roles && child.roles->size() > kMaxRolesInToken) {
    return base::fail(Code::TooLarge,
                      "more roles are granted in this scope than a token can carry");
  }
  return claims;
}

}  // namespace jianmen::authn::detail
