// The order of the checks behind the scope, and what each tells.

#include "services/frame.hpp"

#include "services/test_services.hpp"

namespace jianmen::services {
namespace {

// --- permission

TEST_F(FrameTest, WithoutACredentialOnlyOpenOperationsAnswer) {
  const auto closed = ask("", "GET", "/v3/users");
  EXPECT_EQ(closed.status, 401);
  EXPECT_EQ(
      closed.text,
      R"({"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}})");
  EXPECT_EQ(closed.cause(), Cause::TokenMissing);
  EXPECT_EQ(ask("nonsense", "GET", "/v3/users").cause(), Cause::TokenDamaged);
  EXPECT_EQ(status("", "GET", "/v3"), 200);
  EXPECT_EQ(status("nonsense", "GET", "/v3"), 200) << "a bad one does no harm there";
}

TEST_F(FrameTest, AnActionNeedsAGrant) {
  const auto refused = ask(project_token(newcomer, project), "GET", list);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text, kForbidden);
  EXPECT_EQ(refused.cause(), Cause::PermissionNoGroup);
  EXPECT_EQ(refused.evidence("action"), "ecs:cloudServers:list");
  const auto write = ask(project_token(viewer, project), "POST",
                         "/v1.1/" + project.id.value + "/cloudservers", "{}");
  EXPECT_EQ(write.text, kForbidden);
  EXPECT_EQ(write.cause(), Cause::PermissionNotGranted);
  EXPECT_EQ(send_signed(permanent_key(newcomer), {"GET", list}).text, kForbidden);
}

TEST_F(FrameTest, AGrantNeedsANewToken) {
  const auto before = project_token(newcomer, project);
  const auto group = must(directory.create_group(account.id, "late", ""));
  grant_on(group, "ECS ReadOnlyAccess", project);
  must(directory.add_member(group.id, newcomer.id));
  const auto refused = ask(before, "GET", list);
  EXPECT_EQ(refused.text, kForbidden);
  EXPECT_EQ(refused.cause(), Cause::PermissionStaleToken);
  EXPECT_EQ(status(project_token(newcomer, project), "GET", list), 200);
}

TEST_F(FrameTest, TheOpenStackPathsTellTheAction) {
  const auto refused =
      ask(project_token(newcomer, project), "GET", "/v2.1/" + project.id.value + "/servers");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(
      refused.text,
      R"({"forbidden":{"message":"Policy doesn't allow ecs:servers:list to be performed.","code":403}})");
  const auto scope =
      ask(project_token(newcomer, east), "GET", "/v2.1/" + project.id.value + "/servers");
  EXPECT_EQ(scope.text, kScopeMismatch) << "in the native form";
}

TEST_F(FrameTest, OnesOwnObjectNeedsNoGrant) {
  const auto token = domain_token(newcomer);
  const auto own = permanent_key(newcomer), theirs = permanent_key(viewer);
  const auto new_key = [](const identity::User& user) {
    return R"({"credential":{"user_id":")" + user.id.value + R"("}})";
  };
  const std::string keys = "/v3.0/OS-CREDENTIAL/credentials";
  const struct {
    std::string_view method;
    std::string target, body;
    int status;
  } rows[] = {
      {"GET", "/v3/users/" + newcomer.id.value, "", 200},
      {"GET", "/v3/users/" + viewer.id.value, "", 403},
      {"GET", "/v3/users/" + root.id.value + "/groups", "", 403},
      {"GET", keys, "", 200},
      {"GET", keys + "?user_id=" + newcomer.id.value, "", 200},
      {"GET", keys + "?user_id=" + viewer.id.value, "", 403},
      {"GET", keys + "?user_id=", "", 403},
      {"GET", keys + "/" + own.access, "", 200},
      {"GET", keys + "/" + theirs.access, "", 403},
      {"GET", keys + "/NOSUCHKEY00000000000", "", 403},
      {"POST", keys, new_key(newcomer), 201},
      {"POST", keys, new_key(viewer), 403},
      {"POST", keys, R"({"credential":{"user_id":1}})", 403},
      {"POST", keys, R"({"credential":[]})", 403},
      {"POST", keys, "", 403},
      {"DELETE", keys + "/" + theirs.access, "", 403},
      {"DELETE", keys + "/" + own.access, "", 204},
  };
  for (const auto& row : rows) {
    const auto answer = ask(token, row.method, row.target, row.body);
    EXPECT_EQ(answer.status, row.status)
        << row.method << ' ' << row.target << ' ' << row.body << answer.text;
  }
}

TEST_F(FrameTest, WhatIsForOneselfAloneNoAdministratorDoes) {
  const auto target = "/v3/users/" + newcomer.id.value + "/password";
  const auto body = R"({"user":{"password":"New-Secret-12","original_password":")" +
                    std::string(kPassword) + "\"}}";
  const auto refused = ask(root_token, "POST", target, body);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.evidence("only_for"), newcomer.id.value);
  EXPECT_EQ(status(domain_token(newcomer), "POST", target, body), 204);
}

// --- schema

TEST_F(FrameTest, ABodyMustBeWhatTheRowSays) {
  const auto token = project_token(root, project);
  const auto update = "/v1/" + project.id.value + "/cloudservers/1";
  const auto actions = "/v1/" + project.id.value + "/cloudservers/action";
  const struct {
    std::string_view method;
    std::string target, body;
    int status;
    std::string evidence;
  } rows[] = {
      {"PUT", update, R"({"server":{"name":"a"}})", 200, ""},
      {"PUT", update, R"({"server":{"name":1}})", 400, "server.name"},
      {"PUT", update, "{", 400, ""},
      {"PUT", update, "{\"server\":{\"name\":\"\xff\"}}", 400, ""},
      {"PUT", update, std::string(100, '['), 400, ""},
      {"PUT", update, "[]", 400, ""},
      {"POST", actions, R"({"os-start":{"servers":[{"id":"1"}]}})", 200, ""},
      {"POST", actions, R"({"os-start":{"servers":[{}]}})", 400, "os-start.servers[0].id"},
      {"POST", actions, R"({"os-dance":{"servers":[{"id":"1"}]}})", 400, ""},
      {"POST", actions, R"({"os-start":{},"os-stop":{}})", 400, ""},
      {"POST", actions, "", 400, ""},
      {"POST", actions, "{", 400, ""},
      {"GET", list + "?limit=10", "", 200, ""},
      {"GET", list + "?limit=ten", "", 400, ""},
      {"GET", list, "{", 200, ""},
  };
  for (const auto& row : rows) {
    const auto answer = ask(token, row.method, row.target, row.body);
    EXPECT_EQ(answer.status, row.status) << row.target << ' ' << row.body << answer.text;
    if (row.status == 200) continue;
    EXPECT_EQ(answer.text, kIllegal) << row.target << ' ' << row.body;
    EXPECT_EQ(answer.evidence("member"), row.evidence) << row.body;
  }
  const auto unnamed = ask(token, "POST", actions, R"({"os-dance":{}})");
  EXPECT_NE(unnamed.evidence("expected").find("os-start"), std::string::npos)
      << unnamed.evidence("expected");
  const auto query = ask(token, "GET", list + "?limit=ten");
  EXPECT_EQ(query.cause(), Cause::RequestParameter);
  EXPECT_EQ(query.evidence("parameter"), "limit");
}

TEST_F(FrameTest, WhoMayNotDoItLearnsNothingOfTheSchema) {
  const auto update = "/v1/" + project.id.value + "/cloudservers/1";
  EXPECT_EQ(ask(project_token(newcomer, project), "PUT", update, "{").text, kForbidden);
  EXPECT_EQ(ask(project_token(newcomer, east), "PUT", update, "{").text, kScopeMismatch);
}

TEST_F(FrameTest, EachFamilyTellsAMisreadInItsOwnWords) {
  const auto token = domain_token(root);
  const struct {
    std::string_view method;
    std::string target, body, text;
  } rows[] = {
      {"POST", "/v3/groups", "{",
       R"({"error":{"code":400,"message":"The request body is invalid","title":"Bad Request"}})"},
      {"POST", "/v3/groups", R"({"group":{}})",
       R"({"error":{"code":400,"message":"'name' is a required property","title":"Bad Request"}})"},
      {"POST", "/v3/groups", R"({"group":1})",
       R"({"error":{"code":400,"message":"The request body is invalid","title":"Bad Request"}})"},
      {"GET", "/v3/projects?page=x", "",
       R"({"error":{"code":400,"message":"Request parameter 'page' is invalid.","title":"Bad Request"}})"},
      {"POST", "/v3.0/OS-ROLE/roles", "{",
       R"({"error_msg":"Request body is invalid.","error_code":"IAM.0011"})"},
      {"POST", "/v3.0/OS-ROLE/roles", "{}",
       R"({"error_msg":"'role' is a required property.","error_code":"IAM.0072"})"},
      {"GET", "/v3.0/OS-ROLE/roles?page=x", "",
       R"({"error_msg":"Request parameter page is invalid.","error_code":"IAM.0007"})"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(ask(token, row.method, row.target, row.body).text, row.text) << row.target;
}

TEST_F(FrameTest, AServiceMayHaveCodesForEachMember) {
  const std::string action = "/v1.0/predefine_tags/action";
  const struct {
    std::string_view method;
    std::string target, body, code;
  } rows[] = {
      {"POST", action, R"({"action":"create","tags":[{"key":"a","value":"b"}]})", ""},
      {"POST", action, R"({"action":"create"})", "TMS.0012"},
      {"POST", action, R"({"action":"create","tags":[null]})", "TMS.0013"},
      {"POST", action, R"({"action":"create","tags":[{"value":"b"}]})", "TMS.0009"},
      {"POST", action, R"({"action":"create","tags":[{"key":"a"}]})", "TMS.0010"},
      {"POST", action, R"({"action":"dance","tags":[]})", "TMS.0011"},
      {"POST", action, R"({"tags":[]})", "TMS.0011"},
      {"POST", action, "{", "TMS.0002"},
      {"GET", "/v1.0/predefine_tags?limit=x", "", "TMS.0007"},
      {"GET", "/v1.0/predefine_tags?order_method=up", "", "TMS.1011"},
      {"GET", "/v1.0/tag-values", "", "TMS.0009"},
  };
  for (const auto& row : rows) {
    const auto answer = ask(root_token, row.method, row.target, row.body);
    EXPECT_EQ(answer.status, row.code.empty() ? 204 : 400) << row.target << answer.text;
    EXPECT_EQ(answer.string("error.error_code"), row.code) << row.target << ' ' << row.body;
    if (row.code.empty() || row.body == "{") continue;
    EXPECT_FALSE(answer.evidence("expected").empty()) << row.target << ' ' << row.body;
  }
}

// --- the function

TEST_F(FrameTest, AFunctionSeesTheHeadersThatItsRowDeclares) {
  const auto create = "/v1.1/" + project.id.value + "/cloudservers";
  const auto answer = send(project_token(root, project),
                           {"POST",
                            create,
                            R"({"server":{"imageRef":"i","flavorRef":"f","name":"n","vpcid":"v",)"
                            R"("nics":[{"subnet_id":"s"}],"root_volume":{"volumetype":"SSD"}}})",
                            "ecs.cn-north-4.myhuaweicloud.com",
                            {{"x-client-token", "t"}, {"X-Other", "o"}},
                            true});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.string("X-Client-Token"), "t");
  EXPECT_EQ(answer.body.as_object().count("X-Other"), 0u);
  EXPECT_EQ(answer.string("base_url"), "https://ecs.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(answer.string("body.server.name"), "n");
}

TEST_F(FrameTest, AKnownOperationWithoutAFunctionSaysSo) {
  const auto answer =
      ask(project_token(root, project), "GET", "/v1/" + project.id.value + "/cloudservers/limits");
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(answer.string("error.code"), "JIANMEN.0501");
  EXPECT_NE(answer.string("error.message").find("ecs:ShowServerLimits"), std::string::npos);
  EXPECT_EQ(ask(project_token(newcomer, project), "GET",
                "/v1/" + project.id.value + "/cloudservers/limits")
                .status,
            403)
      << "to those who may ask";
}

TEST_F(FrameTest, NoBodyMendsWhatIsNotAnswered) {
  const auto token = project_token(root, project);
  const auto servers = "/v1/" + project.id.value + "/cloudservers/";
  EXPECT_EQ(status(token, "POST", servers + "1/reinstallos", "{}"), 501);
  EXPECT_EQ(status(token, "POST", servers + "1/reinstallos", "{"), 400);
  EXPECT_EQ(status(token, "POST", servers + "action", R"({"os-stop":{}})"), 501);
  EXPECT_EQ(status(token, "POST", servers + "action", R"({"os-dance":{}})"), 400);
}

TEST_F(FrameTest, WhatAFunctionThrowsDoesNotReachTheCaller) {
  const auto token = project_token(root, project);
  const auto servers = "/v1/" + project.id.value + "/cloudservers/";
  for (const auto& answer :
       {ask(token, "GET", servers + "1"),
        ask(token, "POST", servers + "delete", R"({"servers":[{"id":"1"}]})")}) {
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(
        answer.text,
        R"({"error":{"message":"A system exception occurred. Try again later or contact customer service.","code":"Common.0001"}})");
    EXPECT_EQ(answer.cause(), Cause::BackendInternal);
    EXPECT_EQ(answer.response.fields().find("sealed"), std::string_view::npos);
  }
  EXPECT_EQ(status(token, "GET", list), 200) << "and the next request is served";
}

TEST_F(FrameTest, StepsTellHowFarARequestCame) {
  const auto last = [](const Answer& answer) {
    const auto& step = *(answer.record.steps.end() - 1);
    return std::string(step.step) + " " + std::string(step.outcome);
  };
  EXPECT_EQ(last(ask(project_token(viewer, project), "GET", list)), "serve ok");
  EXPECT_EQ(last(ask(project_token(viewer, east), "GET", list)), "scope refused");
  EXPECT_EQ(last(ask(project_token(newcomer, project), "GET", list)), "authorize refused");
  EXPECT_EQ(last(ask(project_token(viewer, project), "GET", list + "?limit=x")),
            "validate refused");
}

TEST_F(FrameTest, EveryAnswerSaysThatItIsJson) {
  for (const auto& answer : {ask(root_token, "GET", "/v3"), ask("", "GET", "/v3/users"),
                             ask(root_token, "DELETE", "/v3/users/nobody")}) {
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("X-IAM-Trace-Id"),
              "token_global_null_0123456789abcdef0123456789abcdef");
    EXPECT_EQ(answer.header("X-Openstack-Request-Id"), "0123456789abcdef0123456789abcdef");
  }
}

}  // namespace
}  // namespace jianmen::services
