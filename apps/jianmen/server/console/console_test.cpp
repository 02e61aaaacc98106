#include "server/console/console.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "demo.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "server/console/responses.hpp"

namespace jianmen::app {
namespace {

namespace json = base::json;

// A demo with the console in front of it, and the console alone, over real sockets.
class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() {
    InstallationSettings settings;
    settings.iam.password_cost = {.iterations = 1, .memory_kib = 64};
    settings.gateway.log_requests = false;
    installation_ = std::move(*Installation::create(settings));
    EXPECT_TRUE(installation_->load(demo_fixture()));
    console_ = std::make_unique<Console>(*installation_, pool_);
    server_ = start([this](unsigned worker) {
      return console_->in_front_of(installation_->make_handler(worker));
    });
    alone_ = start([this](unsigned) { return console_->alone(); });
  }
  ~ConsoleTest() override {
    server_->stop(std::chrono::milliseconds(1'000));
    alone_->stop(std::chrono::milliseconds(1'000));
  }
  static std::unique_ptr<http::Server> start(const http::Server::MakeHandler& make_handler) {
    auto server = http::Server::create({}, {*http::parse_listen_url("http://127.0.0.1:0")}, nullptr,
                                       1, make_handler);
    EXPECT_TRUE(server);
    (*server)->start();
    return std::move(*server);
  }
  http::ClientResponse ask(const http::Server& server, const std::string& method,
                           const std::string& path, const std::string& body = "",
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::ClientRequest request;
    request.method = method;
    request.url = server.urls().front() + path;
    request.body = body;
    request.headers = std::move(headers);
    auto answer = http::fetch_blocking(std::move(request), {});
    EXPECT_TRUE(answer) << path;
    return answer ? std::move(*answer) : http::ClientResponse{};
  }
  http::ClientResponse get(const std::string& path) { return ask(*server_, "GET", path); }
  json::value post(const std::string& text, const std::string& language = "en") {
    const auto answer =
        ask(*server_, "POST", "/jianmen/data/doctor?lang=" + language,
            base::to_text(json::object{{"text", text}}), {{"Content-Type", "application/json"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    return *base::parse_json(answer.body);
  }

  net::BlockingPool pool_{1};
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<Console> console_;
  std::unique_ptr<http::Server> server_, alone_;
};

TEST_F(ConsoleTest, ServesEveryFileThatThePageNames) {
  for (const auto* name :
       {"", "index.html", "style.css", "console.js", "texts.js", "page.js", "events.js",
        "requests.js", "explanation.js", "doctor.js", "endpoints.js"}) {
    const auto answer = get(std::string("/jianmen/") + name);
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_GT(answer.body.size(), 500U) << name;
    EXPECT_NE(answer.find("Content-Security-Policy"), std::nullopt) << name;
    EXPECT_EQ(answer.find("X-Content-Type-Options"), "nosniff") << name;
    EXPECT_EQ(answer.find("Cache-Control"), "no-store") << name;
  }
  EXPECT_EQ(get("/jianmen/style.css").find("Content-Type"), "text/css; charset=utf-8");
}

struct Row {
  const char* sentence;
  const char* method;
  const char* path;
  int status;
};

TEST_F(ConsoleTest, WhatItDoesNotKnowIsNotThere) {
  const Row rows[] = {
      {"the root without its slash", "GET", "/jianmen", 308},
      {"no such file", "GET", "/jianmen/nothing.js", 404},
      {"a way out", "GET", "/jianmen/../causes.json", 404},
      {"an encoded way out", "GET", "/jianmen/%2e%2e/causes.json", 404},
      {"a table of the product", "GET", "/jianmen/console/index.html", 404},
      {"no such data", "GET", "/jianmen/data/", 404},
      {"a request that never was", "GET", "/jianmen/data/requests/0123", 404},
      {"no id", "GET", "/jianmen/data/requests/", 404},
      {"posted to a file", "POST", "/jianmen/", 405},
      {"posted to data", "POST", "/jianmen/data/causes", 405},
      {"the doctor without a text", "GET", "/jianmen/data/doctor", 405},
      {"a head", "HEAD", "/jianmen/", 200},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ask(*server_, row.method, row.path).status, row.status) << row.sentence;
  }
}

TEST_F(ConsoleTest, EverythingElseIsTheGateways) {
  for (const auto* path : {"/jianmenx", "/v1/jianmen", "/JIANMEN/", "/%6aianmen/", "//jianmen/"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_NE(answer.body.find("APIGW.0101"), std::string::npos) << path << answer.body;
  }
}

TEST_F(ConsoleTest, AStrangerIsToldWhatTheGatewayTellsEverybody) {
  const auto answer = ask(*server_, "GET", "/jianmen/", "", {{"Host", "evil.example"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(answer.body.find("APIGW.0101"), std::string::npos);
  EXPECT_EQ(ask(*alone_, "GET", "/jianmen/", "", {{"Host", "evil.example"}}).status, 404);
  EXPECT_EQ(
      ask(*server_, "GET", "/jianmen/data/causes", "", {{"Sec-Fetch-Site", "cross-site"}}).status,
      403);
}

TEST_F(ConsoleTest, AloneItHoldsNoGateway) {
  EXPECT_EQ(ask(*alone_, "GET", "/").status, 308);
  EXPECT_EQ(ask(*alone_, "GET", "/jianmen/").status, 200);
  EXPECT_EQ(ask(*alone_, "GET", "/v3/projects").status, 404);
  EXPECT_EQ(ask(*alone_, "GET", "/v3/projects").find("X-Request-Id"), std::nullopt);
}

TEST_F(ConsoleTest, ExplainsARequestInTheLanguageAskedFor) {
  const auto refused = get("/v1/0504/cloudservers/detail");
  ASSERT_EQ(refused.status, 401);
  const std::string path = "/jianmen/data/requests/" + std::string(*refused.find("X-Request-Id"));
  const auto english = *base::parse_json(get(path).body);
  EXPECT_EQ(english.at("cause").at("id"), "token.missing");
  const auto chinese = *base::parse_json(get(path + "?lang=zh-CN").body);
  EXPECT_NE(english.at("why"), chinese.at("why"));
}

TEST_F(ConsoleTest, ItsOwnRequestsAreNotInTheJournal) {
  get("/jianmen/");
  get("/jianmen/data/causes");
  EXPECT_FALSE(installation_->journal().last(false));
}

TEST_F(ConsoleTest, ThePastedIdOfARequestIsAnsweredByTheJournal) {
  const auto refused = get("/v1/0504/cloudservers/detail");
  const std::string id(*refused.find("X-Request-Id"));
  const auto found = post(
      "{\"error_msg\":\"Incorrect IAM authentication information\","
      "\"error_code\":\"APIGW.0301\",\"request_id\":\"" +
      id + "\"}");
  EXPECT_EQ(found.at("request_id").as_string(), id);
  EXPECT_EQ(found.at("cause").at("id"), "token.missing");
}

TEST_F(ConsoleTest, TheDoctorTakesAnyTextAndNothingElse) {
  EXPECT_EQ(post("hello").at("cause").at("id"), "unknown");
  EXPECT_EQ(post("").at("cause").at("id"), "unknown");
  const auto status = [this](const std::string& body, const std::string& type) {
    return ask(*server_, "POST", "/jianmen/data/doctor", body, {{"Content-Type", type}}).status;
  };
  EXPECT_EQ(status("{", "application/json"), 400);
  EXPECT_EQ(status("[]", "application/json"), 400);
  EXPECT_EQ(status("{\"text\":1}", "application/json"), 400);
  EXPECT_EQ(status("{\"text\":\"a\"}", "text/plain"), 415) << "a form of another page can send it";
  const std::string large = "{\"text\":\"" + std::string((1 << 20) + 1, 'a') + "\"}";
  EXPECT_EQ(status(large, "application/json"), 413);
}

TEST_F(ConsoleTest, TheDirectoryPointsIntoItsOwnLists) {
  const auto data = *base::parse_json(get("/jianmen/data/endpoints").body);
  const auto services = data.at("services").as_array().size();
  const auto regions = data.at("regions").as_array().size();
  EXPECT_GT(data.at("endpoints").as_array().size(), 2'000U);
  for (const auto& endpoint : data.at("endpoints").as_array()) {
    EXPECT_LT(static_cast<std::size_t>(endpoint.at(0).to_number<std::int64_t>()), services);
    const auto region = endpoint.at(1).to_number<std::int64_t>();
    EXPECT_TRUE(region == -1 || static_cast<std::size_t>(region) < regions);
  }
}

TEST_F(ConsoleTest, EveryCauseHasATitleInBothLanguages) {
  const auto causes = *base::parse_json(get("/jianmen/data/causes").body);
  EXPECT_GT(causes.as_object().size(), 80U);
  for (const auto& [id, cause] : causes.as_object()) {
    EXPECT_TRUE(base::find_string(cause, "en")) << id;
    EXPECT_TRUE(base::find_string(cause, "zh-CN")) << id;
  }
}

}  // namespace
}  // namespace jianmen::app
