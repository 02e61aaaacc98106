#include "services/iam/detail/role_assignments.hpp"

#include <set>

#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Grant;
using identity::GrantScope;

namespace {

constexpr std::size_t kMaxPerPage = 50;

bool is_true(std::optional<std::string_view> value, bool otherwise) {
  return value ? *value == "true" : otherwise;
}

// Whose grants are asked for. Grants to enterprise projects and to single users do not exist here.
struct Subjects {
  bool groups = true, agencies = true;
  std::optional<std::set<std::string, std::less<>>> holders;  // only these ids

  bool holds(const Grant& grant) const {
    if (grant.holder == Grant::Holder::Group ? !groups : !agencies) return false;
    return !holders || holders->contains(grant.holder_id);
  }
};

// The groups through which users hold grants: of one user, or of all.
std::set<std::string, std::less<>> groups_of_users(const Dependencies& with, const Call& call,
                                                   std::optional<identity::UserId> only) {
  std::set<std::string, std::less<>> ids;
  if (only) {
    for (const auto& group : with.directory.list_groups_of(*only)) ids.insert(group.id.value);
    return ids;
  }
  for (const auto& group : with.directory.list_groups(call.principal->account)) {
    if (!with.directory.list_members(group.id).empty()) ids.insert(group.id.value);
  }
  return ids;
}

std::expected<Subjects, Fault> asked_subjects(const Dependencies& with, const Call& call) {
  Subjects subjects;
  const auto kind = call.query("subject").value_or("");
  const bool through_groups = is_true(call.query("include_group"), true);
  const auto narrow = [&](std::set<std::string, std::less<>> ids) {
    if (!subjects.holders) {
      subjects.holders = std::move(ids);
    } else {
      std::erase_if(*subjects.holders, [&](const std::string& id) { return !ids.contains(id); });
    }
  };
  if (const auto id = call.query("subject.user_id")) {
    auto user = own_user(with, call, *id);
    if (!user) return std::unexpected(std::move(user.error()));
    subjects.agencies = false;
    narrow(through_groups ? groups_of_users(with, call, user->id)
                          : std::set<std::string, std::less<>>());
  }
  if (const auto id = call.query("subject.group_id")) {
    auto group = own_group(with, call, *id);
    if (!group) return std::unexpected(std::move(group.error()));
    subjects.agencies = false;
    narrow({group->id.value});
  }
  if (const auto id = call.query("subject.agency_id")) {
    auto agency = own_agency(with, call, *id);
    if (!agency) return std::unexpected(std::move(agency.error()));
    subjects.groups = false;
    narrow({agency->id.value});
  }
  if (kind == "user") {
    subjects.agencies = false;
    narrow(through_groups ? groups_of_users(with, call, std::nullopt)
                          : std::set<std::string, std::less<>>());
  } else if (kind == "group") {
    subjects.agencies = false;
  } else if (kind == "agency") {
    subjects.groups = false;
  } else if (!kind.empty()) {
    return invalid_field(call, "subject", kind);
  }
  return subjects;
}

struct Places {
  bool projects = true, domain = true;
  std::optional<bool>
      inherited;  // of the grants on the domain: those for all projects, or the others
  std::optional<identity::ProjectId> project;

  bool holds(const Grant& grant) const {
    if (grant.scope == GrantScope::Project)
      return projects && (!project || grant.project == *project);
    return domain && (!inherited || *inherited == (grant.scope == GrantScope::Inherited));
  }
};

std::expected<Places, Fault> asked_places(const Dependencies& with, const Call& call) {
  Places places;
  const auto kind = call.query("scope").value_or("");
  if (!kind.empty() && kind != "project" && kind != "domain" && kind != "enterprise_project") {
    return invalid_field(call, "scope", kind);
  }
  if (const auto id = call.query("scope.project_id")) {
    auto project = own_project(with, call, *id);
    if (!project) return std::unexpected(std::move(project.error()));
    places.project = project->id;
    places.domain = false;
  }
  const auto domain = call.query("scope.domain_id");
  if (auto own = check_account(call, domain); !own) return std::unexpected(own.error());
  if (domain || kind == "domain") {
    places.projects = false;
    places.inherited = is_true(call.query("is_inherited"), false);
  }
  if (kind == "project") places.domain = false;
  if (kind == "enterprise_project" || call.query("scope.enterprise_projects_id")) {
    places.projects = places.domain = false;
  }
  return places;
}

json::object assignment(const Grant& grant) {
  const bool of_group = grant.holder == Grant::Holder::Group;
  json::object scope;
  if (grant.scope == GrantScope::Project) {
    scope["project"] = json::object{{"id", grant.project.value}};
  } else {
    scope["domain"] = json::object{{"id", grant.account.value}};
  }
  return {{of_group ? "group" : "agency", json::object{{"id", grant.holder_id}}},
          {"role", json::object{{"id", grant.role.value}}},
          {"scope", std::move(scope)},
          {"is_inherited", grant.scope == GrantScope::Inherited}};
}

Outcome list_assignments(const Dependencies& with, const Call& call) {
  if (auto own = check_account(call, call.query("domain_id")); !own)
    return std::unexpected(own.error());
  auto subjects = asked_subjects(with, call);
  if (!subjects) return std::unexpected(std::move(subjects.error()));
  auto places = asked_places(with, call);
  if (!places) return std::unexpected(std::move(places.error()));
  auto page = page_of(call, kMaxPerPage);
  if (!page) return std::unexpected(std::move(page.error()));
  const auto role = call.query("role_id");
  json::array items;
  std::size_t total = 0;
  for (const auto& grant : with.directory.list_grants(call.principal->account)) {
    if (!subjects->holds(grant) || !places->holds(grant)) continue;
    if (role && grant.role.value != *role) continue;
    if (page->holds(total++)) items.emplace_back(assignment(grant));
  }
  return Reply(json::object{{"role_assignments", std::move(items)}, {"total_num", total}});
}

}  // namespace

void add_role_assignments(Functions& functions, const Dependencies& with) {
  add(functions, with, "ShowDomainRoleAssignments", Runs::OnLoop, list_assignments);
}

}  // namespace jianmen::services::iam
