#include "run/environment.hpp"

#include <gtest/gtest.h>

namespace jianmen::app::run {

namespace {

Surroundings room() {
  Surroundings surroundings;
  surroundings.bundle = "/r/bundle.pem";
  surroundings.authority = "/r/authority.pem";
  surroundings.java_store = "/r/trust.jks";
  surroundings.access_key_id = "DEMO";
  surroundings.secret_key = base::Secret("demo-secret");
  return surroundings;
}

TEST(MakeVariables, SetsTheDemosKeyWhereNoneIs) {
  const auto made = make_variables({}, room());
  EXPECT_EQ(made.at("HUAWEICLOUD_SDK_AK"), "DEMO");
  EXPECT_EQ(made.at("HUAWEICLOUD_SDK_SK"), "demo-secret");
  EXPECT_EQ(made.at("HW_ACCESS_KEY"), "DEMO");
}

TEST(MakeVariables, NeverMixesAKeyOfTheCallersWithOneOfTheDemos) {
  const auto whole =
      make_variables({{"HUAWEICLOUD_SDK_AK", "MINE"}, {"HUAWEICLOUD_SDK_SK", "s"}}, room());
  EXPECT_EQ(whole.at("HUAWEICLOUD_SDK_AK"), "MINE");
  EXPECT_EQ(whole.at("HUAWEICLOUD_SDK_SK"), "s");
  const auto half = make_variables({{"HUAWEICLOUD_SDK_AK", "MINE"}}, room());
  EXPECT_FALSE(half.contains("HUAWEICLOUD_SDK_SK"));
}

TEST(MakeVariables, SetsNoKeyThatIsNotKnownThere) {
  auto surroundings = room();
  surroundings.access_key_id.clear();
  EXPECT_FALSE(make_variables({}, surroundings).contains("HUAWEICLOUD_SDK_AK"));
}

TEST(MakeVariables, TakesProxiesAwayInARoom) {
  const Variables own{{"https_proxy", "p"}, {"HTTP_PROXY", "p"}, {"NO_PROXY", "*"}, {"HOME", "/h"}};
  const auto made = make_variables(own, room());
  EXPECT_FALSE(made.contains("https_proxy"));
  EXPECT_FALSE(made.contains("HTTP_PROXY"));
  EXPECT_FALSE(made.contains("NO_PROXY"));
  EXPECT_EQ(made.at("HOME"), "/h");
  auto open = room();
  open.keep_proxies = true;
  EXPECT_EQ(make_variables(own, open).at("https_proxy"), "p");
}

TEST(MakeVariables, LeadsByProxyWhereThereIsNoRoom) {
  auto surroundings = room();
  surroundings.proxy = "http://127.0.0.1:4444";
  surroundings.regions_file = "/r/regions.yaml";
  surroundings.iam_endpoint = "https://127.0.0.1:4443";
  const auto made = make_variables({{"https_proxy", "p"}}, surroundings);
  EXPECT_EQ(made.at("https_proxy"), "http://127.0.0.1:4444");
  EXPECT_EQ(made.at("HUAWEICLOUD_SDK_REGIONS_FILE"), "/r/regions.yaml");
  EXPECT_NE(made.at("JAVA_TOOL_OPTIONS").find("-Dhttps.proxyPort=4444"), std::string::npos);
}

TEST(MakeVariables, AddsToTheOptionsThatJavaHas) {
  const auto made = make_variables({{"JAVA_TOOL_OPTIONS", "-Xmx1g"}}, room());
  EXPECT_TRUE(made.at("JAVA_TOOL_OPTIONS").starts_with("-Xmx1g -Djavax.net.ssl.trustStore="));
}

TEST(ParseLines, PassesOverWhatIsNoVariable) {
  const char* const lines[] = {"A=1", "B", "=x", "C=a=b", "D=", nullptr};
  EXPECT_EQ(to_lines(parse_lines(lines)), (std::vector<std::string>{"A=1", "C=a=b", "D="}));
  EXPECT_TRUE(parse_lines(nullptr).empty());
}

}  // namespace

}  // namespace jianmen::app::run
