#include "services/error_profile.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace jianmen::services {
namespace {

constexpr std::string_view kRequestId = "0123456789abcdef0123456789abcdef";

catalog::Operation operation_with(std::string action) {
  catalog::Operation operation;
  operation.id = "ecs:SomeOperation";
  operation.action = std::move(action);
  return operation;
}

RenderedFault rendered(const Fault& fault, std::string_view family,
                       std::string action = "ecs:cloudServers:list") {
  return render(fault, family, operation_with(std::move(action)), kRequestId);
}

Fault of(FaultKind kind, std::string code = {}, std::string message = {}, int status = 0) {
  return fault(kind, std::move(code), std::move(message), status).error();
}

struct Row {
  std::string_view family;
  Fault fault;
  int status;
  std::string_view body;
};

// As they are seen on the wire of the cloud.
TEST(ErrorProfile, WritesTheBodiesOfTheCloudByteForByte) {
  Fault detailed = of(FaultKind::Parameter, "Ecs.0005", "request body is illegal.");
  detailed.details = {{"Ecs.0039", "privateIp [x] is not in this subnet [y]"}};
  const Row rows[] = {
      {"ecs", of(FaultKind::Denied), 403,
       R"({"error":{"message":"do not have the required roles, forbidden to perform this action.","code":"Ecs.0110"}})"},
      {"ecs", of(FaultKind::Scope), 400,
       R"({"error":{"message":"tenantId in token is not the same with in URL.","code":"Common.0018"}})"},
      {"ecs", of(FaultKind::Malformed), 400,
       R"({"error":{"message":"request body is illegal.","code":"Ecs.0005"}})"},
      {"ecs", detailed, 400,
       R"({"error":{"message":"request body is illegal.","code":"Ecs.0005","details":[{"code":"Ecs.0039","message":"privateIp [x] is not in this subnet [y]"}]}})"},
      {"nova", of(FaultKind::Denied), 403,
       R"({"forbidden":{"message":"Policy doesn't allow ecs:cloudServers:list to be performed.","code":403}})"},
      {"nova", of(FaultKind::NotFound, "", "Instance 1 could not be found."), 404,
       R"({"itemNotFound":{"message":"Instance 1 could not be found.","code":404}})"},
      {"nova", of(FaultKind::Scope), 400,
       R"({"error":{"message":"tenantId in token is not the same with in URL.","code":"Common.0018"}})"},
      {"tms", of(FaultKind::Denied), 403,
       R"({"error":{"error_code":"TMS.0004","error_msg":"Permission error."}})"},
      {"tms", of(FaultKind::Parameter, "TMS.0009", "Key is invalid."), 400,
       R"({"error":{"error_code":"TMS.0009","error_msg":"Key is invalid."}})"},
      {"keystone", of(FaultKind::Unauthenticated, "", "The username or password is wrong."), 401,
       R"({"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}})"},
      {"keystone", of(FaultKind::Malformed), 400,
       R"({"error":{"code":400,"message":"The request body is invalid","title":"Bad Request"}})"},
      {"keystone", of(FaultKind::Scope), 403,
       R"({"error":{"code":403,"message":"You have no right to do this action","title":"Forbidden"}})"},
      {"keystone", of(FaultKind::NotFound, "", "Could not find role: 1"), 404,
       R"({"error":{"code":404,"message":"Could not find role: 1","title":"Not Found"}})"},
      {"keystone", of(FaultKind::Conflict), 409,
       R"({"error":{"code":409,"message":"Conflict occurred when attempting to store the resource.","title":"Conflict"}})"},
      {"keystone", of(FaultKind::Internal), 500,
       R"({"error":{"code":500,"message":"An unexpected error prevented the server from fulfilling your request.","title":"Internal Server Error"}})"},
      {"iam", of(FaultKind::Scope), 403,
       R"({"error_msg":"You are not authorized to perform the requested action.","error_code":"IAM.0002"})"},
      {"iam", of(FaultKind::Malformed), 400,
       R"({"error_msg":"Request body is invalid.","error_code":"IAM.0011"})"},
      {"iam", of(FaultKind::Parameter, "1101", "Invalid username."), 400,
       R"({"errorcode":["1101"]})"},
      {"iam", of(FaultKind::Parameter, "110", "m"), 400, R"({"error_msg":"m","error_code":"110"})"},
      {"sts", of(FaultKind::Denied), 403,
       R"({"error_code":"PAP5.0001","error_msg":"access denied: no identity-based policy allows the ecs:cloudServers:list action.","request_id":"0123456789abcdef0123456789abcdef"})"},
  };
  for (const auto& row : rows) {
    const auto result = rendered(row.fault, row.family);
    EXPECT_EQ(result.response.body(), row.body);
    EXPECT_EQ(result.response.status(), row.status) << row.body;
    EXPECT_EQ(result.response.find("Content-Type"), "application/json") << row.body;
  }
}

// Status and code of every kind: a client decides by them whether to ask again.
TEST(ErrorProfile, EveryFamilyHasARowForEveryKind) {
  struct Told {
    int status;
    std::string_view code;
  };
  using Table = std::map<std::string_view, Told>;
  const struct {
    FaultKind kind;
    Table told;
  } rows[] = {
      {FaultKind::Malformed,
       {{"ecs", {400, "Ecs.0005"}},
        {"nova", {400, "badRequest"}},
        {"tms", {400, "TMS.0002"}},
        {"keystone", {400, "400"}},
        {"iam", {400, "IAM.0011"}},
        {"sts", {400, "STS5.0001"}}}},
      {FaultKind::Parameter,
       {{"ecs", {400, "Ecs.0005"}},
        {"nova", {400, "badRequest"}},
        {"tms", {400, "TMS.0002"}},
        {"keystone", {400, "400"}},
        {"iam", {400, "IAM.0073"}},
        {"sts", {400, "STS5.0001"}}}},
      {FaultKind::NotFound,
       {{"ecs", {404, "Ecs.0114"}},
        {"nova", {404, "itemNotFound"}},
        {"tms", {404, "TMS.0005"}},
        {"keystone", {404, "404"}},
        {"iam", {404, "IAM.0004"}},
        {"sts", {404, "STS5.0004"}}}},
      {FaultKind::Conflict,
       {{"ecs", {409, "Ecs.0100"}},
        {"nova", {409, "conflictingRequest"}},
        {"tms", {409, "TMS.0014"}},
        {"keystone", {409, "409"}},
        {"iam", {409, "IAM.0005"}},
        {"sts", {409, "STS5.0005"}}}},
      {FaultKind::State,
       {{"ecs", {400, "Ecs.0100"}},
        {"nova", {409, "conflictingRequest"}},
        {"tms", {409, "TMS.0014"}},
        {"keystone", {409, "409"}},
        {"iam", {409, "IAM.0005"}},
        {"sts", {409, "STS5.0005"}}}},
      {FaultKind::Quota,
       {{"ecs", {403, "Ecs.0001"}},
        {"nova", {403, "forbidden"}},
        {"tms", {400, "TMS.1001"}},
        {"keystone", {403, "403"}},
        {"iam", {403, "IAM.0010"}},
        {"sts", {403, "PAP5.0003"}}}},
      {FaultKind::Denied,
       {{"ecs", {403, "Ecs.0110"}},
        {"nova", {403, "forbidden"}},
        {"tms", {403, "TMS.0004"}},
        {"keystone", {403, "403"}},
        {"iam", {403, "IAM.0003"}},
        {"sts", {403, "PAP5.0001"}}}},
      {FaultKind::Scope,
       {{"ecs", {400, "Common.0018"}},
        {"nova", {400, "Common.0018"}},
        {"tms", {403, "TMS.0004"}},
        {"keystone", {403, "403"}},
        {"iam", {403, "IAM.0002"}},
        {"sts", {403, "PAP5.0001"}}}},
      {FaultKind::Unauthenticated,
       {{"ecs", {401, "Common.0013"}},
        {"nova", {401, "unauthorized"}},
        {"tms", {401, "TMS.0003"}},
        {"keystone", {401, "401"}},
        {"iam", {401, "IAM.0001"}},
        {"sts", {401, "STS5.0002"}}}},
      {FaultKind::TooLarge,
       {{"ecs", {413, "Ecs.0005"}},
        {"nova", {413, "overLimit"}},
        {"tms", {400, "TMS.0002"}},
        {"keystone", {413, "413"}},
        {"iam", {400, "IAM.1101"}},
        {"sts", {400, "STS5.0001"}}}},
      {FaultKind::Unavailable,
       {{"ecs", {503, "Common.1503"}},
        {"nova", {503, "serviceUnavailable"}},
        {"tms", {503, "TMS.0001"}},
        {"keystone", {503, "503"}},
        {"iam", {503, "IAM.0006"}},
        {"sts", {503, "STS5.0006"}}}},
      {FaultKind::Internal,
       {{"ecs", {500, "Common.0001"}},
        {"nova", {500, "computeFault"}},
        {"tms", {500, "TMS.0001"}},
        {"keystone", {500, "500"}},
        {"iam", {500, "IAM.0006"}},
        {"sts", {500, "STS5.0006"}}}},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(row.told.size(), 6u);
    for (const auto& [family, told] : row.told) {
      const auto result = rendered(of(row.kind), family);
      const auto where = std::string(family) + " " + std::string(told.code);
      EXPECT_EQ(result.response.status(), told.status) << where;
      EXPECT_EQ(result.code, told.code) << where;
      EXPECT_FALSE(result.message.empty()) << where;
      EXPECT_EQ(result.message.find("%action"), std::string::npos) << where;
      EXPECT_NE(result.response.body().find(result.message), std::string::npos) << where;
    }
  }
}

TEST(ErrorProfile, WhatTheFunctionSaysWins) {
  const auto result = rendered(of(FaultKind::NotFound, "Ecs.0614", "gone", 410), "ecs");
  EXPECT_EQ(result.response.status(), 410);
  EXPECT_EQ(result.response.body(), R"({"error":{"message":"gone","code":"Ecs.0614"}})");
  EXPECT_EQ(result.code, "Ecs.0614");
  EXPECT_EQ(result.message, "gone");
}

TEST(ErrorProfile, AnOperationWithoutAnActionIsNamedItself) {
  EXPECT_EQ(rendered(of(FaultKind::Denied), "nova", "").message,
            "Policy doesn't allow ecs:SomeOperation to be performed.");
}

TEST(ErrorProfile, ValuesFromOutsideStayInsideTheirText) {
  const auto result = rendered(of(FaultKind::NotFound, "", "\"}\r\nX-Evil: 1"), "keystone");
  const auto parsed = base::parse_json(result.response.body());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(base::string_or(*base::find(*parsed, "error"), "message", ""), "\"}\r\nX-Evil: 1");
  EXPECT_EQ(result.response.fields().find("X-Evil"), std::string_view::npos);
}

TEST(ErrorProfile, AnUnknownFamilyIsNeverSilent) {
  const auto result = rendered(of(FaultKind::Internal), "no such family");
  EXPECT_EQ(result.response.status(), 500);
  EXPECT_EQ(result.code, "IAM.0006");
}

TEST(ErrorProfile, EveryKindHasACauseForTheJournal) {
  std::set<identity::Cause> causes;
  for (int kind = 0; kind <= static_cast<int>(FaultKind::Internal); ++kind) {
    const auto cause = cause_of(static_cast<FaultKind>(kind));
    EXPECT_NE(cause, identity::Cause::Unknown) << kind;
    EXPECT_TRUE(causes.insert(cause).second) << kind;
  }
}

TEST(ErrorProfile, TheIdentityFamiliesCarryTheirHeaders) {
  for (const auto* family : {"keystone", "iam", "sts"}) {
    http::Response response(200);
    add_family_headers(response, family, kRequestId);
    EXPECT_EQ(response.find("X-IAM-Trace-Id"),
              "token_global_null_0123456789abcdef0123456789abcdef");
    EXPECT_EQ(response.find("X-Openstack-Request-Id"), kRequestId);
    EXPECT_EQ(response.find("Cache-Control"), "no-cache, no-store, must-revalidate");
  }
  for (const auto* family : {"ecs", "tms"}) {
    http::Response response(200);
    add_family_headers(response, family, kRequestId);
    EXPECT_FALSE(response.find("X-IAM-Trace-Id")) << family;
    EXPECT_EQ(response.find("X-Content-Type-Options"), "nosniff") << family;
  }
}

TEST(CallTest, FindsValuesByName) {
  const auto operation = operation_with("a:b:c");
  Call call{.operation = operation,
            .principal = nullptr,
            .credential_refusal = nullptr,
            .scope = {},
            .project = {},
            .region = {},
            .path_values = {},
            .query_values = {},
            .header_values = {},
            .body = {},
            .host = {},
            .secure = false,
            .request_id = {},
            .now = {},
            .may = {}};
  call.path_values = {{"server_id", "s"}};
  call.query_values = {{"tag", "a"}, {"limit", ""}, {"tag", "b"}};
  call.header_values = {{"X-Client-Token", "t"}};
  call.host = "h:1";
  EXPECT_EQ(call.path("server_id"), "s");
  EXPECT_EQ(call.path("other"), "");
  EXPECT_EQ(call.query("tag"), "a");
  EXPECT_EQ(call.query("limit"), "");
  EXPECT_FALSE(call.query("other"));
  EXPECT_EQ(call.queries("tag"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(call.header("x-client-token"), "t");
  EXPECT_FALSE(call.header("x"));
  EXPECT_EQ(call.base_url(), "http://h:1");
  call.secure = true;
  EXPECT_EQ(call.base_url(), "https://h:1");
}

TEST(CallTest, AnErrorOfTheStoreIsAFaultOfTheMatchingKind) {
  const std::pair<base::Code, FaultKind> rows[] = {
      {base::Code::InvalidArgument, FaultKind::Parameter},
      {base::Code::Unauthenticated, FaultKind::Unauthenticated},
      {base::Code::Denied, FaultKind::Denied},
      {base::Code::NotFound, FaultKind::NotFound},
      {base::Code::Conflict, FaultKind::Conflict},
      {base::Code::TooLarge, FaultKind::Quota},
      {base::Code::Unavailable, FaultKind::Unavailable},
      {base::Code::Internal, FaultKind::Internal},
  };
  for (const auto& [code, kind] : rows) {
    const auto made = fault(base::fail(code, "why").error()).error();
    EXPECT_EQ(made.kind, kind);
    const bool ours = kind == FaultKind::Unavailable || kind == FaultKind::Internal;
    EXPECT_EQ(made.message, ours ? "" : "why");
    if (!ours) continue;
    ASSERT_TRUE(made.refusal) << "what is our own affair goes to the journal alone";
    EXPECT_EQ(made.refusal->cause, cause_of(kind));
    EXPECT_EQ(*made.refusal->find("why"), "why");
  }
}

}  // namespace
}  // namespace jianmen::services
