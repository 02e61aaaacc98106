#include "http/message.hpp"

#include <gtest/gtest.h>

#include "http/url.hpp"

namespace jianmen::http {
namespace {

TEST(ParseQueryTest, DecodesPairsInTheirOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  const struct {
    const char* query;
    Pairs pairs;
  } rows[] = {
      {"", {}},
      {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=v", {{"", "v"}}},
      {"&&a=1&&", {{"a", "1"}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"n=%E4%B8%AD+x%2B&k%5Bs%5D=%", {{"n", "\xe4\xb8\xad x+"}, {"k[s]", "%"}}},
  };
  for (const auto& row : rows) EXPECT_EQ(parse_query(row.query), row.pairs) << row.query;
}

TEST(ResponseTest, KeepsItsFieldsReadyToBeWritten) {
  Response response(201, "{}", "application/json");
  response.add("X-A", "1");
  response.add("x-a", "2");
  response.add("X-Empty", "");
  EXPECT_EQ(response.fields(),
            "Content-Type: application/json\r\nX-A: 1\r\nx-a: 2\r\nX-Empty: \r\n");
  EXPECT_EQ(response.find("X-a"), "1");
  EXPECT_EQ(response.find("x-empty"), "");
  EXPECT_EQ(response.find("X-"), std::nullopt);
  response.set("X-A", "3");
  EXPECT_EQ(response.fields(), "Content-Type: application/json\r\nX-Empty: \r\nX-A: 3\r\n");
  response.set_body("<a/>", "text/xml");
  EXPECT_EQ(response.find("content-type"), "text/xml");
  EXPECT_EQ(response.body(), "<a/>");
}

TEST(ResponseDeathTest, AValueCannotBreakOutOfItsLine) {
  Response response(200);
#ifdef NDEBUG
  response.add("X", "a\r\nSet-Cookie: b");
  EXPECT_EQ(response.fields(), "");
#else
  EXPECT_DEATH(response.add("X", "a\r\nSet-Cookie: b"), "is_field_value");
#endif
}

TEST(UrlTest, GivesTheParts) {
  const struct {
    const char* text;
    bool secure;
    const char* host;
    int port;
    const char* authority;
    const char* target;
  } rows[] = {
      {"http://a", false, "a", 80, "a", "/"},
      {"https://a/b?c=d#e", true, "a", 443, "a", "/b?c=d"},
      {"HTTP://A:8080/x", false, "A", 8080, "A:8080", "/x"},
      {"http://a:80/", false, "a", 80, "a", "/"},
      {"https://a:80/", true, "a", 80, "a:80", "/"},
      {"https://[::1]:8443?q", true, "::1", 8443, "[::1]:8443", "/?q"},
      {"http://a:/x", false, "a", 80, "a", "/x"},
      {"http://a/\xe4\xb8\xad", false, "a", 80, "a", "/\xe4\xb8\xad"},
  };
  for (const auto& row : rows) {
    auto url = parse_url(row.text);
    ASSERT_TRUE(url) << row.text;
    EXPECT_EQ(url->secure, row.secure) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->authority, row.authority) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
  }
  for (const char* text :
       {"", "a", "ftp://a", "http://", "http:///x", "http://u:p@a/", "http://a b/", "http://a/b c",
        "http://a/\r\nX: y", "http://a:99999/", "http://[::1/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace jianmen::http
