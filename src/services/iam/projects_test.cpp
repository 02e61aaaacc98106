#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

namespace json = base::json;

class Projects : public Front {
 protected:
  identity::User viewer = new_user("viewer");
  std::string viewer_token = domain_token(viewer);
  std::string at = "/v3/projects/" + project.id.value;
  std::string parent = R"(,"parent_id":")" + project.id.value + '"';

  static std::string body(std::string_view members) {
    return R"({"project":{)" + std::string(members) + "}}";
  }
  std::string sub(std::string_view suffix) {
    const auto made = ask(root_token, "POST", "/v3/projects",
                          body(R"("name":"cn-north-4_)" + std::string(suffix) + '"' + parent));
    EXPECT_EQ(made.status, 201) << made.text;
    return made.string("project.id");
  }
};

// SDKs: exactly one hit, or the client cannot be built.
TEST_F(Projects, OfARegionIsFoundByItsName) {
  const auto key = permanent_key(viewer);
  const auto answer = send_signed(key, {"GET", "/v3/projects?name=cn-north-4"});
  ASSERT_EQ(answer.status, 200) << answer.text;
  ASSERT_EQ(answer.size("projects"), 1u);
  EXPECT_EQ(answer.at("projects.0"),
            (json::object{{"is_domain", false},
                          {"description", ""},
                          {"links", json::object{{"self", "http://127.0.0.1:8080" + at},
                                                 {"previous", nullptr},
                                                 {"next", nullptr}}},
                          {"enabled", true},
                          {"id", project.id.value},
                          {"parent_id", account.id.value},
                          {"domain_id", account.id.value},
                          {"name", "cn-north-4"}}));
  EXPECT_TRUE(answer.at("links.next").is_null()) << "pagers follow it";
  sub("lab");
  EXPECT_EQ(send_signed(key, {"GET", "/v3/projects?name=cn-north-4"}).size("projects"), 1u);
  EXPECT_EQ(send_signed(key, {"GET", "/v3/projects?name=cn-north-4_lab"}).size("projects"), 1u);
  EXPECT_EQ(send_signed(key, {"GET", "/v3/projects?name=cn-north"}).size("projects"), 0u);
}

TEST_F(Projects, AreListedWithinTheAccount) {
  const auto regions = tables().regions().size();
  for (const auto* path : {"/v3/projects", "/v3/auth/projects"}) {
    const auto answer = ask(viewer_token, "GET", path);
    EXPECT_EQ(answer.size("projects"), regions) << path;
    EXPECT_EQ(answer.text.find(other.id.value), std::string::npos) << path;
  }
  const auto own = "/v3/users/" + viewer.id.value + "/projects";
  EXPECT_EQ(ask(viewer_token, "GET", own).size("projects"), regions);
  EXPECT_EQ(status(viewer_token, "GET", "/v3/users/" + root.id.value + "/projects"), 403);
  EXPECT_EQ(status(root_token, "GET", own), 200);
  EXPECT_EQ(status(other_token, "GET", own), 404);
}

TEST_F(Projects, AreFiltered) {
  const auto id = sub("lab");
  const auto all = tables().regions().size() + 1;
  const std::pair<std::string, std::size_t> rows[] = {
      {"?parent_id=" + project.id.value, 1},
      {"?parent_id=" + account.id.value, all - 1},
      {"?domain_id=" + account.id.value, all},
      {"?domain_id=" + other.id.value, 0},
      {"?enabled=true", all},
      {"?enabled=false", 0},
      {"?page=1&per_page=3", 3},
      {"?page=2&per_page=" + std::to_string(all - 1), 1},
      {"?page=1000000&per_page=5000", 0},
  };
  for (const auto& [query, count] : rows)
    EXPECT_EQ(ask(viewer_token, "GET", "/v3/projects" + query).size("projects"), count) << query;
  for (const auto* query : {"?page=1", "?per_page=1", "?page=0&per_page=1", "?page=1&per_page=0",
                            "?page=1&per_page=5001", "?page=-1&per_page=1", "?enabled=maybe"}) {
    EXPECT_EQ(status(viewer_token, "GET", std::string("/v3/projects") + query), 400) << query;
  }
  EXPECT_EQ(ask(viewer_token, "GET", "/v3/projects/" + id).string("project.parent_id"),
            project.id.value);
}

TEST_F(Projects, OfOthersDoNotExist) {
  const auto target = "/v3/projects/" + other_project.id.value;
  for (const auto* method : {"GET", "DELETE"}) EXPECT_EQ(status(root_token, method, target), 404);
  EXPECT_EQ(status(root_token, "PATCH", target, body(R"("description":"x")")), 404);
  EXPECT_EQ(status(root_token, "PUT", "/v3-ext/projects/" + other_project.id.value,
                   body(R"("status":"suspended")")),
            404);
  EXPECT_EQ(status(root_token, "POST", "/v3/projects",
                   body(R"("name":"cn-north-4_x","parent_id":")" + other_project.id.value + '"')),
            404);
  EXPECT_EQ(status(root_token, "POST", "/v3/projects",
                   body(R"("name":"cn-north-4_x","domain_id":")" + other.id.value + '"' + parent)),
            403);
}

TEST_F(Projects, BelowARegionAreMadeChangedAndDeleted) {
  const auto id = sub("lab");
  const auto target = "/v3/projects/" + id;
  const auto changed =
      ask(root_token, "PATCH", target, body(R"("name":"cn-north-4_lab2","description":"d")"));
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.string("project.name"), "cn-north-4_lab2");
  EXPECT_EQ(changed.string("project.description"), "d");
  EXPECT_EQ(ask(viewer_token, "GET", target).string("project.name"), "cn-north-4_lab2");
  EXPECT_EQ(ask(root_token, "DELETE", target).status, 200) << "Terraform takes no other";
  EXPECT_EQ(status(root_token, "GET", target), 404);
}

TEST_F(Projects, HaveNamesOfTheirRegion) {
  sub("taken");
  const struct {
    std::string members;
    int status;
  } rows[] = {
      {R"("name":"cn-north-4_taken")" + parent, 409},
      {R"("name":"cn-north-4")" + parent, 400},
      {R"("name":"cn-north-4")", 400},
      {R"("name":"lab")" + parent, 400},
      {R"("name":"cn-east-3_lab")" + parent, 400},
      {R"("name":"cn-north-4_")" + std::string(54, 'x') + parent, 400},
      {R"("name":"")" + parent, 400},
      {R"("name":"cn-north-4_a b")" + parent, 400},
      {R"("name":"cn-north-4_x","description":")" + std::string(256, 'd') + '"' + parent, 400},
      {parent.substr(1), 400},
      {R"("name":"cn-north-4_free","parent_id":"nowhere")", 404},
  };
  for (const auto& row : rows) {
    const auto answer = ask(root_token, "POST", "/v3/projects", body(row.members));
    EXPECT_EQ(answer.status, row.status) << row.members << answer.text;
  }
}

TEST_F(Projects, OfRegionsStayAsTheyAre) {
  EXPECT_EQ(status(root_token, "DELETE", at), 403);
  EXPECT_NE(status(root_token, "PATCH", at, body(R"("name":"cn-north-4_x")")), 200);
  EXPECT_EQ(ask(viewer_token, "GET", at).string("project.name"), "cn-north-4");
}

TEST_F(Projects, AreSuspendedAndTakenUpAgain) {
  const auto id = sub("lab");
  const auto target = "/v3-ext/projects/" + id;
  EXPECT_EQ(ask(root_token, "GET", target).string("project.status"), "normal");
  EXPECT_EQ(status(root_token, "PUT", target, body(R"("status":"suspended")")), 204);
  const auto shown = ask(root_token, "GET", target);
  EXPECT_EQ(shown.string("project.status"), "suspended");
  EXPECT_EQ(shown.at("project.enabled"), json::value(false));
  EXPECT_EQ(ask(viewer_token, "GET", "/v3/projects?enabled=false").size("projects"), 1u);
  EXPECT_EQ(status(root_token, "PUT", target, body(R"("status":"asleep")")), 400);
  EXPECT_EQ(status(root_token, "PUT", target, body(R"("status":"normal")")), 204);
  EXPECT_EQ(ask(root_token, "GET", target).string("project.status"), "normal");
}

TEST_F(Projects, ChangeOnlyForWhoHoldsTheAction) {
  const auto id = sub("lab");
  EXPECT_EQ(status(viewer_token, "POST", "/v3/projects", body(R"("name":"cn-north-4_x")" + parent)),
            403);
  EXPECT_EQ(status(viewer_token, "PATCH", "/v3/projects/" + id, body(R"("description":"x")")), 403);
  EXPECT_EQ(status(viewer_token, "DELETE", "/v3/projects/" + id), 403);
  EXPECT_EQ(status(viewer_token, "PUT", "/v3-ext/projects/" + id, body(R"("status":"normal")")),
            403);
  const auto keeper = domain_token(new_user_with_action("keeper", "iam:projects:createProject"));
  EXPECT_EQ(status(keeper, "POST", "/v3/projects", body(R"("name":"cn-north-4_x")" + parent)), 201);
  EXPECT_EQ(status(keeper, "DELETE", "/v3/projects/" + id), 403);
}

// --- settings and quotas, as far as clients read them

TEST_F(Projects, QuotasTellWhatIsUsed) {
  sub("a");
  sub("b");
  const auto of_project = ask(viewer_token, "GET", "/v3.0/OS-QUOTA/projects/" + project.id.value);
  EXPECT_EQ(
      of_project.at("quotas.resources.0"),
      (json::object{{"max", 50}, {"min", 0}, {"quota", 50}, {"type", "project"}, {"used", 2}}));
  const auto users =
      ask(viewer_token, "GET", "/v3.0/OS-QUOTA/domains/" + account.id.value + "?type=user");
  EXPECT_EQ(users.size("quotas.resources"), 1u);
  EXPECT_EQ(users.at("quotas.resources.0.used"), json::value(2));
  EXPECT_EQ(status(viewer_token, "GET", "/v3.0/OS-QUOTA/domains/" + other.id.value), 403);
  EXPECT_EQ(status(viewer_token, "GET", "/v3.0/OS-QUOTA/projects/" + other_project.id.value), 404);
}

TEST_F(Projects, SettingsSayWhatIsInForce) {
  const auto path = "/v3.0/OS-SECURITYPOLICY/domains/" + account.id.value;
  const auto login = ask(root_token, "GET", path + "/login-policy");
  EXPECT_EQ(login.at("login_policy.login_failed_times"), json::value(5));
  EXPECT_EQ(login.at("login_policy.lockout_duration"), json::value(15));
  EXPECT_EQ(ask(root_token, "GET", path + "/password-policy")
                .at("password_policy.minimum_password_length"),
            json::value(8));
  EXPECT_EQ(
      ask(root_token, "GET", path + "/protect-policy").at("protect_policy.operation_protection"),
      json::value(false));
  for (const auto* kind : {"api", "console"}) {
    const auto acl = ask(root_token, "GET", path + "/" + kind + "-acl-policy");
    const auto key = std::string(kind) + "_acl_policy.";
    EXPECT_EQ(acl.string(key + "allow_ip_ranges.0.ip_range"), "0.0.0.0-255.255.255.255");
    EXPECT_TRUE(acl.at(key + "allow_ip_ranges_ipv6").is_array());
    EXPECT_TRUE(acl.at(key + "allow_address_netmasks_ipv6").is_array());
  }
  EXPECT_EQ(status(viewer_token, "GET", path + "/login-policy"), 403);
  EXPECT_EQ(status(other_token, "GET", path + "/login-policy"), 403);
  EXPECT_EQ(status(root_token, "PUT", path + "/login-policy", "{}"), 501);

  const auto rules = "/v3/domains/" + account.id.value + "/config/security_compliance";
  const auto both = ask(viewer_token, "GET", rules);
  EXPECT_EQ(ask(viewer_token, "GET", rules + "/password_regex").string("config.password_regex"),
            both.string("config.security_compliance.password_regex"));
  EXPECT_EQ(status(viewer_token, "GET", rules + "/other"), 404);
}

}  // namespace
}  // namespace jianmen::services::iam
