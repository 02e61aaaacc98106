#include "client/client.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/time_text.hpp"

namespace jianmen::client {
namespace {

Environment environment_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Credentials, GivenWinOverTheEnvironment) {
  Credentials given;
  given.access_key_id = "GIVEN";
  given.secret = base::Secret("s");
  const auto found = find_credentials(
      given, environment_of({{"HUAWEICLOUD_SDK_AK", "ENV"}, {"HUAWEICLOUD_SDK_SK", "e"}}),
      CredentialClass::Basic);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id, "GIVEN");
}

TEST(Credentials, AnIdWithoutItsSecretIsNotMixedWithTheEnvironment) {
  Credentials given;
  given.access_key_id = "GIVEN";
  const auto found = find_credentials(
      given, environment_of({{"HUAWEICLOUD_SDK_AK", "ENV"}, {"HUAWEICLOUD_SDK_SK", "e"}}),
      CredentialClass::Basic);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::InvalidArgument);
}

TEST(Credentials, TheEnvironmentGivesAllFive) {
  const auto found = find_credentials({},
                                      environment_of({{"HUAWEICLOUD_SDK_AK", "A"},
                                                      {"HUAWEICLOUD_SDK_SK", "S"},
                                                      {"HUAWEICLOUD_SDK_SECURITY_TOKEN", "T"},
                                                      {"HUAWEICLOUD_SDK_PROJECT_ID", "P"},
                                                      {"HUAWEICLOUD_SDK_DOMAIN_ID", "D"}}),
                                      CredentialClass::Basic);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id + std::string(found->secret.reveal()) + found->security_token +
                found->project_id + found->domain_id,
            "ASTPD");
}

TEST(Credentials, TheProfileIsReadBySection) {
  const auto file =
      std::filesystem::temp_directory_path() / ("jianmen-profile-" + std::to_string(::getpid()));
  std::ofstream(file) << "# mine\n[basic]\nak = BASIC\nsk = s1\nproject_id = p\n\n[global]\nak=G\n"
                         "sk=s=2\r\ndomain_id = d\n";
  const auto environment = environment_of({{"HUAWEICLOUD_SDK_CREDENTIALS_FILE", file.string()}});
  const auto basic = find_credentials({}, environment, CredentialClass::Basic);
  const auto global = find_credentials({}, environment, CredentialClass::Global);
  std::filesystem::remove(file);
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->access_key_id + basic->project_id, "BASICp");
  ASSERT_TRUE(global);
  EXPECT_EQ(global->secret.reveal(), "s=2");
  EXPECT_EQ(global->domain_id, "d");
}

TEST(Credentials, NoneSaysWhereItLooked) {
  const auto found =
      find_credentials({}, environment_of({{"HOME", "/nonexistent"}}), CredentialClass::Global);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::NotFound);
  EXPECT_NE(found.error().message.find("[global] of /nonexistent/.huaweicloud/credentials"),
            std::string::npos);
}

TEST(Credentials, AProfileLineThatIsNoPairIsToldWithoutItsText) {
  const auto profile = parse_profile("[basic]\nak=A\nmy-secret-text\n", CredentialClass::Basic);
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().message, "line 3 is not KEY = VALUE");
}

struct ErrorRow {
  const char* body;
  const char* code;
  const char* message;
};

TEST(ServiceError, EveryFamilyOfTheWireIsRead) {
  const ErrorRow rows[] = {
      {R"({"error_code":"X","error_msg":"m","request_id":"r"})", "X", "m"},
      {R"({"error":{"code":"X","message":"m"}})", "X", "m"},
      {R"({"error":{"code":401,"message":"m","title":"t"}})", "401", "m"},
      {R"({"itemNotFound":{"code":404,"message":"m"}})", "404", "m"},
      {R"({"code":"X","message":"m"})", "X", "m"},
      {R"({"errorCode":"X","errorMsg":"m"})", "X", "m"},
      {R"({"error":{"error_code":"X","error_msg":"m"}})", "X", "m"},
      {R"({"error_code":1100,"error_msg":"m"})", "1100", "m"},
      {R"({"error":{"code":"X","message":"m"},"error_code":"Y","error_msg":"n"})", "Y", "n"},
      {R"({"error_code":"X"})", "", R"({"error_code":"X"})"},
      {R"({"error_code":null,"error_msg":null})", "", R"({"error_code":null,"error_msg":null})"},
      {R"({"error":"text"})", "", R"({"error":"text"})"},
      {"[1]", "", "[1]"},
      {"<html>no</html>", "", "<html>no</html>"},
      {"", "", ""},
  };
  for (const auto& row : rows) {
    http::ClientResponse response;
    response.status = 400;
    response.body = row.body;
    const auto error = parse_error(response);
    EXPECT_EQ(error.code, row.code) << row.body;
    EXPECT_EQ(error.message, row.message) << row.body;
  }
}

TEST(ServiceError, TheRequestIdIsTheHeadersElseTheBodys) {
  http::ClientResponse response;
  response.body = R"({"error_code":"X","error_msg":"m","request_id":"of body"})";
  EXPECT_EQ(parse_error(response).request_id, "of body");
  response.headers.emplace_back("x-request-id", "of header");
  EXPECT_EQ(parse_error(response).request_id, "of header");
}

std::string value_of(const http::ClientRequest& request, std::string_view name) {
  for (const auto& [field, value] : request.headers) {
    if (field == name) return value;
  }
  return {};
}

class ClientTest : public ::testing::Test {
 protected:
  base::ManualClock clock_{*base::parse_iso("2026-06-01T12:00:00Z")};
};

TEST_F(ClientTest, SignsWhatItSends) {
  Credentials credentials;
  credentials.access_key_id = "AK";
  credentials.secret = base::Secret("SK");
  credentials.project_id = "p1";
  const auto request = Client(credentials, {}, clock_)
                           .prepare("POST", "http://127.0.0.1:8080/v1/p1/x?b=1", {}, "{}");
  ASSERT_TRUE(request);
  EXPECT_EQ(value_of(*request, "X-Sdk-Date"), "20260601T120000Z");
  EXPECT_EQ(value_of(*request, "X-Project-Id"), "p1");
  EXPECT_EQ(value_of(*request, "Content-Type"), "application/json");
  EXPECT_TRUE(value_of(*request, "Authorization")
                  .starts_with("SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;"
                               "x-project-id;x-sdk-date, Signature="));
}

TEST_F(ClientTest, ATokenGoesInPlaceOfASignature) {
  Credentials credentials;
  credentials.token = "T";
  const auto request =
      Client(credentials, {}, clock_).prepare("GET", "http://127.0.0.1/v3/projects", {}, "");
  ASSERT_TRUE(request);
  EXPECT_EQ(value_of(*request, "X-Auth-Token"), "T");
  EXPECT_EQ(value_of(*request, "Authorization"), "");
}

TEST_F(ClientTest, AHeaderWithALineEndIsNotSent) {
  Credentials credentials;
  credentials.access_key_id = "AK";
  credentials.secret = base::Secret("SK");
  EXPECT_FALSE(Client(credentials, {}, clock_)
                   .prepare("GET", "http://127.0.0.1/", {{"X-A", "b\r\nX-C: d"}}, ""));
}

TEST(FindEndpoint, KnowsRegionsAndSaysWhereElse) {
  const auto catalog = catalog::Catalog::create();
  ASSERT_TRUE(catalog);
  const auto found = find_endpoint(**catalog, "ecs", "cn-north-4");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, "https://ecs.cn-north-4.myhuaweicloud.com");
  const auto none = find_endpoint(**catalog, "ecs", "mars-1");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("cn-north-4"), std::string::npos);
  EXPECT_FALSE(find_endpoint(**catalog, "no-such", ""));
}

}  // namespace
}  // namespace jianmen::client
