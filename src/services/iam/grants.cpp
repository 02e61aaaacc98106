// Grants: role × group or agency × project, domain or all projects; and the list of all of them.
// The 24 paths are 2 holders × 3 scopes × 4 verbs; the path says which.

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/role_assignments.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Grant;
using identity::GrantScope;
using identity::Role;

namespace {

// Never an agency's: it would let whoever assumes the agency go on to others.
constexpr std::string_view kAgentOperator = "te_agency";

// Whose grants, and where, as the path says; the role is left open.
std::expected<Grant, Fault> named_place(const Dependencies& with, const Call& call) {
  Grant grant;
  grant.account = call.principal->account;
  if (const auto group = call.path("group_id"); !group.empty()) {
    auto found = own_group(with, call, group);
    if (!found) return std::unexpected(std::move(found.error()));
    grant.holder = Grant::Holder::Group;
    grant.holder_id = found->id.value;
  } else {
    auto found = own_agency(with, call, call.path("agency_id"));
    if (!found) return std::unexpected(std::move(found.error()));
    grant.holder = Grant::Holder::Agency;
    grant.holder_id = found->id.value;
  }
  if (const auto project = call.path("project_id"); !project.empty()) {
    auto found = own_project(with, call, project);
    if (!found) return std::unexpected(std::move(found.error()));
    grant.scope = GrantScope::Project;
    grant.project = found->id;
  } else {
    if (auto own = check_account(call, call.path("domain_id")); !own)
      return std::unexpected(own.error());
    grant.scope = call.operation.path.ends_with("/inherited_to_projects") ? GrantScope::Inherited
                                                                          : GrantScope::Domain;
  }
  return grant;
}

struct NamedGrant {
  Grant grant;
  Role role;
};

std::expected<NamedGrant, Fault> named_grant(const Dependencies& with, const Call& call) {
  auto grant = named_place(with, call);
  if (!grant) return std::unexpected(std::move(grant.error()));
  auto role = usable_role(with, call, call.path("role_id"));
  if (!role) return std::unexpected(std::move(role.error()));
  grant->role = role->id;
  return NamedGrant{std::move(*grant), std::move(*role)};
}

Outcome put_grant(const Dependencies& with, const Call& call) {
  auto named = named_grant(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  if (named->grant.holder == Grant::Holder::Agency && named->role.name == kAgentOperator) {
    return forbidden("The role " + named->role.name + " cannot be granted to an agency.");
  }
  auto granted = with.directory.grant(named->grant);
  if (!granted) return write_fault(call, "role", named->role.id.value, granted.error());
  return Reply::empty();
}

Outcome check_grant(const Dependencies& with, const Call& call) {
  auto named = named_grant(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  if (!with.directory.is_granted(named->grant))
    return not_found(call, "role", named->role.id.value);
  return Reply::empty();
}

Outcome revoke_grant(const Dependencies& with, const Call& call) {
  auto named = named_grant(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  auto revoked = with.directory.revoke(named->grant);
  if (!revoked) return write_fault(call, "role", named->role.id.value, revoked.error());
  return Reply::empty();
}

// The path of a call on a place, with its values: links name it.
std::string filled_path(const Call& call) {
  std::string path = call.operation.path;
  for (const auto& [name, value] : call.path_values) {
    const std::string placeholder = "{" + std::string(name) + "}";
    if (const auto at = path.find(placeholder); at != std::string::npos) {
      path.replace(at, placeholder.size(), value);
    }
  }
  return path;
}

Outcome list_grants(const Dependencies& with, const Call& call) {
  auto place = named_place(with, call);
  if (!place) return std::unexpected(std::move(place.error()));
  json::array roles;
  for (const auto& grant :
       with.directory.list_grants(place->account, place->holder, place->holder_id)) {
    if (grant.scope != place->scope || grant.project != place->project) continue;
    if (auto role = with.directory.find_role(grant.role)) {
      roles.emplace_back(role_json(call, *role, LinkForm::Full));
    }
  }
  return Reply(json::object{{"roles", std::move(roles)},
                            {"links", links_to(call, filled_path(call), LinkForm::Full)}});
}

}  // namespace

void add_grants(Functions& functions, const Dependencies& with) {
  for (const auto operation :
       {"KeystoneAssociateGroupWithProjectPermission", "KeystoneAssociateGroupWithDomainPermission",
        "UpdateDomainGroupInheritRole", "AssociateAgencyWithProjectPermission",
        "AssociateAgencyWithDomainPermission", "AssociateAgencyWithAllProjectsPermission"}) {
    add(functions, with, operation, Runs::OnPool, put_grant);
  }
  for (const auto operation :
       {"KeystoneCheckProjectPermissionForGroup", "KeystoneCheckDomainPermissionForGroup",
        "KeystoneCheckroleForGroup", "CheckProjectPermissionForAgency",
        "CheckDomainPermissionForAgency", "CheckAllProjectsPermissionForAgency"}) {
    add(functions, with, operation, Runs::OnLoop, check_grant);
  }
  for (const auto operation :
       {"KeystoneRemoveProjectPermissionFromGroup", "KeystoneRemoveDomainPermissionFromGroup",
        "DeleteDomainGroupInheritedRole", "RemoveProjectPermissionFromAgency",
        "RemoveDomainPermissionFromAgency", "RemoveAllProjectsPermissionFromAgency"}) {
    add(functions, with, operation, Runs::OnPool, revoke_grant);
  }
  for (const auto operation :
       {"KeystoneListProjectPermissionsForGroup", "KeystoneListDomainPermissionsForGroup",
        "KeystoneListAllProjectPermissionsForGroup", "ListProjectPermissionsForAgency",
        "ListDomainPermissionsForAgency", "ListAllProjectsPermissionsForAgency"}) {
    add(functions, with, operation, Runs::OnLoop, list_grants);
  }
  add_role_assignments(functions, with);
}

}  // namespace jianmen::services::iam
