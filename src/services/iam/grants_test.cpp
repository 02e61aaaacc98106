#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class Grants : public Front {
 protected:
  identity::Group group = must(directory.create_group(account.id, "ops", ""));
  identity::User alice = new_user("alice");
  identity::Agency agency = new_agency("helpers");
  std::string reader = role_id("ECS ReadOnlyAccess"), security = role_id("Security Administrator"),
              tenant = role_id("Tenant Guest");

  std::string domain_of(const identity::Account& in) { return "domains/" + in.id.value; }
  std::string group_at(std::string_view place) {
    return "/v3/" + std::string(place) + "/groups/" + group.id.value + "/roles";
  }
  std::string group_on_project() { return group_at("projects/" + project.id.value); }
  std::string group_on_domain() { return group_at(domain_of(account)); }
  std::string agency_at(std::string_view place) {
    return "/v3.0/OS-AGENCY/" + std::string(place) + "/agencies/" + agency.id.value + "/roles";
  }
  std::string inherited(std::string_view role) {
    return "/v3/OS-INHERIT/" + domain_of(account) + "/groups/" + group.id.value + "/roles/" +
           std::string(role) + "/inherited_to_projects";
  }
  std::string inherited_to_agency(std::string_view role) {
    return "/v3.0/OS-INHERIT/" + domain_of(account) + "/agencies/" + agency.id.value + "/roles/" +
           std::string(role) + "/inherited_to_projects";
  }
  std::string without_role(std::string path, std::string_view role) {
    const std::string part = "/" + std::string(role);
    path.erase(path.find(part), part.size());
    return path;
  }
};

TEST_F(Grants, AreGivenCheckedListedAndTakenInEveryPlace) {
  const struct {
    std::string path, list;
    std::string role;
  } rows[] = {
      {group_on_project() + "/" + reader, group_on_project(), reader},
      {group_on_domain() + "/" + security, group_on_domain(), security},
      {inherited(tenant), without_role(inherited(tenant), tenant), tenant},
      {agency_at("projects/" + project.id.value) + "/" + reader,
       agency_at("projects/" + project.id.value), reader},
      {agency_at(domain_of(account)) + "/" + tenant, agency_at(domain_of(account)), tenant},
      {inherited_to_agency(tenant), without_role(inherited_to_agency(tenant), tenant), tenant},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(status(root_token, "HEAD", row.path), 404) << row.path;
    EXPECT_EQ(status(root_token, "DELETE", row.path), 404) << row.path;
    EXPECT_EQ(ask(root_token, "GET", row.list).size("roles"), 0u) << row.path;
    EXPECT_EQ(status(root_token, "PUT", row.path), 204) << row.path;
    EXPECT_EQ(status(root_token, "PUT", row.path), 204) << "twice is once";
    EXPECT_EQ(status(root_token, "HEAD", row.path), 204) << row.path;
    const auto listed = ask(root_token, "GET", row.list);
    EXPECT_EQ(listed.size("roles"), 1u) << row.path;
    EXPECT_EQ(listed.string("roles.0.id"), row.role);
    EXPECT_EQ(listed.string("links.self"), "http://127.0.0.1:8080" + row.list);
    EXPECT_EQ(status(root_token, "DELETE", row.path), 204) << row.path;
    EXPECT_EQ(status(root_token, "HEAD", row.path), 404) << row.path;
  }
  EXPECT_TRUE(
      directory.list_grants(account.id, identity::Grant::Holder::Group, group.id.value).empty());
}

TEST_F(Grants, NeedARoleThatFitsThePlace) {
  EXPECT_EQ(status(root_token, "PUT", group_on_domain() + "/" + reader), 400) << "XA on the domain";
  EXPECT_EQ(status(root_token, "PUT", group_on_project() + "/" + security), 400)
      << "AX on a project";
  EXPECT_EQ(status(root_token, "PUT", agency_at(domain_of(account)) + "/" + reader), 400);
  EXPECT_EQ(status(root_token, "PUT", group_on_project() + "/" + reader), 204);
  EXPECT_EQ(status(root_token, "PUT", group_on_domain() + "/" + security), 204);
}

TEST_F(Grants, OfAgentOperatorAreNeverAnAgencys) {
  const auto operators = role_id("Agent Operator");
  EXPECT_EQ(status(root_token, "PUT", agency_at(domain_of(account)) + "/" + operators), 403);
  EXPECT_EQ(status(root_token, "PUT", inherited_to_agency(operators)), 403);
  EXPECT_TRUE(
      directory.list_grants(account.id, identity::Grant::Holder::Agency, agency.id.value).empty());
  EXPECT_EQ(status(root_token, "PUT", group_on_domain() + "/" + operators), 204);
}

TEST_F(Grants, NameWhatIsNotThere) {
  const auto missing = ask(root_token, "PUT", group_on_project() + "/norole");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.string("error.message"), "Could not find role: norole");
  EXPECT_EQ(status(root_token, "PUT", group_at("projects/noproject") + "/" + reader), 404);
  EXPECT_EQ(status(root_token, "PUT",
                   "/v3/projects/" + project.id.value + "/groups/nogroup/roles/" + reader),
            404);
}

TEST_F(Grants, OfAnotherAccountAreNotThere) {
  const auto own_role = new_policy("mine", identity::RoleType::Project, R"("Action":["ecs:*:*"])");
  const auto other_group = must(directory.create_group(other.id, "theirs", ""));
  const auto in_other =
      "/v3/projects/" + other_project.id.value + "/groups/" + other_group.id.value + "/roles/";
  const struct {
    std::string path;
    int status;
  } rows[] = {
      {group_on_project() + "/" + reader, 404},
      {group_at("projects/" + other_project.id.value) + "/" + reader, 404},
      {"/v3/projects/" + project.id.value + "/groups/" + other_group.id.value + "/roles/" + reader,
       404},
      {in_other + own_role.id.value, 404},
      {group_on_domain() + "/" + security, 403},
      {group_at(domain_of(other)) + "/" + security, 404},
      {inherited(tenant), 403},
      {agency_at("projects/" + other_project.id.value) + "/" + reader, 404},
      {inherited_to_agency(tenant), 403},
  };
  for (const auto& row : rows) {
    for (const std::string_view method : {"PUT", "HEAD", "DELETE"}) {
      EXPECT_EQ(status(other_token, method, row.path), row.status) << method << ' ' << row.path;
    }
  }
  EXPECT_EQ(status(other_token, "PUT", in_other + reader), 204);
  EXPECT_TRUE(
      directory.list_grants(account.id, identity::Grant::Holder::Group, group.id.value).empty());
}

TEST_F(Grants, AreMadeByWhoeverHoldsTheActionAndNobodyElse) {
  const auto path = group_on_project() + "/" + reader;
  const auto tenant_administrator = new_user("tenant");
  const auto tenants = must(directory.create_group(account.id, "tenants", ""));
  must(directory.add_member(tenants.id, tenant_administrator.id));
  grant(tenants, identity::RoleId(role_id("Tenant Administrator")),
        identity::GrantScope::Inherited);
  EXPECT_EQ(status(domain_token(alice), "PUT", path), 403);
  EXPECT_EQ(status(domain_token(tenant_administrator), "PUT", path), 403)
      << "Tenant Administrator excludes IAM";
  EXPECT_EQ(
      status(domain_token(new_user_with_action("lister", "iam:permissions:list*")), "PUT", path),
      403);
  EXPECT_TRUE(
      directory.list_grants(account.id, identity::Grant::Holder::Group, group.id.value).empty());
  const auto granter = new_user_with_action("granter", "iam:permissions:grantRoleToGroupOnProject");
  EXPECT_EQ(status(project_token(granter, project), "PUT", path), 403)
      << "a grant on the domain, from a project";
  EXPECT_EQ(status(domain_token(granter), "PUT", group_on_domain() + "/" + security), 403);
  EXPECT_EQ(status(domain_token(granter), "DELETE", path), 403);
  EXPECT_EQ(status(domain_token(granter), "PUT", path), 204);
}

TEST_F(Grants, TakeEffectOnTokensAtOnceWhenTheyAreTaken) {
  must(directory.add_member(group.id, alice.id));
  EXPECT_EQ(status(root_token, "PUT", group_on_domain() + "/" + security), 204);
  const auto token = domain_token(alice);
  EXPECT_EQ(status(token, "GET", "/v3/groups"), 200);
  EXPECT_EQ(status(root_token, "DELETE", group_on_domain() + "/" + security), 204);
  EXPECT_EQ(status(token, "GET", "/v3/groups"), 401);
  EXPECT_EQ(status(domain_token(alice), "GET", "/v3/groups"), 403);
}

class Assignments : public Grants {
 protected:
  Assignments() {
    must(directory.add_member(group.id, alice.id));
    EXPECT_EQ(status(root_token, "PUT", group_on_project() + "/" + reader), 204);
    EXPECT_EQ(status(root_token, "PUT", group_on_domain() + "/" + security), 204);
    EXPECT_EQ(status(root_token, "PUT", inherited(tenant)), 204);
    EXPECT_EQ(status(root_token, "PUT", inherited_to_agency(tenant)), 204);
  }
  Answer list(const std::string& filter) {
    return ask(root_token, "GET",
               "/v3.0/OS-PERMISSION/role-assignments?domain_id=" + account.id.value + "&" + filter);
  }
};

TEST_F(Assignments, AreFilteredBySubjectScopeAndRole) {
  const std::string of_group = "subject.group_id=" + group.id.value;
  const struct {
    std::string filter;
    std::size_t count;
  } rows[] = {
      {of_group, 3},
      {"subject.user_id=" + alice.id.value, 3},
      {"subject.user_id=" + alice.id.value + "&include_group=false", 0},
      {"subject.agency_id=" + agency.id.value, 1},
      {"subject=agency", 1},
      {"subject=agency&" + of_group, 0},
      {of_group + "&scope=project", 1},
      {of_group + "&scope.project_id=" + project.id.value, 1},
      {of_group + "&scope=domain", 1},
      {of_group + "&scope=domain&is_inherited=true", 1},
      {of_group + "&scope.domain_id=" + account.id.value, 1},
      {of_group + "&scope=enterprise_project", 0},
      {of_group + "&role_id=" + tenant, 1},
      {"role_id=" + tenant, 2},
      {of_group + "&page=1&per_page=2", 2},
      {of_group + "&page=2&per_page=2", 1},
      {of_group + "&page=3&per_page=2", 0},
  };
  for (const auto& row : rows) {
    const auto listed = list(row.filter);
    EXPECT_EQ(listed.status, 200) << row.filter << listed.text;
    EXPECT_EQ(listed.size("role_assignments"), row.count) << row.filter;
  }
  EXPECT_EQ(list(of_group + "&page=1&per_page=2").at("total_num").to_number<int>(), 3);
}

TEST_F(Assignments, SayWhoseWhatAndWhere) {
  const auto listed = list("scope.project_id=" + project.id.value + "&subject=group");
  EXPECT_EQ(listed.string("role_assignments.0.group.id"), group.id.value);
  EXPECT_EQ(listed.string("role_assignments.0.role.id"), reader);
  EXPECT_EQ(listed.string("role_assignments.0.scope.project.id"), project.id.value);
  EXPECT_EQ(listed.at("role_assignments.0.is_inherited"), base::json::value(false));
  const auto all = list("subject.agency_id=" + agency.id.value);
  EXPECT_EQ(all.string("role_assignments.0.agency.id"), agency.id.value);
  EXPECT_EQ(all.string("role_assignments.0.scope.domain.id"), account.id.value);
  EXPECT_EQ(all.at("role_assignments.0.is_inherited"), base::json::value(true));
}

TEST_F(Assignments, RefuseWhatIsNotTheirs) {
  const struct {
    std::string filter;
    int status;
  } rows[] = {
      {"subject=cat", 400},
      {"scope=moon", 400},
      {"page=1&per_page=51", 400},
      {"page=1", 400},
      {"page=0&per_page=5", 400},
      {"subject.user_id=" + other_root.id.value, 404},
      {"subject.group_id=nogroup", 404},
      {"scope.project_id=" + other_project.id.value, 404},
      {"scope.domain_id=" + other.id.value, 403},
  };
  for (const auto& row : rows) EXPECT_EQ(list(row.filter).status, row.status) << row.filter;
  const auto path = "/v3.0/OS-PERMISSION/role-assignments?domain_id=" + account.id.value;
  EXPECT_EQ(status(other_token, "GET", path), 403);
  EXPECT_EQ(status(domain_token(alice), "GET", path), 200) << "Security Administrator";
  EXPECT_EQ(status(domain_token(new_user("bob")), "GET", path), 403);
}

}  // namespace
}  // namespace jianmen::services::iam
