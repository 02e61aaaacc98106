#include "services/iam/detail/known_actions.hpp"
#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class Roles : public Front {
 protected:
  static constexpr char kPath[] = "/v3.0/OS-ROLE/roles";
  static constexpr char kStatement[] = R"({"Effect":"Allow","Action":["ecs:cloudServers:list"]})";

  static std::string policy(std::string_view statements) {
    return R"("policy":{"Version":"1.1","Statement":[)" + std::string(statements) + "]}";
  }
  static std::string body(std::string_view name, std::string_view more) {
    return R"({"role":{"display_name":")" + std::string(name) +
           R"(","type":"XA","description":"d",)" + std::string(more) + "}}";
  }
  static std::string good(std::string_view name) { return body(name, policy(kStatement)); }
};

TEST_F(Roles, OfTheSystemAreListedByFilter) {
  const auto all = ask(root_token, "GET", "/v3/roles");
  EXPECT_EQ(all.size("roles"), tables().system_roles().size());
  EXPECT_EQ(all.at("total_number").to_number<std::size_t>(), tables().system_roles().size());
  const struct {
    std::string query, name;
    std::size_t count;
  } rows[] = {
      {"display_name=ECS%20ReadOnlyAccess", "system_all_8", 1},
      {"name=te_admin", "te_admin", 1},
      {"name=te_adm", "", 0},
      {"catalog=IAM&type=domain&permission_type=role", "te_agency", 1},
      {"name=secu_admin&type=project", "", 0},
      {"name=secu_admin&type=domain", "secu_admin", 1},
      {"name=te_admin&permission_type=policy", "", 0},
  };
  for (const auto& row : rows) {
    const auto listed = ask(root_token, "GET", "/v3/roles?" + row.query);
    EXPECT_EQ(listed.size("roles"), row.count) << row.query;
    EXPECT_EQ(listed.string("roles.0.name"), row.name) << row.query;
  }
  EXPECT_GT(ask(root_token, "GET", "/v3/roles?display_name=Administrator").size("roles"), 2u)
      << "part of a name";
  const auto page = ask(root_token, "GET", "/v3/roles?page=2&per_page=3");
  EXPECT_EQ(page.size("roles"), 3u);
  EXPECT_EQ(page.string("roles.0.id"), all.string("roles.3.id"));
  for (const std::string_view bad :
       {"type=moon", "permission_type=both", "page=1", "page=1&per_page=301"}) {
    EXPECT_EQ(status(root_token, "GET", "/v3/roles?" + std::string(bad)), 400) << bad;
  }
  EXPECT_EQ(status(root_token, "GET", "/v3/roles?domain_id=" + other.id.value), 403);
}

TEST_F(Roles, ShowTheirPolicy) {
  const auto shown = ask(root_token, "GET", "/v3/roles/" + role_id("ECS ReadOnlyAccess"));
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.string("role.flag"), "fine_grained");
  EXPECT_TRUE(shown.at("role.domain_id").is_null());
  EXPECT_EQ(shown.string("role.policy.Version"), "1.1");
  EXPECT_EQ(status(root_token, "GET", "/v3/roles/norole"), 404);
}

TEST_F(Roles, OfTheAccountAreMadeShownChangedAndDeleted) {
  const auto made = ask(root_token, "POST", kPath, good("mine"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.string("role.catalog"), "CUSTOMED");
  EXPECT_EQ(made.string("role.type"), "XA");
  EXPECT_EQ(made.string("role.domain_id"), account.id.value);
  EXPECT_EQ(made.string("role.name"), "custom_" + account.id.value + "_1");
  EXPECT_EQ(made.string("role.created_time"), "1764000000000");
  const auto id = made.string("role.id"), path = std::string(kPath) + "/" + id;
  EXPECT_EQ(made.string("role.links.self"), "http://127.0.0.1:8080/v3/roles/" + id);
  EXPECT_EQ(ask(root_token, "GET", kPath).size("roles"), 1u);
  EXPECT_EQ(ask(root_token, "GET", "/v3/roles?domain_id=" + account.id.value).string("roles.0.id"),
            id);
  EXPECT_EQ(ask(root_token, "GET", path).at("role.references").to_number<int>(), 0);
  const auto changed = ask(root_token, "PATCH", path,
                           body("renamed", policy(R"({"Effect":"Deny","Action":["ecs:*:*"]})")));
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.string("role.display_name"), "renamed");
  EXPECT_EQ(changed.string("role.policy.Statement.0.Effect"), "Deny");
  const auto deleted = ask(root_token, "DELETE", path);
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.text, R"({"message":"Delete success"})");
  EXPECT_EQ(ask(root_token, "GET", path).string("error_code"), "IAM.0004");
}

TEST_F(Roles, ThatAreGrantedStay) {
  const auto made = ask(root_token, "POST", kPath, good("mine"));
  const auto group = must(directory.create_group(account.id, "ops", ""));
  grant(group, identity::RoleId(made.string("role.id")), identity::GrantScope::Inherited);
  const auto path = std::string(kPath) + "/" + made.string("role.id");
  EXPECT_EQ(ask(root_token, "GET", path).at("role.references").to_number<int>(), 1);
  EXPECT_EQ(status(root_token, "DELETE", path), 409);
  EXPECT_EQ(status(root_token, "GET", path), 200);
}

TEST_F(Roles, OfTheSystemAreNotChanged) {
  const auto path = std::string(kPath) + "/" + role_id("Tenant Guest");
  EXPECT_EQ(status(root_token, "PATCH", path, good("mine")), 404);
  EXPECT_EQ(status(root_token, "DELETE", path), 404);
  EXPECT_EQ(status(root_token, "POST", kPath, good("Tenant Guest")), 409);
}

TEST_F(Roles, ThatBreakARuleAreToldWhich) {
  const std::string statement = kStatement;
  const struct {
    std::string body, code;
  } rows[] = {
      {R"({"role":7})", "IAM.1000"},
      {body(" ", policy(statement)), "IAM.1001"},
      {body(std::string(65, 'n'), policy(statement)), "IAM.1002"},
      {body("n", R"("catalog":"ECS",)" + policy(statement)), "IAM.1006"},
      {body("n", R"("flag":"fine_grained",)" + policy(statement)), "IAM.1007"},
      {body("n", R"("name":"te_admin",)" + policy(statement)), "IAM.1008"},
      {R"({"role":{"display_name":"n","type":"AA",)" + policy(statement) + "}}", "IAM.1009"},
      {body("n", R"("policy":"text")"), "IAM.1020"},
      {body("n", R"("policy":{"Version":"1.0","Statement":[]})"), "IAM.1024"},
      {body("n", R"("policy":{"Version":"1.1","Statement":{}})"), "IAM.1027"},
      {body("n", policy("")), "IAM.1028"},
      {body("n", policy(R"({"Effect":"Maybe","Action":["ecs:cloudServers:list"]})")), "IAM.1029"},
      {body("n", policy(R"({"Effect":"Allow","Action":"ecs:cloudServers:list"})")), "IAM.1030"},
      {body("n", policy(R"({"Effect":"Allow","Action":["ecs:cloudServers:lsit"]})")), "IAM.1036"},
      {body("n", policy(R"({"Effect":"Allow","Action":["ecs:nothing*:*"]})")), "IAM.1036"},
  };
  for (const auto& row : rows) {
    const auto refused = ask(root_token, "POST", kPath, row.body);
    EXPECT_EQ(refused.status, 400) << row.body;
    EXPECT_EQ(refused.string("error_code"), row.code) << row.body << refused.text;
    EXPECT_FALSE(refused.string("error_msg").empty());
  }
  EXPECT_TRUE(directory.list_roles(account.id).empty());
}

TEST_F(Roles, OfAnotherAccountAreNotThere) {
  const auto made = new_policy("mine", identity::RoleType::Project, R"("Action":["ecs:*:*"])");
  const auto path = std::string(kPath) + "/" + made.id.value;
  EXPECT_EQ(status(other_token, "GET", path), 404);
  EXPECT_EQ(status(other_token, "GET", "/v3/roles/" + made.id.value), 404);
  EXPECT_EQ(status(other_token, "PATCH", path, good("theirs")), 404);
  EXPECT_EQ(status(other_token, "DELETE", path), 404);
  EXPECT_EQ(ask(other_token, "GET", kPath).size("roles"), 0u);
  EXPECT_EQ(directory.find_role(made.id)->display_name, "mine");
}

TEST_F(Roles, AreChangedByWhoeverHoldsTheAction) {
  const auto reader = domain_token(new_user_with_action("reader", "iam:roles:listRoles"));
  EXPECT_EQ(status(reader, "GET", "/v3/roles"), 200);
  EXPECT_EQ(status(reader, "GET", "/v3/roles/" + role_id("Tenant Guest")), 403);
  EXPECT_EQ(status(reader, "POST", kPath, good("x")), 403);
  const auto maker = domain_token(new_user_with_action("maker", "iam:roles:createRole"));
  EXPECT_EQ(status(maker, "POST", kPath, good("x")), 201);
  EXPECT_EQ(status(maker, "GET", kPath), 403);
}

TEST_F(Roles, TakeEffectOnTokensAtOnceWhenLessened) {
  const auto user = new_user_with_action("reader", "iam:groups:listGroups");
  const auto token = domain_token(user);
  EXPECT_EQ(status(token, "GET", "/v3/groups"), 200);
  const auto id = directory.find_role_by_name(account.id, "reader-policy")->id.value;
  EXPECT_EQ(status(root_token, "PATCH", std::string(kPath) + "/" + id,
                   R"({"role":{"display_name":"reader-policy","type":"AX","description":"",)" +
                       policy(R"({"Effect":"Deny","Action":["iam:groups:listGroups"]})") + "}}"),
            200);
  EXPECT_NE(status(token, "GET", "/v3/groups"), 200);
  EXPECT_EQ(status(domain_token(user), "GET", "/v3/groups"), 403);
}

TEST_F(Roles, AreLimitedInNumber) {
  for (std::size_t i = 0; i < kMaxCustomPolicies; ++i) {
    new_policy("p" + std::to_string(i), identity::RoleType::Domain, R"("Action":["iam:*:*"])");
  }
  EXPECT_EQ(status(root_token, "POST", kPath, good("more")), 403);
}

TEST(KnownActionsTest, KnowsWhatTheCatalogueNames) {
  const auto tables = catalog::Catalog::create();
  ASSERT_TRUE(tables);
  const KnownActions actions(**tables);
  for (const std::string_view known :
       {"ecs:cloudServers:list", "ECS:cloudservers:LIST", "ecs:*:list*", "ecs:*", "*:*:*", "*",
        "iam:agencies:assume", "iam:users:*User", "obs:bucket:ListBucket", "ecs:diskConfigs:use",
        "tms:resourceTags:list"}) {
    EXPECT_TRUE(actions.may_name(known)) << known;
  }
  for (const std::string_view unknown : {"ecs:cloudServers:lsit", "ecs:cloudServer:list",
                                         "ecs:", "ecs", "iam:users:*Usr", "tms:x*:list"}) {
    EXPECT_FALSE(actions.may_name(unknown)) << unknown;
  }
}

}  // namespace
}  // namespace jianmen::services::iam
