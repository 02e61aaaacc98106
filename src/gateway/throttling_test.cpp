#include "gateway/throttling.hpp"

#include <gtest/gtest.h>

#include "gateway/render.hpp"

namespace jianmen::gateway {
namespace {

using identity::Cause;
using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Throttling, IsToldAsTheGatewayTellsIt) {
  const auto refusal = refusal_of({throttle::Kind::User, {200, minutes(5)}, milliseconds(1'500)});
  EXPECT_EQ(*refusal.find("bucket"), "user");
  EXPECT_EQ(*refusal.find("limit"), "200/5m");
  EXPECT_EQ(*refusal.find("retry_after"), "2");
  const auto error = error_for(refusal);
  EXPECT_EQ(error.status, 429);
  EXPECT_EQ(error.code, "APIGW.0308");
  EXPECT_EQ(error.message,
            "The throttling threshold has been reached: policy user over "
            "ratelimit,limit:200,time:5 minute");
}

TEST(Throttling, OverloadIsNobodysPolicy) {
  const auto refusal = identity::Refusal{Cause::LimitThrottled, {}}.with("bucket", "overload");
  EXPECT_EQ(error_for(refusal).status, 503);
}

TEST(Throttling, OnlyAProofThatWasLookedAtIsAFailure) {
  for (const auto cause :
       {Cause::SignatureSecretWrong, Cause::SignatureAccessKeyUnknown, Cause::SignatureBodyChanged,
        Cause::SignatureSecurityTokenInvalid, Cause::TokenDamaged, Cause::TokenForeign,
        Cause::LoginWrongCredentials, Cause::LoginAccountName, Cause::LoginMfa}) {
    EXPECT_TRUE(is_failed_proof(cause)) << identity::cause_id(cause);
  }
  for (const auto cause : {Cause::SignatureClockSkew, Cause::SignatureAccessKeyLocked,
                           Cause::SignatureProjectHeader, Cause::TokenMissing, Cause::TokenExpired,
                           Cause::TokenRevoked, Cause::PermissionDenied, Cause::LimitThrottled,
                           Cause::LoginLocked, Cause::ResourceNotFound, Cause::RouteUnknownPath}) {
    EXPECT_FALSE(is_failed_proof(cause)) << identity::cause_id(cause);
  }
}

TEST(Throttling, WhoeverIsNobodyIsCountedByOperationAndSource) {
  throttle::Settings settings;
  settings.operation = {1, minutes(1)};
  settings.source = {3, minutes(1)};
  base::SequenceRandom random;
  throttle::Throttle throttle(settings, random);
  const base::Time now{base::Duration(1'780'000'000'000'000)};
  catalog::Operation operation;
  operation.id = "iam:CreateToken";
  EXPECT_FALSE(throttle_caller(throttle, nullptr, operation, now));
  EXPECT_EQ(*throttle_caller(throttle, nullptr, operation, now)->find("bucket"), "operation");
  http::Request request;
  request.peer = "192.0.2.1";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(throttle_source(throttle, request, now));
  EXPECT_EQ(*throttle_source(throttle, request, now)->find("bucket"), "source");
}

}  // namespace
}  // namespace jianmen::gateway
