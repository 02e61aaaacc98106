#include "config.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "config_keys.hpp"

namespace jianmen::app {
namespace {

namespace fs = std::filesystem;

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() : file_(fs::temp_directory_path() / ("jianmen-" + std::to_string(::getpid()))) {}
  ~ConfigTest() override { fs::remove(file_); }

  base::Result<ServeConfig> load(const std::string& text) {
    std::ofstream(file_) << text;
    return load_config(file_);
  }
  // The mistakes without the file's name.
  std::string mistakes(const std::string& text) {
    auto loaded = load(text);
    if (loaded) return {};
    std::string out = loaded.error().message;
    const std::string name = file_.string() + ":";
    for (auto at = out.find(name); at != std::string::npos; at = out.find(name)) {
      out.erase(at, name.size());
    }
    return out;
  }

  fs::path file_;
};

TEST_F(ConfigTest, AnEmptyFileIsAllDefaults) {
  const auto config = load("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->http.limits.body, http::Limits{}.body);
  EXPECT_EQ(config->installation.workers, 0U);
}

TEST_F(ConfigTest, EveryKindOfValueIsRead) {
  const auto config = load(
      "listen: [\"http://127.0.0.1:0\", \"https://[::1]:8443\"]\n"
      "data: /var/lib/jianmen\n"
      "workers: 3\n"
      "log: {level: warning, requests: false}\n"
      "timeouts:\n  head: 1m30s\n"
      "authn:\n  clock_window: 5m\n  tolerant_signatures: false\n"
      "tls: {certificate: a.pem, key: a.key}\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen.size(), 2U);
  EXPECT_EQ(config->installation.data, "/var/lib/jianmen");
  EXPECT_EQ(config->installation.workers, 3U);
  EXPECT_EQ(config->log_level, base::log::Level::Warning);
  EXPECT_FALSE(config->installation.gateway.log_requests);
  EXPECT_EQ(config->http.head_timeout, std::chrono::seconds(90));
  EXPECT_EQ(config->installation.authn.signature.clock_window, std::chrono::minutes(5));
  EXPECT_FALSE(config->installation.authn.signature.tolerant);
  EXPECT_EQ(config->tls_key, "a.key");
}

TEST_F(ConfigTest, ASingleUrlNeedsNoList) {
  const auto config = load("listen: http://127.0.0.1:80\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen, std::vector<std::string>{"http://127.0.0.1:80"});
}

struct Row {
  const char* sentence;
  const char* text;
  const char* mistake;
};

TEST_F(ConfigTest, MistakesAreToldWithTheirPlace) {
  const Row rows[] = {
      {"unknown key", "lissen: 1\n", "1:1: unknown key \"lissen\""},
      {"unknown key below", "log:\n  colour: red\n", "2:3: unknown key \"log.colour\""},
      {"given twice", "workers: 1\nworkers: 2\n", "2:1: key \"workers\" is given twice"},
      {"not a number", "workers: many\n", "1:10: \"workers\" is a whole number, not \"many\""},
      {"below zero", "workers: -1\n", "1:10: \"workers\" is a whole number, not \"-1\""},
      {"out of bounds", "workers: 257\n", "1:10: \"workers\" is from 0 to 256, not 257"},
      {"not a bool", "log: {requests: yes}\n",
       "1:17: \"log.requests\" is true or false, not \"yes\""},
      {"not a duration", "stop_grace: 30\n",
       "1:13: \"stop_grace\" is a duration such as 30s, 15m or 24h, not \"30\""},
      {"a negative duration", "stop_grace: -30s\n",
       "1:13: \"stop_grace\" is a duration such as 30s, 15m or 24h, not \"-30s\""},
      {"a map where a value belongs", "workers: {a: 1}\n", "1:10: \"workers\" is number"},
      {"a value where keys belong", "log: debug\n", "1:6: \"log\" holds keys of its own"},
      {"half an identity", "tls: {key: a}\n",
       "1:1: \"tls.certificate\" and \"tls.key\" belong together"},
      {"a console for strangers", "console:\n  listen: http://0.0.0.0:9090\n",
       "2:11: \"console.listen\" is http://127.0.0.1:PORT: it has no login and is for "
       "this "
       "machine alone (from another one: ssh -L), not \"http://0.0.0.0:9090\""},
      {"operations for strangers", "operations: {listen: [\"http://0.0.0.0:9100\"]}\n",
       "1:22: \"operations.listen\" is http://127.0.0.1:PORT: it has no login and is for this "
       "machine alone (from another one: ssh -L), not \"http://0.0.0.0:9100\""},
      {"a limit without its time", "throttle: {user: 5}\n",
       "1:18: \"throttle.user\" is a limit such as 200/5m or 10/1s, or off, not \"5\""},
      {"an operation without its limit", "throttle: {operations: [\"ecs:CreateServers\"]}\n",
       "1:24: \"throttle.operations\" is an operation and its limit, such as "
       "\"ecs:CreateServers 10/1m\", not \"ecs:CreateServers\""},
      {"a source by its name", "throttle: {exempt: [balancer]}\n",
       "1:20: \"throttle.exempt\" is a list of addresses, loopback or none, not \"balancer\""},
      {"a console on a name that only looks local", "console: {listen: [\"http://127.x.org:9\"]}\n",
       "1:19: \"console.listen\" is http://127.0.0.1:PORT: it has no login and is for "
       "this "
       "machine alone (from another one: ssh -L), not \"http://127.x.org:9\""},
      {"a list at the top", "- a\n", "1:1: a configuration is a map of keys"},
      {"two documents", "workers: 1\n---\nworkers: 2\n", "3:1: one document a file"},
  };
  for (const auto& row : rows) EXPECT_EQ(mistakes(row.text), row.mistake) << row.sentence;
}

TEST_F(ConfigTest, AllMistakesAreToldAtOnce) {
  EXPECT_EQ(mistakes("a: 1\nworkers: x\nb: 2\n"),
            "1:1: unknown key \"a\"\n2:10: \"workers\" is a whole number, not \"x\"\n"
            "3:1: unknown key \"b\"");
}

TEST_F(ConfigTest, TextThatIsNoYamlIsAMistakeNotACrash) {
  for (const auto text : {"a: [", "a: b: c", "{", "&x *x", "? ?", "\x01"}) {
    EXPECT_FALSE(load(text)) << text;
  }
}

TEST(LoadConfig, AFileThatIsNotThereIsToldByName) {
  const auto config = load_config("/nonexistent/jianmen.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message, "cannot read /nonexistent/jianmen.yaml");
}

TEST_F(ConfigTest, EveryShownDefaultIsReadBackAsItself) {
  const auto defaults = config_defaults();
  for (const auto& key : config_keys()) {
    const auto shown = key.show(defaults);
    if (shown.empty()) continue;
    ServeConfig config = defaults;
    EXPECT_FALSE(key.set(config, {shown})) << key.path;
    EXPECT_EQ(key.show(config), shown) << key.path;
  }
}

TEST(ConfigDocumentation, IsTheFileInDocs) {
  std::ifstream file(fs::path(JIANMEN_SOURCE_DIR) / "docs" / "configuration.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), config_documentation())
      << "make it anew: build/release/jianmen check --documentation > docs/configuration.md";
}

}  // namespace
}  // namespace jianmen::app
