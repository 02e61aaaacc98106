#include "diagnose/live/proxy.hpp"

#include <map>

#include <gtest/gtest.h>

namespace jianmen::diagnose::live {
namespace {

client::Environment holding(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(IsExcluded, ReadsTheFormsThatToolsKnow) {
  const struct {
    const char *name, *no_proxy, *url;
    bool excluded;
  } cases[] = {
      {"nothing", "", "https://a.com", false},
      {"everything", "*", "https://a.com", true},
      {"the host", "a.com", "https://a.com", true},
      {"any case", "A.com", "https://a.COM", true},
      {"a name below it", "a.com", "https://x.a.com", true},
      {"a name that only ends so", "a.com", "https://xa.com", false},
      {"a leading dot", ".a.com", "https://x.a.com", true},
      {"a star", "*.a.com", "https://x.a.com", true},
      {"the second of a list", "b.com, a.com", "https://a.com", true},
      {"its port", "a.com:443", "https://a.com", true},
      {"another port", "a.com:8443", "https://a.com", false},
      {"a network", "10.0.0.0/8", "https://10.1.2.3", true},
      {"another network", "10.0.0.0/8", "https://11.1.2.3", false},
      {"a network that is none", "10.0.0.0/99", "https://10.0.0.1", false},
      {"only separators", ",, .", "https://a.com", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(is_excluded(c.no_proxy, *http::parse_url(c.url)), c.excluded) << c.name;
  }
}

TEST(ChooseProxy, FollowsTheVariablesOfTheScheme) {
  const struct {
    const char *name, *url;
    std::map<std::string, std::string> environment;
    const char* proxy;  // variable and address; "" for none, "error" for one that is wrong
  } cases[] = {
      {"none", "https://a.com", {}, ""},
      {"https", "https://a.com", {{"https_proxy", "http://p:1"}}, "https_proxy p:1"},
      {"http does not serve https", "https://a.com", {{"http_proxy", "http://p:1"}}, ""},
      {"upper case", "https://a.com", {{"HTTPS_PROXY", "p:1"}}, "HTTPS_PROXY p:1"},
      {"lower wins",
       "https://a.com",
       {{"HTTPS_PROXY", "p:1"}, {"https_proxy", "q:2"}},
       "https_proxy q:2"},
      {"all", "http://a.com", {{"all_proxy", "p:1"}}, "all_proxy p:1"},
      {"a login is not shown",
       "http://a.com",
       {{"http_proxy", "http://u:s@p:1/"}},
       "http_proxy p:1"},
      {"excluded", "http://a.com", {{"http_proxy", "p:1"}, {"NO_PROXY", "a.com"}}, ""},
      {"empty", "http://a.com", {{"http_proxy", " "}}, ""},
      {"socks", "http://a.com", {{"http_proxy", "socks5://u:secret@p:1"}}, "error"},
      {"a port that is none", "http://a.com", {{"http_proxy", "http://u:secret@p:x"}}, "error"},
  };
  for (const auto& c : cases) {
    const auto choice = choose_proxy(*http::parse_url(c.url), holding(c.environment));
    std::string told = "error";
    if (choice) told = choice->proxy ? choice->proxy->variable + " " + choice->proxy->text() : "";
    EXPECT_EQ(told, c.proxy) << c.name;
    const std::string words = choice ? "" : choice.error().message;
    EXPECT_EQ(words.find("secret"), std::string::npos) << c.name;
  }
}

TEST(ChooseProxy, ALoginIsDecodedForBasic) {
  const auto choice = choose_proxy(*http::parse_url("http://a.com"),
                                   holding({{"http_proxy", "http://user:p%40ss@p:1"}}));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->proxy->authorization.reveal(), "Basic dXNlcjpwQHNz");
}

}  // namespace
}  // namespace jianmen::diagnose::live
