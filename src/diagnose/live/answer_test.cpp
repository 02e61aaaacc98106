#include "diagnose/live/answer.hpp"

#include <gtest/gtest.h>

#include "base/time_text.hpp"

namespace jianmen::diagnose::live {
namespace {

TEST(ParseHttpDate, TakesTheOneFormAndNothingElse) {
  const auto time = parse_http_date("Mon, 01 Jun 2026 12:00:00 GMT");
  ASSERT_TRUE(time);
  EXPECT_EQ(base::to_iso_seconds(*time), "2026-06-01T12:00:00Z");
  for (const auto* text : {"", "Tue, 01 Jun 2026 12:00:00 GMT", "Mon, 01 Jun 2026 12:00:00 CST",
                           "Mon, 31 Feb 2026 12:00:00 GMT", "Mon, 01 Xyz 2026 12:00:00 GMT",
                           "2026-06-01T12:00:00Z", "Mon, 01 Jun 2026 12:00:00 GMT and more"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(IsGateway, NeedsAnIdAndNoPage) {
  const struct {
    const char* name;
    int status;
    http::Fields headers;
    const char* body;
    bool gateway;
  } cases[] = {
      {"an error with an id", 404, {{"x-request-id", "r"}}, R"({"error_code":"APIGW.0101"})", true},
      {"a list", 200, {{"X-Request-Id", "r"}}, "[]", true},
      {"no id", 404, {}, R"({"error_code":"APIGW.0101"})", false},
      {"a page with an id", 200, {{"X-Request-Id", "r"}}, "<!DOCTYPE html>", false},
      {"a page by its type",
       502,
       {{"X-Request-Id", "r"}, {"Content-Type", "text/html; charset=utf-8"}},
       "",
       false},
      {"an error that is no JSON", 503, {{"X-Request-Id", "r"}}, "upstream down", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(is_gateway({c.status, "", c.headers, c.body}), c.gateway) << c.name;
  }
}

}  // namespace
}  // namespace jianmen::diagnose::live
