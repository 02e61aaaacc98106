#include "policy/document.hpp"
#include "policy/validate.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;
using identity::Grant;
using identity::GrantScope;

// --- access keys

json::object show(const directory::Directory& directory, const identity::AccessKey& key) {
  const auto user = directory.find_user(key.user);
  return {{"ak", key.id.value},
          {"user", user ? user->name : key.user.value},
          {"active", key.active},
          {"description", key.description}};
}

Answer list_keys(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  const auto& directory = asked.installation.directory();
  const auto only = asked.parameter("user");
  json::array rows;
  for (const auto& user : directory.list_users(account->id)) {
    if (!only.empty() && only != user.name && only != user.id.value) continue;
    for (const auto& key : directory.list_access_keys(user.id)) {
      rows.push_back(show(directory, key));
    }
  }
  return rows;
}

Answer show_key(Asked& asked) {
  auto key = key_named(asked, asked.values[0]);
  if (!key) return error_of(key);
  return show(asked.installation.directory(), *key);
}

Answer make_key(Asked& asked) {
  auto user = user_named(asked, text_of(asked, "user"));
  if (!user) return error_of(user);
  auto made =
      asked.installation.directory().create_access_key(user->id, text_of(asked, "description"));
  if (!made) return error_of(made);
  return json::object{{"user", user->name}, {"ak", made->id.value}, {"sk", made->secret.reveal()}};
}

Answer activate_key(Asked& asked) {
  auto key = key_named(asked, asked.values[0]);
  if (!key) return error_of(key);
  const auto active = base::find_bool(asked.body, "active");
  if (!active) return fail(Code::InvalidArgument, "active is true or false");
  auto& directory = asked.installation.directory();
  auto changed = directory.update_access_key(key->id, active, std::nullopt);
  if (!changed) return error_of(changed);
  return show(directory, *changed);
}

Answer delete_key(Asked& asked) {
  auto key = key_named(asked, asked.values[0]);
  if (!key) return error_of(key);
  auto deleted = asked.installation.directory().delete_access_key(key->id);
  if (!deleted) return error_of(deleted);
  return json::object{{"deleted", key->id.value}};
}

// --- grants

json::object show(const directory::Directory& directory, const Grant& grant) {
  json::object row;
  if (grant.holder == Grant::Holder::Group) {
    const auto group = directory.find_group(identity::GroupId(grant.holder_id));
    row["group"] = group ? group->name : grant.holder_id;
  } else {
    const auto agency = directory.find_agency(identity::AgencyId(grant.holder_id));
    row["agency"] = agency ? agency->name : grant.holder_id;
  }
  const auto role = directory.find_role(grant.role);
  row["role"] = role ? role->display_name : grant.role.value;
  row["scope"] = grant.scope == GrantScope::Domain    ? "domain"
                 : grant.scope == GrantScope::Project ? "project"
                                                      : "all";
  if (grant.scope == GrantScope::Project) {
    const auto project = directory.find_project(grant.project);
    row["project"] = project ? project->name : grant.project.value;
  }
  return row;
}

Answer list_grants(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  const auto& directory = asked.installation.directory();
  json::array rows;
  for (const auto& grant : directory.list_grants(account->id)) {
    rows.push_back(show(directory, grant));
  }
  return rows;
}

// Which grant a body means: {"group" or "agency", "role", "project" or "scope": "domain" | "all"}.
base::Result<Grant> read_grant(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  Grant grant;
  grant.account = account->id;
  const auto agency = text_of(asked, "agency"), group = text_of(asked, "group");
  if (agency.empty() == group.empty()) {
    return fail(Code::InvalidArgument, "a grant is for a group or an agency: name one of the two");
  }
  if (!group.empty()) {
    auto found = group_named(asked, group);
    if (!found) return error_of(found);
    grant.holder_id = found->id.value;
  } else {
    const auto found = asked.installation.directory().find_agency_by_name(account->id, agency);
    if (!found) return fail(Code::NotFound, "no agency \"" + agency + "\"");
    grant.holder = Grant::Holder::Agency;
    grant.holder_id = found->id.value;
  }
  auto role = role_named(asked, text_of(asked, "role"));
  if (!role) return error_of(role);
  grant.role = role->id;
  const auto project = text_of(asked, "project"), scope = text_of(asked, "scope");
  if (project.empty() == scope.empty()) {
    return fail(Code::InvalidArgument,
                "a grant is on a project or has a scope (domain, or all: the domain and every "
                "project): give one of the two");
  }
  if (!project.empty()) {
    auto found = project_named(asked, project);
    if (!found) return error_of(found);
    grant.scope = GrantScope::Project;
    grant.project = found->id;
  } else if (scope == "all" || scope == "domain") {
    grant.scope = scope == "all" ? GrantScope::Inherited : GrantScope::Domain;
  } else {
    return fail(Code::InvalidArgument, "scope is domain or all, not \"" + scope + "\"");
  }
  return grant;
}

Answer make_grant(Asked& asked) {
  auto grant = read_grant(asked);
  if (!grant) return error_of(grant);
  auto& directory = asked.installation.directory();
  if (auto made = directory.grant(*grant); !made) return error_of(made);
  return show(directory, *grant);
}

Answer delete_grant(Asked& asked) {
  auto grant = read_grant(asked);
  if (!grant) return error_of(grant);
  auto& directory = asked.installation.directory();
  if (auto revoked = directory.revoke(*grant); !revoked) return error_of(revoked);
  return show(directory, *grant);
}

// --- policies

std::string_view type_name(identity::RoleType type) {
  switch (type) {
    case identity::RoleType::Domain:
      return "AX";
    case identity::RoleType::Project:
      return "XA";
    case identity::RoleType::Both:
      return "AA";
    case identity::RoleType::None:
      return "XX";
  }
  return "";
}

json::object show(const identity::Role& role) {
  return {{"name", role.display_name},      {"id", role.id.value},
          {"internal_name", role.name},     {"catalog", role.catalog},
          {"type", type_name(role.type)},   {"system", role.account.empty()},
          {"description", role.description}};
}

Answer list_policies(Asked& asked) {
  json::array rows;
  if (asked.parameter("system") == "true") {
    for (const auto& role : asked.installation.catalog().system_roles()) rows.push_back(show(role));
    return rows;
  }
  auto account = account_of(asked);
  if (!account) return error_of(account);
  for (const auto& role : asked.installation.directory().list_roles(account->id)) {
    rows.push_back(show(role));
  }
  return rows;
}

Answer show_policy(Asked& asked) {
  auto role = role_named(asked, asked.values[0]);
  if (!role) return error_of(role);
  auto shown = show(*role);
  auto document = base::parse_json(role->policy);
  shown["policy"] = document ? std::move(*document) : json::value(role->policy);
  return shown;
}

Answer make_policy(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  const auto* document = base::find(asked.body, "policy");
  if (!document) return fail(Code::InvalidArgument, "a policy document is needed");
  if (auto parsed = policy::parse_document(*document); !parsed) return error_of(parsed);
  identity::Role role;
  role.account = account->id;
  role.display_name = text_of(asked, "name");
  const auto type = text_of(asked, "type");
  if (type != "AX" && type != "XA") {
    return fail(Code::InvalidArgument,
                "type is AX (for global services) or XA (for projects), not \"" + type + "\"");
  }
  // The rules of the API hold here too.
  const json::object body{{"role", json::object{{"display_name", role.display_name},
                                                {"type", type},
                                                {"description", text_of(asked, "description")},
                                                {"policy", *document}}}};
  if (const auto violation = policy::check_custom_policy(body, {})) {
    return fail(Code::InvalidArgument, violation->code + ": " + violation->message);
  }
  role.type = type == "AX" ? identity::RoleType::Domain : identity::RoleType::Project;
  role.catalog = "CUSTOMED";
  role.description = text_of(asked, "description");
  role.policy = base::to_text(*document);
  auto made = asked.installation.directory().create_role(account->id, role);
  if (!made) return error_of(made);
  return show(*made);
}

Answer delete_policy(Asked& asked) {
  auto role = role_named(asked, asked.values[0]);
  if (!role) return error_of(role);
  if (role->account.empty()) return fail(Code::Denied, "a system policy cannot be deleted");
  if (auto deleted = asked.installation.directory().delete_role(role->id); !deleted) {
    return error_of(deleted);
  }
  return json::object{{"deleted", role->display_name}};
}

constexpr Route kRoutes[] = {
    {"GET", "/keys", list_keys},          {"POST", "/keys", make_key},
    {"GET", "/keys/{}", show_key},        {"POST", "/keys/{}/active", activate_key},
    {"DELETE", "/keys/{}", delete_key},   {"GET", "/grants", list_grants},
    {"POST", "/grants", make_grant},      {"DELETE", "/grants", delete_grant},
    {"GET", "/policies", list_policies},  {"POST", "/policies", make_policy},
    {"GET", "/policies/{}", show_policy}, {"DELETE", "/policies/{}", delete_policy},
};

}  // namespace

std::span<const Route> permission_routes() { return kRoutes; }

}  // namespace jianmen::app::admin
