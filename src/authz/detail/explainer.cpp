#include "authz/detail/explainer.hpp"

#include <algorithm>

#include "authz/detail/asked.hpp"
#include "base/time_text.hpp"

namespace jianmen::authz::detail {

namespace {

using identity::Cause;
using identity::Grant;
using identity::GrantScope;
using identity::Principal;
using identity::RoleId;
using identity::Scope;
using Why = policy::NearMiss::Why;

constexpr std::size_t kMostProjects = 200;  // that one explanation looks into

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

}  // namespace

bool applies_in(const Grant& grant, const Scope& scope) {
  if (grant.scope == GrantScope::Inherited) return true;
  if (scope.kind == Scope::Kind::Project) {
    return grant.scope == GrantScope::Project && grant.project == scope.project;
  }
  return grant.scope == GrantScope::Domain;
}

Explainer::Explainer(const directory::Directory& directory, RoleCache& roles,
                     const Principal& principal, const Question& question)
    : directory_(directory),
      roles_(roles),
      principal_(principal),
      question_(question),
      scope_(scope_of(question)),
      is_user_(principal.kind == Principal::Kind::User),
      effective_(roles.effective(principal, scope_)),
      now_(roles.granted_now(principal, scope_)),
      remaining_(now_->ids) {
  if (!is_user_) {
    grants_ = directory.list_grants(principal.account, Grant::Holder::Agency, principal.id);
    return;
  }
  groups_ = directory.list_groups_of(identity::UserId(principal.id));
  for (const auto& group : groups_) {
    std::ranges::move(
        directory.list_grants(principal.account, Grant::Holder::Group, group.id.value),
        std::back_inserter(grants_));
  }
}

identity::Refusal Explainer::run() {
  add_situation();
  if (scope_.kind == Scope::Kind::Project && !roles_.owns(principal_.account, scope_.project)) {
    refusal_.cause = Cause::ScopeProjectNotYours;
    return std::move(refusal_);
  }
  const auto explanation = Asked(principal_, question_, *effective_->compiled).explain();
  refusal_.cause = choose_cause(explanation);
  switch (refusal_.cause) {
    case Cause::PermissionDenied:
      add_statement(*explanation.decision.by);
      add_way_around_denials();
      break;
    case Cause::PermissionStaleToken:
      add_token_times(*now_);
      break;
    case Cause::ScopeProjectOnGlobal:
    case Cause::ScopeOtherProject:
      refusal_.with("token_scope", principal_.scope.project.value)
          .with("token_project_name", principal_.scope.project_name);
      break;
    case Cause::Unknown:
      break;
    default:
      // In the order in which choose_cause() prefers them, so that the first is the cause's own.
      for (const auto why : {Why::Depends, Why::Condition, Why::Resource, Why::OwnDeny}) {
        if (const auto* miss = find_near_miss(why, explanation)) {
          add_near_miss(*miss);
          break;
        }
      }
      add_group_that_allows();
      add_smallest_grant();
  }
  if (!calls_.empty()) refusal_.with("grant_calls", calls_);
  return std::move(refusal_);
}

Cause Explainer::choose_cause(const policy::Explanation& explanation) {
  if (explanation.decision.allowed()) return Cause::Unknown;  // granted since it was refused
  if (explanation.decision.outcome == policy::Decision::Outcome::Denied) {
    return Cause::PermissionDenied;
  }
  if (principal_.roles && ask(*now_, question_).allowed()) return cause_of_scope();
  if (find_near_miss(Why::Depends, explanation)) return Cause::PermissionDepends;
  if (find_near_miss(Why::Condition, explanation)) return Cause::PermissionCondition;
  if (find_near_miss(Why::Resource, explanation)) return Cause::PermissionResource;
  elsewhere_ = look_elsewhere();
  if (!elsewhere_.projects.empty()) {
    refusal_.with("granted_in", joined(elsewhere_.projects));
    return scope_.kind == Scope::Kind::Project ? Cause::PermissionOtherProject
                                               : Cause::PermissionGlobalNeeded;
  }
  if (elsewhere_.domain) {
    refusal_.with("granted_in", "domain");
    return Cause::PermissionGlobalNeeded;
  }
  if (!is_user_) return Cause::PermissionAgency;
  return groups_.empty() ? Cause::PermissionNoGroup : Cause::PermissionNotGranted;
}

// The roles granted now would do: the credential is older than they are, or was issued for another
// scope.
Cause Explainer::cause_of_scope() const {
  if (principal_.scope.kind == Scope::Kind::Project) {
    if (scope_.kind != Scope::Kind::Project) return Cause::ScopeProjectOnGlobal;
    if (scope_.project != principal_.scope.project) return Cause::ScopeOtherProject;
  }
  return Cause::PermissionStaleToken;
}

const policy::NearMiss* Explainer::find_near_miss(Why why,
                                                  const policy::Explanation& explanation) const {
  const auto found = std::ranges::find(explanation.near_misses, why, &policy::NearMiss::why);
  return found == explanation.near_misses.end() ? nullptr : &*found;
}

policy::Decision Explainer::ask(const RoleSet& set, const Question& question) const {
  return Asked(principal_, question, *set.compiled).decide();
}

Question Explainer::moved_to(const identity::Project& project) const {
  auto question = question_;
  question.scope = {Scope::Kind::Project, project.id, project.name};
  question.region = project.region;
  return question;
}

std::vector<RoleId> Explainer::roles_in(const std::vector<Grant>& grants,
                                        const Scope& scope) const {
  std::vector<RoleId> ids;
  for (const auto& grant : grants) {
    if (applies_in(grant, scope)) ids.push_back(grant.role);
  }
  return ids;
}

Explainer::Elsewhere Explainer::look_elsewhere() {
  Elsewhere found;
  const auto note = [&](const policy::Decision& decision, GrantScope where) {
    if (!decision.allowed()) return false;
    found.role = decision.by->role_name;
    for (const auto& grant : grants_) {
      if (grant.role != decision.by->role || grant.scope != where || !is_user_) continue;
      const auto group =
          std::ranges::find(groups_, identity::GroupId(grant.holder_id), &identity::Group::id);
      if (group != groups_.end()) found.group = group->name;
    }
    return true;
  };
  std::vector<identity::ProjectId> seen{scope_.project};
  for (const auto& grant : grants_) {
    if (grant.scope != GrantScope::Project || seen.size() > kMostProjects ||
        std::ranges::find(seen, grant.project) != seen.end()) {
      continue;
    }
    seen.push_back(grant.project);
    const auto project = directory_.find_project(grant.project);
    if (!project) continue;
    const auto question = moved_to(*project);
    const auto set = roles_.granted_now(principal_, question.scope);
    if (note(ask(*set, question), GrantScope::Project)) found.projects.push_back(project->name);
  }
  if (scope_.kind == Scope::Kind::Project && found.projects.empty()) {
    auto question = question_;
    question.scope = {Scope::Kind::Domain, {}, {}};
    const auto set = roles_.granted_now(principal_, question.scope);
    found.domain = note(ask(*set, question), GrantScope::Domain);
  }
  std::ranges::sort(found.projects);
  return found;
}

void Explainer::add_situation() {
  std::vector<std::string> groups;
  groups.reserve(groups_.size());
  for (const auto& group : groups_) groups.push_back(group.name);
  const bool on_project = scope_.kind == Scope::Kind::Project;
  refusal_.with("action", std::string(question_.action));
  refusal_.with(
      "scope", on_project ? "project " + scope_.project_name : "domain " + principal_.account_name);
  if (is_user_) refusal_.with("groups", joined(groups));
  refusal_.with("roles", joined(effective_->display_names));
  if (!effective_->broken.empty()) refusal_.with("broken_role", effective_->broken);
}

void Explainer::add_statement(const policy::StatementRef& at) {
  refusal_.with("statement",
                "'" + at.role_name + "', statement " + std::to_string(at.statement + 1));
}

void Explainer::add_near_miss(const policy::NearMiss& miss) {
  add_statement(miss.at);
  refusal_.with("near_miss", miss.detail);
}

void Explainer::add_token_times(const RoleSet& now) {
  refusal_.with("token_issued", base::to_iso_seconds(principal_.issued));
  refusal_.with("roles_now", joined(now.display_names));
  std::optional<base::Time> granted;
  for (const auto& grant : grants_) {
    if (!applies_in(grant, scope_) || grant.created <= principal_.issued) continue;
    if (!granted || grant.created > *granted) granted = grant.created;
  }
  if (granted) refusal_.with("granted_at", base::to_iso_seconds(*granted));
}

}  // namespace jianmen::authz::detail
