// The guide's story through the whole house, without a socket: request in, bytes of the answer out.

#include "server/installation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "authn/signature/sign.hpp"
#include "base/encoding.hpp"
#include "demo.hpp"
#include "http/detail/field_line.hpp"
#include "net/run.hpp"

namespace jianmen::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kNorth = "05041fffa40025702f6dc009cc6f8f33";
constexpr std::string_view kEast = "05041fffa40025702f6dc009cc6f8f34";

struct Sent {
  std::string method = "GET";
  std::string target;
  std::string host = "127.0.0.1:8080";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

class TheDoor : public testing::Test {
 protected:
  void SetUp() override {
    InstallationSettings settings;
    settings.gateway.log_requests = false;
    auto made = Installation::create(settings);
    ASSERT_TRUE(made) << made.error().message;
    home_ = std::move(*made);
    auto loaded = home_->load(demo_fixture());
    ASSERT_TRUE(loaded) << loaded.error().message;
    door_ = home_->make_handler(0);
  }

  http::Response send(const Sent& sent) {
    std::vector<http::Header> headers;
    const auto add = [&](std::string_view name, std::string_view value) {
      headers.push_back({name, value, http::detail::header_id(name)});
    };
    add("Host", sent.host);
    for (const auto& [name, value] : sent.headers) {
      if (!base::equals_ignore_case(name, "host")) add(name, value);
    }
    http::Request request;
    request.method = sent.method;
    request.target = sent.target;
    const auto mark = sent.target.find('?');
    request.path = std::string_view(sent.target).substr(0, mark);
    if (mark != std::string::npos) request.query = std::string_view(sent.target).substr(mark + 1);
    request.headers = headers;
    request.body = sent.body;
    request.peer = "127.0.0.1";
    return net::run(door_->handle(request));
  }

  Sent with_key(std::string ak, std::string sk, Sent sent) {
    authn::signature::SignInput input;
    input.access_key_id = std::move(ak);
    input.secret = base::Secret(std::move(sk));
    input.method = sent.method;
    input.target = sent.target;
    input.host = sent.host;
    input.headers = sent.headers;
    input.body = sent.body;
    input.now = home_->clock().now();
    auto made = authn::signature::sign(input);
    EXPECT_TRUE(made);
    sent.headers = made->headers;
    return sent;
  }
  Sent as_demo(Sent sent) {
    return with_key("JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly",
                    std::move(sent));
  }
  Sent as_newcomer(Sent sent) {
    return with_key("JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly",
                    std::move(sent));
  }

  std::string token(std::string_view user, std::string_view password, std::string_view scope) {
    const auto answer = send(
        {.method = "POST",
         .target = "/v3/auth/tokens?nocatalog=",
         .headers = {{"Content-Type", "application/json"}},
         .body = R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":")" +
                 std::string(user) + R"(","password":")" + std::string(password) +
                 R"(","domain":{"name":"demo"}}}},"scope":)" + std::string(scope) + "}}"});
    EXPECT_EQ(answer.status(), 201) << answer.body();
    return std::string(answer.find("X-Subject-Token").value_or(""));
  }

  static Sent list_servers(std::string_view project, std::string token = {}) {
    Sent sent{.target = "/v1/" + std::string(project) + "/cloudservers/detail"};
    if (!token.empty()) sent.headers.emplace_back("X-Auth-Token", std::move(token));
    return sent;
  }

  std::string cause_of_last() {
    const auto entry = home_->journal().last(false);
    return entry && entry->refusal ? std::string(identity::cause_id(entry->refusal->cause)) : "";
  }

  std::unique_ptr<Installation> home_;
  std::unique_ptr<http::Handler> door_;
};

TEST_F(TheDoor, RoutesBeforeItAuthenticates) {
  const auto answer = send({.target = "/v9/nothing"});
  EXPECT_EQ(answer.status(), 404);
  EXPECT_THAT(answer.body(),
              StartsWith("{\"error_msg\":\"The API does not exist or has not been published in the "
                         "environment\",\"error_code\":\"APIGW.0101\",\"request_id\":\""));
  EXPECT_EQ(answer.find("Server"), "api-gateway");
  EXPECT_EQ(answer.find("X-Request-Id")->size(), 32U);
}

TEST_F(TheDoor, TellsAMissingTokenFromABrokenOne) {
  EXPECT_THAT(send(list_servers(kNorth)).body(), HasSubstr("x-auth-token not found"));
  EXPECT_EQ(cause_of_last(), "token.missing");
  EXPECT_THAT(send(list_servers(kNorth, "MIIbroken")).body(), HasSubstr("decrypt token fail"));
}

TEST_F(TheDoor, ShowsTheCanonicalRequestForAWrongSecret) {
  const auto answer =
      send(with_key("JIANMENDEMOADMIN0001", "wrong", {.target = "/v3/projects?name=cn-north-4"}));
  EXPECT_EQ(answer.status(), 401);
  EXPECT_THAT(
      answer.body(),
      HasSubstr(
          "verify aksk signature fail, "
          "canonicalRequest:GET|/v3/projects/|name=cn-north-4|host:127.0.0.1:8080|x-sdk-date:"));
  EXPECT_TRUE(answer.closes());
}

TEST_F(TheDoor, ListsTheDemosServersForAKeyAndForAToken) {
  const auto by_key = send(as_demo(list_servers(kNorth)));
  EXPECT_EQ(by_key.status(), 200) << by_key.body();
  EXPECT_THAT(by_key.body(), HasSubstr("\"count\":8"));
  const auto by_token = send(
      list_servers(kNorth, token("demo", "Jianmen@Demo1", R"({"project":{"name":"cn-north-4"}})")));
  EXPECT_EQ(by_token.status(), 200) << by_token.body();
  EXPECT_THAT(by_token.body(), HasSubstr("\"count\":8"));
}

TEST_F(TheDoor, RefusesATokenOfAnotherProjectOrScope) {
  const std::string north = token("demo", "Jianmen@Demo1", R"({"project":{"name":"cn-north-4"}})");
  const auto other = send(list_servers(kEast, north));
  EXPECT_EQ(other.status(), 400);
  EXPECT_EQ(other.body(),
            "{\"error\":{\"message\":\"tenantId in token is not the same with in "
            "URL.\",\"code\":\"Common.0018\"}}");
  EXPECT_EQ(cause_of_last(), "scope.other_project");
  const std::string domain = token("demo", "Jianmen@Demo1", R"({"domain":{"name":"demo"}})");
  EXPECT_EQ(send(list_servers(kNorth, domain)).status(), 400);
  EXPECT_EQ(cause_of_last(), "scope.domain_on_regional");
  EXPECT_EQ(
      send({.target = "/v1.0/predefine_tags", .headers = {{"X-Auth-Token", domain}}}).status(),
      200);
  const auto global =
      send({.target = "/v1.0/predefine_tags", .headers = {{"X-Auth-Token", north}}});
  EXPECT_EQ(global.status(), 403);
  EXPECT_EQ(global.body(),
            "{\"error\":{\"error_code\":\"TMS.0004\",\"error_msg\":\"Permission error.\"}}");
}

TEST_F(TheDoor, AGrantNeedsANewTokenButNoNewKey) {
  const auto account = home_->directory().find_account_by_name("demo");
  const auto newcomer = home_->directory().find_user_by_name(account->id, "newcomer");
  const auto viewers = home_->directory().find_group_by_name(account->id, "ecs-viewers");
  const std::string old =
      token("newcomer", "Jianmen@Newcomer1", R"({"project":{"name":"cn-north-4"}})");
  const auto refused = send(list_servers(kNorth, old));
  EXPECT_EQ(refused.status(), 403);
  EXPECT_EQ(refused.body(),
            "{\"error\":{\"message\":\"do not have the required roles, forbidden to perform this "
            "action.\","
            "\"code\":\"Ecs.0110\"}}");
  EXPECT_EQ(cause_of_last(), "permission.no_group");

  ASSERT_TRUE(home_->directory().add_member(viewers->id, newcomer->id));
  EXPECT_EQ(send(list_servers(kNorth, old)).status(), 403);
  EXPECT_EQ(cause_of_last(), "permission.stale_token");
  const std::string fresh =
      token("newcomer", "Jianmen@Newcomer1", R"({"project":{"name":"cn-north-4"}})");
  EXPECT_EQ(send(list_servers(kNorth, fresh)).status(), 200);
  EXPECT_EQ(send(as_newcomer(list_servers(kNorth))).status(), 200);

  ASSERT_TRUE(home_->directory().remove_member(viewers->id, newcomer->id));
  const auto gone = send(list_servers(kNorth, fresh));
  EXPECT_EQ(gone.status(), 401);
  EXPECT_THAT(gone.body(), HasSubstr("\"APIGW.0307\""));
  EXPECT_EQ(send(as_newcomer(list_servers(kNorth))).status(), 403);
}

TEST_F(TheDoor, ATokenLivesADay) {
  const std::string day = token("demo", "Jianmen@Demo1", R"({"project":{"name":"cn-north-4"}})");
  home_->clock().advance(std::chrono::hours(23));
  EXPECT_EQ(send(list_servers(kNorth, day)).status(), 200);
  home_->clock().advance(std::chrono::hours(2));
  EXPECT_THAT(send(list_servers(kNorth, day)).body(), HasSubstr("token expires, expires_at: "));
}

TEST_F(TheDoor, ShowsNoTokenInAnswersOrJournal) {
  Sent sent =
      with_key("JIANMENDEMOADMIN0001", "wrong",
               {.target = "/v3/projects", .headers = {{"X-Auth-Token", "very-secret-token"}}});
  const auto answer = send(sent);
  EXPECT_THAT(answer.body(), HasSubstr("canonicalRequest:GET|/v3/projects/||"));
  EXPECT_THAT(answer.body(), HasSubstr("x-auth-token:***"));
  EXPECT_EQ(answer.body().find("very-secret-token"), std::string::npos);
  const auto entry = home_->journal().last(true);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->message.find("very-secret-token"), std::string::npos);
  for (const auto& [name, value] : entry->refusal->evidence) {
    EXPECT_EQ(value.find("very-secret-token"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace jianmen::app
