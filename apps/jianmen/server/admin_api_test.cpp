#include "server/admin_api.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "admin_client.hpp"
#include "demo.hpp"
#include "http/server.hpp"

namespace jianmen::app {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;

// A server's administration over a real socket, with the demo's data.
class AdminApiTest : public ::testing::Test {
 protected:
  AdminApiTest()
      : directory_(fs::temp_directory_path() / ("jianmen-admin-" + std::to_string(::getpid()))) {
    fs::create_directories(directory_);
    common_.socket = (directory_ / "s").string();
    InstallationSettings settings;
    settings.iam.password_cost = {.iterations = 1, .memory_kib = 64};
    installation_ = std::move(*Installation::create(settings));
    EXPECT_TRUE(installation_->load(demo_fixture()));
    auto server = http::Server::create(
        {}, {{http::ListenAddress::Kind::Unix, "", 0, common_.socket}}, nullptr, 1,
        [this](unsigned) {
          return make_admin_handler(*installation_, pool_, AdminSettings{{demo_fixture()}, ""});
        });
    EXPECT_TRUE(server);
    server_ = std::move(*server);
    server_->start();
  }
  ~AdminApiTest() override {
    server_->stop(std::chrono::milliseconds(1'000));
    fs::remove_all(directory_);
  }

  base::Result<json::value> call(std::string_view method, std::string_view path,
                                 const json::value& body = nullptr) {
    return AdminClient(common_).call(method, path, body);
  }
  std::string text(std::string_view method, std::string_view path,
                   const json::value& body = nullptr) {
    auto answer = call(method, path, body);
    return answer ? base::to_text(*answer) : "error: " + answer.error().message;
  }

  fs::path directory_;
  Common common_;
  std::unique_ptr<Installation> installation_;
  net::BlockingPool pool_{1};
  std::unique_ptr<http::Server> server_;
};

struct Row {
  const char* sentence;
  const char* method;
  const char* path;
  const char* body;
  const char* answer;
};

TEST_F(AdminApiTest, MistakesAreSentencesNotCrashes) {
  const Row rows[] = {
      {"unknown path", "GET", "/nothing", "", "error: no such path"},
      {"wrong method", "POST", "/journal", "", "error: no such path"},
      {"no such user", "GET", "/users/nobody", "", "error: account demo has no user \"nobody\""},
      {"no such account", "GET", "/users?account=x", "", "error: no account \"x\""},
      {"a bad duration", "POST", "/clock", R"({"advance":"soon"})",
       "error: not a duration such as 24h or 90m: soon"},
      {"an empty order to the clock", "POST", "/clock", "{}",
       "error: one of advance, set and reset is needed"},
      {"a body of another type", "POST", "/clock", "[1]",
       "error: one of advance, set and reset is needed"},
      {"an empty journal", "GET", "/journal/last", "", "error: the journal is empty"},
      {"a grant for nobody", "POST", "/grants", R"({"role":"ECS FullAccess","scope":"all"})",
       "error: a grant is for a group or an agency: name one of the two"},
      {"a grant nowhere", "POST", "/grants", R"({"role":"ECS FullAccess","group":"admin"})",
       "error: a grant is on a project or has a scope (domain, or all: the domain and every "
       "project): give one of the two"},
      {"a flag that is none", "POST", "/users/viewer/enabled", R"({"enabled":"no"})",
       "error: enabled is true or false"},
      {"a system policy", "DELETE", "/policies/ECS%20FullAccess", "",
       "error: a system policy cannot be deleted"},
      {"a second first account", "POST", "/init", R"({"name":"x"})",
       "error: there is an account already (demo); more: jianmen admin account create NAME"},
      {"no https listener", "GET", "/ca", "",
       "error: this server has no https listener with a certificate of its own"},
      {"a limit that is none", "GET", "/journal?limit=-1", "", "error: limit is a number from 1"},
  };
  for (const auto& row : rows) {
    const json::value body = *row.body ? base::parse_json(row.body).value() : json::value(nullptr);
    EXPECT_EQ(text(row.method, row.path, body), row.answer) << row.sentence;
  }
}

TEST_F(AdminApiTest, TheClockMovesAndComesBack) {
  EXPECT_EQ(call("POST", "/clock", json::object{{"advance", "24h"}})->at("offset_seconds"), 86400);
  EXPECT_EQ(call("POST", "/clock", json::object{{"advance", "-1h"}})->at("offset_seconds"), 82800);
  EXPECT_EQ(call("POST", "/clock", json::object{{"reset", true}})->at("offset_seconds"), 0);
  const auto set = call("POST", "/clock", json::object{{"set", "2026-06-01T12:00:00Z"}});
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->at("now").as_string().starts_with("2026-06-01T12:00:0"));
}

TEST_F(AdminApiTest, APersonIsMadeAddedGrantedAndTakenAway) {
  EXPECT_EQ(call("POST", "/users", json::object{{"name", "alice"}, {"password", "Secret@1"}})
                ->at("enabled"),
            true);
  EXPECT_FALSE(call("POST", "/users", json::object{{"name", "alice"}}));
  EXPECT_TRUE(call("PUT", "/groups/ecs-viewers/members/alice"));
  EXPECT_EQ(base::to_text(call("GET", "/users/alice")->at("groups")), R"(["ecs-viewers"])");
  EXPECT_EQ(call("POST", "/users/alice/enabled", json::object{{"enabled", false}})->at("enabled"),
            false);
  EXPECT_TRUE(call("DELETE", "/groups/ecs-viewers/members/alice"));
  EXPECT_EQ(text("DELETE", "/users/alice"), R"({"deleted":"alice"})");
  EXPECT_FALSE(call("GET", "/users/alice"));
}

TEST_F(AdminApiTest, SecretsAreShownWhenMadeAndNeverAgain) {
  const auto made = call("POST", "/keys", json::object{{"user", "newcomer"}});
  ASSERT_TRUE(made);
  const std::string sk(made->at("sk").as_string());
  const std::string ak(made->at("ak").as_string());
  EXPECT_EQ(sk.size(), 40U);
  for (const auto& path : {std::string("/keys"), "/keys/" + ak, std::string("/users/newcomer"),
                           std::string("/export")}) {
    EXPECT_EQ(text("GET", path).find(sk), std::string::npos) << path;
  }
  EXPECT_NE(text("GET", "/export?secrets=true").find(sk), std::string::npos);
  const auto password = call("POST", "/users/newcomer/password", json::object{});
  ASSERT_TRUE(password);
  EXPECT_EQ(password->at("password").as_string().size(), 20U);
  const auto chosen =
      call("POST", "/users/newcomer/password", json::object{{"password", "Chosen@Pass1"}});
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(chosen->as_object().contains("password"));
}

TEST_F(AdminApiTest, AGrantIsGivenSeenAndTakenBack) {
  const json::object grant{
      {"group", "ecs-viewers"}, {"role", "ECS FullAccess"}, {"project", "cn-east-3"}};
  EXPECT_EQ(text("POST", "/grants", grant),
            R"({"group":"ecs-viewers","role":"ECS FullAccess","scope":"project",)"
            R"("project":"cn-east-3"})");
  EXPECT_NE(text("GET", "/grants").find("cn-east-3"), std::string::npos);
  EXPECT_TRUE(call("DELETE", "/grants", grant));
  EXPECT_EQ(text("GET", "/grants").find("cn-east-3"), std::string::npos);
  EXPECT_FALSE(call("DELETE", "/grants", grant));
}

TEST_F(AdminApiTest, APolicyIsCheckedLikeTheApisOwn) {
  const auto good = base::parse_json(
      R"({"Version":"1.1","Statement":[{"Effect":"Allow","Action":["ecs:*:get"]}]})");
  json::object body{{"name", "readers"}, {"type", "XA"}, {"description", "x"}, {"policy", *good}};
  EXPECT_TRUE(call("POST", "/policies", body));
  EXPECT_EQ(call("GET", "/policies/readers")->at("policy").at("Version"), "1.1");
  EXPECT_EQ(text("DELETE", "/policies/readers"), R"({"deleted":"readers"})");
  body["policy"] = base::parse_json(R"({"Version":"1.1","Statement":[]})").value();
  EXPECT_FALSE(call("POST", "/policies", body));
  body["type"] = "??";
  EXPECT_FALSE(call("POST", "/policies", body));
}

TEST_F(AdminApiTest, ResetBringsTheFixturesBack) {
  EXPECT_TRUE(call("DELETE", "/users/newcomer"));
  EXPECT_EQ(text("POST", "/reset"), R"({"fixtures":1})");
  EXPECT_TRUE(call("GET", "/users/newcomer"));
}

TEST_F(AdminApiTest, WhatIsExportedIsTakenBack) {
  const auto exported = call("GET", "/export");
  ASSERT_TRUE(exported);
  EXPECT_EQ(exported->at("servers").as_array().size(), 8U);
  EXPECT_TRUE(call("DELETE", "/users/newcomer"));
  EXPECT_TRUE(call("POST", "/import", *exported));
  EXPECT_TRUE(call("GET", "/users/newcomer"));
}

TEST(AdminClient, WithoutAServerItSaysHowToStartOne) {
  Common common;
  common.socket = "/nonexistent/s";
  const auto answer = AdminClient(common).call("GET", "/clock");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::Unavailable);
  EXPECT_NE(answer.error().message.find("jianmen serve --demo"), std::string::npos);
}

}  // namespace
}  // namespace jianmen::app
