#include "authz/scope.hpp"

#include <utility>

namespace jianmen::authz {

namespace {

using catalog::OperationScope;
using identity::Cause;
using identity::Principal;
using identity::Refusal;
using identity::Scope;

// A token's scope binds, and that of a key made from one; a project that X-Project-Id chose for a
// permanent key does not: AK/SK has no scope of its own.
bool scope_binds(const Principal& principal) {
  return principal.credential == identity::CredentialKind::Token || principal.roles.has_value();
}

std::string scope_text(const Scope& scope) {
  switch (scope.kind) {
    case Scope::Kind::None:
      return "none";
    case Scope::Kind::Domain:
      return "domain";
    case Scope::Kind::Project:
      return scope.project.value;
  }
  return "none";
}

std::expected<ActsIn, Refusal> find_project(const directory::Directory& directory,
                                            const catalog::Catalog& catalog,
                                            const Principal& principal,
                                            const ScopeQuestion& question) {
  const bool in_project = principal.scope.kind == Scope::Kind::Project;
  std::string wanted(question.project_id);
  if (wanted.empty() && in_project) wanted = principal.scope.project.value;

  const auto refused = [&](Cause cause, const identity::Project* own = nullptr) {
    Refusal refusal{cause, {}};
    refusal.with("url_project", wanted).with("token_scope", scope_text(principal.scope));
    if (in_project) refusal.with("token_project_name", principal.scope.project_name);
    if (own) {
      refusal.with("url_project_name", own->name).with("host_region", std::string(question.region));
    }
    return std::unexpected(std::move(refusal));
  };
  if (wanted == principal.account.value) return refused(Cause::ScopeAccountIdAsProject);
  if (wanted.find('{') != std::string::npos) return refused(Cause::RoutePlaceholder);
  const bool binds = scope_binds(principal);
  if (binds && !in_project) return refused(Cause::ScopeDomainOnRegional);
  auto project = directory.find_project(identity::ProjectId(wanted));
  if (!project || project->account != principal.account) {
    return refused(Cause::ScopeProjectNotYours);
  }
  if (!project->enabled) return refused(Cause::ScopeProjectNotYours, &*project);  // suspended
  if (binds && principal.scope.project != project->id) {
    return refused(Cause::ScopeOtherProject, &*project);
  }
  const bool elsewhere = !question.region.empty() && question.region != project->region;
  if (elsewhere && catalog.find_region(project->region)) {
    return refused(Cause::ScopeOtherProject, &*project);
  }
  ActsIn acts_in;
  acts_in.scope = Scope{Scope::Kind::Project, project->id, project->name};
  acts_in.region = project->region;
  acts_in.project = std::move(project);
  return acts_in;
}

}  // namespace

std::expected<ActsIn, Refusal> find_scope(const directory::Directory& directory,
                                          const catalog::Catalog& catalog,
                                          const Principal& principal,
                                          const ScopeQuestion& question) {
  if (question.rule == OperationScope::Project) {
    return find_project(directory, catalog, principal, question);
  }
  if (question.rule == OperationScope::Domain) {
    if (scope_binds(principal) && principal.scope.kind != Scope::Kind::Domain) {
      Refusal refusal{Cause::ScopeProjectOnGlobal, {}};
      refusal.with("token_scope", scope_text(principal.scope))
          .with("token_project_name", principal.scope.project_name);
      return std::unexpected(std::move(refusal));
    }
  } else if (!question.domain_id.empty() && question.domain_id != principal.account.value) {
    // Any scope will do; what it acts in is the account, and an account id in the path is always
    // the caller's own.
    Refusal refusal{Cause::PermissionNotGranted, {}};
    refusal.with("url_account", std::string(question.domain_id))
        .with("account", principal.account.value);
    return std::unexpected(std::move(refusal));
  }
  return ActsIn{{Scope::Kind::Domain, {}, {}}, std::string(question.region), std::nullopt};
}

}  // namespace jianmen::authz
