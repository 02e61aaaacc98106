#include "gateway/render.hpp"

#include <gtest/gtest.h>

namespace jianmen::gateway {
namespace {

using identity::Cause;
using identity::Refusal;

TEST(Render, WritesTheGatewaysKeyOrderAndOneLineEnd) {
  const auto response =
      render(error_for(Refusal{Cause::TokenMissing, {}}), "0e812a89eee650de8e1f55cdae28b2c9");
  EXPECT_EQ(response.status(), 401);
  EXPECT_EQ(response.body(),
            "{\"error_msg\":\"Incorrect IAM authentication information: x-auth-token not found\","
            "\"error_code\":\"APIGW.0301\",\"request_id\":\"0e812a89eee650de8e1f55cdae28b2c9\"}\n");
  EXPECT_EQ(response.find("Content-Type"), "application/json");
}

struct Row {
  Refusal refusal;
  int status;
  std::string_view code, message;
};

TEST(Render, TellsEachRefusalInTheCataloguesWords) {
  const std::string prefix = "Incorrect IAM authentication information: ";
  const Row rows[] = {
      {{Cause::RouteUnknownPath, {}},
       404,
       "APIGW.0101",
       "The API does not exist or has not been published in the environment"},
      {{Cause::TokenDamaged, {}}, 401, "APIGW.0301", "decrypt token fail"},
      {{Cause::TokenRevoked, {}}, 401, "APIGW.0307", "The token must be updated."},
      {{Cause::TokenExpired, {{"expires_at", "2026-01-01T00:00:00.000000Z"}}},
       401,
       "APIGW.0301",
       "token expires, expires_at: 2026-01-01T00:00:00.000000Z"},
      {{Cause::SignatureAccessKeyUnknown, {{"ak", "X"}}}, 401, "APIGW.0301", "ak X not exist"},
      {{Cause::SignatureSecretWrong, {{"canonical_request", "GET|/|a=1|host:x||host|e3b0"}}},
       401,
       "APIGW.0301",
       "verify aksk signature fail, canonicalRequest:GET|/|a=1|host:x||host|e3b0"},
      {{Cause::SignatureClockSkew,
        {{"signature_time", "20211217T064303Z"}, {"server_time", "20211217T065804Z"}}},
       401,
       "APIGW.0301",
       "calc aksk signature fail:signature expired, signature time:20211217T064303Z,server "
       "time:20211217T065804Z"},
      {{Cause::SignatureAccessKeyLocked, {}},
       401,
       "APIGW.0301",
       "AK access failed to reach the limit,forbidden"},
  };
  for (const auto& row : rows) {
    const auto error = error_for(row.refusal);
    EXPECT_EQ(error.status, row.status) << row.message;
    EXPECT_EQ(error.code, row.code) << row.message;
    const bool detailed = row.code == "APIGW.0301";
    EXPECT_EQ(error.message, (detailed ? prefix : std::string()) + std::string(row.message));
  }
}

TEST(Render, NeverTurnsARefusalIntoSuccess) {
  for (int i = 0; i <= static_cast<int>(Cause::Unknown); ++i) {
    EXPECT_GE(error_for(Refusal{static_cast<Cause>(i), {}}).status, 400) << i;
  }
}

}  // namespace
}  // namespace jianmen::gateway
