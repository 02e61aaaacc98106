#include "server/console/guard.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace jianmen::app::console {
namespace {

TEST(IsLoopback, KnowsLiteralsAndNoNames) {
  for (const auto* host :
       {"localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const auto* host :
       {"", "0.0.0.0", "::", "10.0.0.1", "127.evil.example", "127.0.0.1.nip.io",
        "localhost.evil.example", "128.0.0.1", "::2", "::ffff:10.0.0.1", "127.0.0.1:80", "unix"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

struct Row {
  const char* sentence;
  Visitor visitor;
  const char* host;
  std::vector<std::pair<const char*, const char*>> headers;
  const char* method = "GET";
  const char* peer = "127.0.0.1";
  bool secure = false;
};

TEST(Visitor, IsLocalOnlyWhenAllSpeaksForIt) {
  using enum Visitor;
  const std::vector<Row> rows = {
      {"a program on this machine", Local, "127.0.0.1:8080", {}},
      {"by name", Local, "localhost:8080", {}},
      {"by IPv6", Local, "[::1]:8080", {}, "GET", "::1"},
      {"without a port", Local, "127.0.0.1", {}},
      {"the page's own question", Local, "127.0.0.1:8080", {{"Sec-Fetch-Site", "same-origin"}}},
      {"typed into the browser", Local, "127.0.0.1:8080", {{"Sec-Fetch-Site", "none"}}},
      {"the page's own post",
       Local,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://127.0.0.1:8080"}},
       "POST"},
      {"the same over TLS",
       Local,
       "LOCALHOST:8443",
       {{"Origin", "https://localhost:8443"}},
       "POST",
       "127.0.0.1",
       true},
      {"a link on another site",
       Local,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "cross-site"},
        {"Sec-Fetch-Mode", "navigate"},
        {"Sec-Fetch-Dest", "document"}}},
      {"another machine", Stranger, "127.0.0.1:8080", {}, "GET", "10.0.0.7"},
      {"a Unix socket", Stranger, "127.0.0.1:8080", {}, "GET", "unix"},
      {"a name that resolves to here", Stranger, "evil.example:8080", {}},
      {"a name that begins like here", Stranger, "127.0.0.1.evil.example:8080", {}},
      {"a name of the cloud", Stranger, "ecs.cn-north-4.myhuaweicloud.com", {}},
      {"no host", Stranger, "", {}},
      {"half a bracket", Stranger, "[::1", {}},
      {"a stranger behind a proxy here",
       Stranger,
       "127.0.0.1:8080",
       {{"X-Forwarded-For", "10.0.0.7"}}},
      {"another proxy", Stranger, "127.0.0.1:8080", {{"Forwarded", "for=10.0.0.7"}}},
      {"a script of another site",
       CrossSite,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "cors"}}},
      {"a script of another port",
       CrossSite,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Mode", "no-cors"}}},
      {"a frame on another site",
       CrossSite,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "cross-site"},
        {"Sec-Fetch-Mode", "navigate"},
        {"Sec-Fetch-Dest", "iframe"}}},
      {"a form of another site",
       CrossSite,
       "127.0.0.1:8080",
       {{"Sec-Fetch-Site", "cross-site"},
        {"Sec-Fetch-Mode", "navigate"},
        {"Sec-Fetch-Dest", "document"}},
       "POST"},
      {"a post of another origin, an old browser",
       CrossSite,
       "127.0.0.1:8080",
       {{"Origin", "http://evil.example"}},
       "POST"},
      {"a post of another scheme",
       CrossSite,
       "127.0.0.1:8080",
       {{"Origin", "https://127.0.0.1:8080"}},
       "POST"},
      {"a post of no origin", CrossSite, "127.0.0.1:8080", {{"Origin", "null"}}, "POST"},
  };
  for (const auto& row : rows) {
    std::vector<http::Header> headers{{"Host", row.host, http::HeaderId::Host}};
    for (const auto& [name, value] : row.headers) headers.push_back({name, value});
    http::Request request;
    request.method = row.method;
    request.path = "/jianmen/";
    request.headers = headers;
    request.peer = row.peer;
    request.secure = row.secure;
    EXPECT_EQ(visitor_of(request), row.visitor) << row.sentence;
  }
}

}  // namespace
}  // namespace jianmen::app::console
