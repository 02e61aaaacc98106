#include "http/h2/exchange.hpp"

#include <gtest/gtest.h>

namespace jianmen::http::h2 {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields with(Fields more) {
  Fields fields{
      {":method", "GET"}, {":scheme", "https"}, {":path", "/a?b=c"}, {":authority", "x:1"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

void take(Exchange& exchange, const Fields& fields, const Limits& limits = {}) {
  exchange.begin(1, {});
  for (const auto& [name, value] : fields) ASSERT_TRUE(exchange.take_field(name, value, limits));
  exchange.finish_head(limits);
}

TEST(ExchangeTest, AnAuthorityIsTheHost) {
  Exchange exchange;
  take(exchange, with({{"x-sdk-date", "20260101T000000Z"}}));
  exchange.body = "body";
  exchange.finish("127.0.0.1", true);
  const Request& request = exchange.request;
  EXPECT_FALSE(exchange.refused());
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b=c");
  EXPECT_EQ(request.host(), "x:1");
  EXPECT_EQ(request.find(HeaderId::XSdkDate), "20260101T000000Z");
  EXPECT_EQ(request.body, "body");
  EXPECT_EQ(request.peer, "127.0.0.1");
  EXPECT_TRUE(request.secure);
}

TEST(ExchangeTest, CookieCrumbsAreOneField) {
  Exchange exchange;
  take(exchange, with({{"cookie", "a=b"}, {"x", "y"}, {"cookie", "c=d"}, {"cookie", "e=f"}}));
  exchange.finish("", false);
  EXPECT_EQ(exchange.request.find("cookie"), "a=b; c=d; e=f");
  EXPECT_EQ(exchange.request.headers.size(), 3U);
}

TEST(ExchangeTest, AHostThatSaysTheSameIsOneHost) {
  Exchange exchange;
  take(exchange, with({{"host", "x:1"}}));
  exchange.finish("", false);
  EXPECT_FALSE(exchange.refused());
  EXPECT_EQ(exchange.request.headers.size(), 1U);
}

TEST(ExchangeTest, HeadsThatAreRefused) {
  const struct {
    const char* name;
    Fields fields;
    int status;
  } rows[] = {
      {"a Host that differs from :authority", with({{"host", "y"}}), 400},
      {"two Hosts", with({{"host", "x:1"}, {"host", "x:1"}}), 400},
      {"no host at all", {{":method", "GET"}, {":path", "/"}}, 400},
      {"a user in the authority", {{":method", "GET"}, {":path", "/"}, {":authority", "u@x"}}, 400},
      {"an empty authority", {{":method", "GET"}, {":path", "/"}, {":authority", ""}}, 400},
      {"CONNECT", {{":method", "CONNECT"}, {":authority", "x:1"}}, 400},
      {"an asterisk but no OPTIONS",
       {{":method", "GET"}, {":path", "*"}, {":authority", "x"}},
       400},
      {"a fragment", {{":method", "GET"}, {":path", "/#a"}, {":authority", "x"}}, 400},
      {"a URL as path", {{":method", "GET"}, {":path", "http://x/"}, {":authority", "x"}}, 400},
      {"an expectation nobody knows", with({{"expect", "miracles"}}), 417},
      {"a length above the limit", with({{"content-length", "12582913"}}), 413},
      {"a length that no number holds", with({{"content-length", "99999999999999999999"}}), 413},
      {"a length that is none", with({{"content-length", "1x"}}), 400},
      {"a long value", with({{"a", std::string(40 * 1024 + 1, 'v')}}), 431},
      {"a long target",
       {{":method", "GET"}, {":path", "/" + std::string(16 * 1024, 'p')}, {":authority", "x"}},
       414},
      {"a head of 70 KiB", with({{"a", std::string(35'000, 'v')}, {"b", std::string(35'000, 'v')}}),
       431},
      {"101 fields", with(Fields(101, {"a", "v"})), 431},
  };
  for (const auto& row : rows) {
    Exchange exchange;
    take(exchange, row.fields);
    EXPECT_EQ(exchange.refusal_status(), row.status) << row.name << ": " << exchange.refusal();
  }
}

TEST(ExchangeTest, HeadsAtTheLimitAreTaken) {
  for (const auto& fields : {with(Fields(100, {"a", "v"})), with({{"content-length", "12582912"}}),
                             with({{"a", std::string(40 * 1024, 'v')}}),
                             Fields{{":method", "OPTIONS"}, {":path", "*"}, {":authority", "x"}}}) {
    Exchange exchange;
    take(exchange, fields);
    EXPECT_FALSE(exchange.refused()) << exchange.refusal();
  }
}

TEST(ExchangeTest, PatienceWithAFloodOfFieldsEnds) {
  Exchange exchange;
  exchange.begin(1, {});
  const std::string value(4'000, 'v');
  int taken = 0;
  while (taken < 1'000 && exchange.take_field("a", value, {})) ++taken;
  EXPECT_LT(taken, 140);
  EXPECT_GT(taken, 16);
}

TEST(ExchangeTest, NothingIsLeftForTheNextRequest) {
  Exchange exchange;
  take(exchange, with({{"cookie", "secret"}, {"expect", "100-continue"}, {"host", "other"}}));
  exchange.body = "old";
  exchange.finish("p", true);
  exchange.reset();
  take(exchange, with({}));
  exchange.finish("q", false);
  EXPECT_FALSE(exchange.refused());
  EXPECT_FALSE(exchange.expects_continue());
  EXPECT_EQ(exchange.request.headers.size(), 1U);
  EXPECT_EQ(exchange.request.body, "");
  EXPECT_FALSE(exchange.request.secure);
}

}  // namespace
}  // namespace jianmen::http::h2
