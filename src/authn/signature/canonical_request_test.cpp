#include "authn/signature/canonical_request.hpp"

#include <gtest/gtest.h>

namespace jianmen::authn::signature {
namespace {

std::string path(std::string_view raw, Variant::Path rule = Variant::Path::P1) {
  std::string out;
  append_canonical_path(out, raw, rule);
  return out;
}

std::string query(std::string_view raw, Variant::Query rule = Variant::Query::Q1) {
  std::string out;
  append_canonical_query(out, raw, rule);
  return out;
}

TEST(CanonicalPath, FollowsTheBaseRule) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "/"},
      {"/", "/"},
      {"/v1/x", "/v1/x/"},
      {"/v1/x/", "/v1/x/"},
      {"/v1/x//", "/v1/x//"},
      {"/a%2Fb", "/a/b/"},
      {"/a%252Fb", "/a%252Fb/"},
      {"/a+b", "/a%2Bb/"},
      {"/~%7E", "/~~/"},
      {"/%e4%B8%ad", "/%E4%B8%AD/"},
      {"/50%", "/50%25/"},
      {"/50%/", "/50%25/"},
      {"/50%2", "/50%252/"},
      {"/%zz", "/%25zz/"},
      {"/a:@&=$,;b", "/a%3A%40%26%3D%24%2C%3Bb/"},
      {"/!*'()", "/%21%2A%27%28%29/"},
      {"/a/../b/.", "/a/../b/./"},
      {"/\xff", "/%FF/"},
  };
  for (const auto& [raw, canonical] : rows) EXPECT_EQ(path(raw), canonical) << raw;
}

TEST(CanonicalPath, EncodesTheRawPathAgainUnderP2) {
  EXPECT_EQ(path("/a%2Fb", Variant::Path::P2), "/a%252Fb/");
  EXPECT_EQ(path("/plain", Variant::Path::P2), "/plain/");
  EXPECT_EQ(path("", Variant::Path::P2), "/");
}

TEST(CanonicalQuery, FollowsTheBaseRule) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"&", ""},
      {"&&a", "a="},
      {"a", "a="},
      {"a=", "a="},
      {"=b", "=b"},
      {"a=b=c", "a=b%3Dc"},
      {"b=1&a=2&", "a=2&b=1"},
      {"a=2&a=1", "a=1&a=2"},
      {"n=2&n=9&n=10", "n=10&n=2&n=9"},
      {"B=1&a=1", "B=1&a=1"},
      {"a%5Bb=1&a-b=2&a=3", "a=3&a-b=2&a%5Bb=1"},
      {"q=a+b%2Bc", "q=a%20b%2Bc"},
      {"q=%2a/~", "q=%2A%2F~"},
      {"q=%", "q=%25"},
      {"q=\xe4\xb8\xad", "q=%E4%B8%AD"},
      {"%61=1&a=0", "a=0&a=1"},
  };
  for (const auto& [raw, canonical] : rows) EXPECT_EQ(query(raw), canonical) << raw;
}

TEST(CanonicalQuery, KeepsOrSortsByItsVariant) {
  EXPECT_EQ(query("n=9&n=10&b=1", Variant::Query::Q2), "n=9&n=10&b=1");
  EXPECT_EQ(query("a-b=1&a[b=2&a=3", Variant::Query::Q3), "a=3&a%5Bb=2&a-b=1");
}

TEST(CanonicalQuery, HoldsManyParameters) {
  std::string raw, expected;
  for (int i = 0; i < 200; ++i) {
    const auto name = std::to_string(1000 + i);
    raw = name + "=v&" + raw;
    expected += (expected.empty() ? "" : "&") + name + "=v";
  }
  EXPECT_EQ(query(raw), expected);
}

http::Request request_with(std::span<const http::Header> headers) {
  http::Request request;
  request.method = "GET";
  request.path = "/x";
  request.headers = headers;
  return request;
}

TEST(CanonicalRequest, FollowsTheOrderOfSignedHeadersAndTrims) {
  const http::Header headers[] = {{"HOST", "h"}, {"X-B", "  two  words\t"}, {"X-A", ""}};
  EXPECT_EQ(canonical_request(request_with(headers), "x-b;host;x-a", "P"),
            "GET\n/x/\n\nx-b:two  words\nhost:h\nx-a:\n\nx-b;host;x-a\nP");
}

TEST(CanonicalRequest, WantsEverySignedHeaderOnce) {
  const http::Header headers[] = {{"host", "h"}, {"x-a", "1"}, {"X-A", "2"}};
  const auto request = request_with(headers);
  EXPECT_FALSE(canonical_request(request, "host;x-a", "P"));
  EXPECT_FALSE(canonical_request(request, "host;x-b", "P"));
  EXPECT_TRUE(canonical_request(request, "host;x-b", "P", {.absent_header_is_empty = true}));
  EXPECT_TRUE(canonical_request(request, "host", "P"));
}

TEST(CanonicalRequest, TakesBytesThatAreNotUtf8ForLatin1) {
  const http::Header latin[] = {{"x", "caf\xe9"}}, utf8[] = {{"x", "caf\xc3\xa9"}};
  EXPECT_EQ(canonical_request(request_with(latin), "x", "P"),
            canonical_request(request_with(utf8), "x", "P"));
}

TEST(StringToSign, PutsTheScopeBetween) {
  const auto plain = string_to_sign(Algorithm::HmacSha256, "20260601T120000Z", "", "");
  EXPECT_EQ(
      plain,
      "SDK-HMAC-"
      "SHA256\n20260601T120000Z\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_TRUE(string_to_sign(Algorithm::V11HmacSha256, "d", "d/r/s", "")
                  .starts_with("V11-HMAC-SHA256\nd\nd/r/s\n"));
}

}  // namespace
}  // namespace jianmen::authn::signature
