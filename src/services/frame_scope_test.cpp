// Does the credential's scope fit the URL? Asked before anything else.

#include "services/frame.hpp"
#include "services/test_services.hpp"

namespace jianmen::services {
namespace {

class FrameScope : public FrameTest {};

TEST_F(FrameScope, ATokenIsGoodForTheProjectThatItNames) {
  const auto answer = ask(project_token(viewer, project), "GET", list);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.string("project"), "cn-north-4");
  EXPECT_EQ(answer.string("region"), "cn-north-4");
  EXPECT_EQ(answer.record.operation->id, "ecs:ListServersDetails");
  EXPECT_FALSE(answer.record.refusal);
}

TEST_F(FrameScope, AScopeThatDoesNotFitTheUrlIsRefusedBeforeAnythingElse) {
  const struct {
    std::string_view name;
    std::string token, target;
    Cause cause;
  } rows[] = {
      {"another project's token", project_token(viewer, east), list, Cause::ScopeOtherProject},
      {"the same, without any permission", project_token(newcomer, east), list,
       Cause::ScopeOtherProject},
      {"a domain token", domain_token(viewer), list, Cause::ScopeDomainOnRegional},
      {"the root user's domain token", root_token, list, Cause::ScopeDomainOnRegional},
      {"a token without a scope", token(viewer, {}), list, Cause::ScopeDomainOnRegional},
      {"the account's id", project_token(viewer, project), list_in(account.id.value),
       Cause::ScopeAccountIdAsProject},
      {"another account's project", project_token(viewer, project), list_in(other_project.id.value),
       Cause::ScopeProjectNotYours},
      {"no such project", project_token(viewer, project),
       list_in("0123456789abcdef0123456789abcdef"), Cause::ScopeProjectNotYours},
      {"a placeholder", project_token(viewer, project), list_in("%7Bproject_id%7D"),
       Cause::RoutePlaceholder},
  };
  for (const auto& row : rows) {
    const auto answer = ask(row.token, "GET", row.target);
    EXPECT_EQ(answer.status, 400) << row.name;
    EXPECT_EQ(answer.text, kScopeMismatch) << row.name;
    EXPECT_EQ(answer.cause(), row.cause) << row.name;
    EXPECT_EQ(answer.record.error_code, "Common.0018") << row.name;
  }
}

TEST_F(FrameScope, TheMismatchIsExplainedByNames) {
  const auto answer = ask(project_token(viewer, east), "GET", list);
  EXPECT_EQ(answer.evidence("url_project"), project.id.value);
  EXPECT_EQ(answer.evidence("url_project_name"), "cn-north-4");
  EXPECT_EQ(answer.evidence("token_scope"), east.id.value);
  EXPECT_EQ(answer.evidence("token_project_name"), "cn-east-3");
  const auto foreign = ask(project_token(viewer, project), "GET", list_in(other_project.id.value));
  EXPECT_EQ(foreign.evidence("url_project_name"), "") << "of another account, nothing";
}

TEST_F(FrameScope, TheHostsRegionMustBeTheProjects) {
  const auto token = project_token(viewer, project);
  const auto at = [&](std::string host) { return send(token, {"GET", list, "", std::move(host)}); };
  EXPECT_EQ(at("ecs.cn-north-4.myhuaweicloud.com").status, 200);
  const auto elsewhere = at("ecs.cn-east-3.myhuaweicloud.com");
  EXPECT_EQ(elsewhere.status, 400);
  EXPECT_EQ(elsewhere.text, kScopeMismatch);
  EXPECT_EQ(elsewhere.cause(), Cause::ScopeOtherProject);
  EXPECT_EQ(elsewhere.evidence("host_region"), "cn-east-3");
}

TEST_F(FrameScope, ASubprojectIsInTheRegionOfItsName) {
  const auto sub = must(directory.create_project(account.id, "cn-north-4_lab", project.id, ""));
  const auto token = project_token(root, sub);
  const auto target = list_in(sub.id.value);
  const auto answer = send(token, {"GET", target, "", "ecs.cn-north-4.myhuaweicloud.com"});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.string("project"), "cn-north-4_lab");
  EXPECT_EQ(send(token, {"GET", target, "", "ecs.cn-east-3.myhuaweicloud.com"}).status, 400);
}

TEST_F(FrameScope, APermanentKeyTakesTheProjectOfTheUrl) {
  const auto key = permanent_key(viewer);
  EXPECT_EQ(send_signed(key, {"GET", list}).string("project"), "cn-north-4");
  EXPECT_EQ(send_signed(key, {"GET", list_in(east.id.value)}).string("project"), "cn-east-3");
  const auto foreign = send_signed(key, {"GET", list_in(other_project.id.value)});
  EXPECT_EQ(foreign.status, 400);
  EXPECT_EQ(foreign.cause(), Cause::ScopeProjectNotYours);
}

TEST_F(FrameScope, AProjectHeaderDoesNotBindAPermanentKey) {
  const iam::Headers other_header{{"X-Project-Id", east.id.value}};
  const auto answer =
      send_signed(permanent_key(viewer), {"GET", list, "", "127.0.0.1:8080", other_header});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.string("project"), "cn-north-4");
}

TEST_F(FrameScope, ATemporaryKeyOfAProjectIsBoundToIt) {
  const auto key = temporary_key(project_token(viewer, project));
  EXPECT_EQ(send_signed(key, {"GET", list}).status, 200);
  const auto elsewhere = send_signed(key, {"GET", list_in(east.id.value)});
  EXPECT_EQ(elsewhere.status, 400);
  EXPECT_EQ(elsewhere.text, kScopeMismatch);
  EXPECT_EQ(elsewhere.cause(), Cause::ScopeOtherProject);
}

TEST_F(FrameScope, ATemporaryKeyOfTheAccountTakesTheProjectOfTheUrl) {
  const auto key = temporary_key(domain_token(viewer));
  EXPECT_EQ(send_signed(key, {"GET", list}).status, 200);
  EXPECT_EQ(send_signed(key, {"GET", list_in(east.id.value)}).status, 200);
}

TEST_F(FrameScope, AGlobalServiceWantsTheAccountAsScope) {
  const std::string tags = "/v1.0/predefine_tags";
  EXPECT_EQ(ask(root_token, "GET", tags).status, 200);
  const auto answer = ask(project_token(root, project), "GET", tags);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.text, R"({"error":{"error_code":"TMS.0004","error_msg":"Permission error."}})");
  EXPECT_EQ(answer.cause(), Cause::ScopeProjectOnGlobal);
  EXPECT_EQ(answer.evidence("token_project_name"), "cn-north-4");
  EXPECT_EQ(ask(token(root, {}), "GET", tags).status, 403) << "nor a token without a scope";
  const iam::Headers both{{"X-Project-Id", project.id.value}, {"X-Domain-Id", account.id.value}};
  EXPECT_EQ(send_signed(permanent_key(root), {"GET", tags, "", "127.0.0.1:8080", both}).status, 200)
      << "a key is bound by neither";
  EXPECT_EQ(send_signed(temporary_key(project_token(root, project)), {"GET", tags}).status, 403);
}

// IAM is asked with a token of any scope, and always answers for the whole account.
TEST_F(FrameScope, IamDecidesForTheWholeAccount) {
  const auto reader = new_user_with_action("reader", "iam:users:listUsers");
  EXPECT_EQ(status(domain_token(reader), "GET", "/v3/users"), 200);
  EXPECT_EQ(send_signed(permanent_key(reader), {"GET", "/v3/users"}).status, 200);
  const auto narrow = ask(project_token(reader, project), "GET", "/v3/users");
  EXPECT_EQ(narrow.status, 403) << "the domain's roles are not in a project's token";
  EXPECT_EQ(narrow.cause(), Cause::ScopeProjectOnGlobal);

  const auto group = must(directory.create_group(account.id, "everywhere", ""));
  const auto policy =
      new_policy("readers", identity::RoleType::Both, R"("Action":["iam:users:listUsers"])");
  grant(group, policy.id, GrantScope::Inherited);
  must(directory.add_member(group.id, viewer.id));
  EXPECT_EQ(status(project_token(viewer, project), "GET", "/v3/users"), 200);
  EXPECT_EQ(status(token(viewer, {}), "GET", "/v3/users"), 403);

  const auto on_project = must(directory.create_group(account.id, "on project", ""));
  grant_on(on_project, "readers", project);
  must(directory.add_member(on_project.id, newcomer.id));
  EXPECT_EQ(status(project_token(newcomer, project), "GET", "/v3/users"), 403)
      << "a grant on a project gives nothing over the account";
}

TEST_F(FrameScope, AnAccountInThePathIsTheCallersOwn) {
  const std::string tail = "/config/security_compliance";
  EXPECT_EQ(status(root_token, "GET", "/v3/domains/" + account.id.value + tail), 200);
  const auto foreign = ask(root_token, "GET", "/v3/domains/" + other.id.value + tail);
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(foreign.evidence("url_account"), other.id.value);
}

}  // namespace
}  // namespace jianmen::services
