#include "policy/validate.hpp"

#include <set>

#include <gtest/gtest.h>

#include "policy/document.hpp"

namespace jianmen::policy {
namespace {

bool is_action(std::string_view action) {
  return action == "*" || action.starts_with("*:") || action.starts_with("ecs:") ||
         action.starts_with("obs:") || action.starts_with("iam:agencies:");
}

std::string times(std::size_t count, const std::string& item, std::string_view between = ",") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i ? std::string(between) : "") + item;
  return out;
}

// A good body in which one part is another.
std::string body(std::string_view statement = R"({"Effect":"Allow","Action":["ecs:*:get*"]})",
                 std::string_view document = R"("Version":"1.1")",
                 std::string_view role = R"("display_name":"mine","type":"XA","description":"d")") {
  return R"({"role":{)" + std::string(role) + R"(,"policy":{)" + std::string(document) +
         R"(,"Statement":[)" + std::string(statement) + "]}}}";
}

std::string with_role(std::string_view role) {
  return body(R"({"Effect":"Allow","Action":["ecs:*:get*"]})", R"("Version":"1.1")", role);
}

std::string with_document(std::string_view document) {
  return body(R"({"Effect":"Allow","Action":["ecs:*:get*"]})", document);
}

std::string with_actions(std::string_view actions) {
  return body(R"({"Effect":"Allow",)" + std::string(actions) + "}");
}

std::string with_resource(std::string_view resource) {
  return body(R"({"Effect":"Allow","Action":["obs:*:*"],"Resource":)" + std::string(resource) +
              "}");
}

std::string with_condition(std::string_view condition) {
  return body(R"({"Effect":"Allow","Action":["obs:*:*"],"Condition":)" + std::string(condition) +
              "}");
}

constexpr std::string_view kAgency =
    R"({"Effect":"Allow","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/7"]}})";

std::optional<Violation> check(const std::string& text) {
  const auto value = base::parse_json(text);
  EXPECT_TRUE(value) << text;
  return check_custom_policy(*value, is_action);
}

TEST(Validate, EveryCode) {
  const std::string agency_with_condition =
      R"({"Effect":"Allow","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/7"]},)"
      R"("Condition":{"Bool":{"g:MFAPresent":["true"]}}})";
  const std::string depends = R"({"catalog":"BASE","display_name":"Tenant Guest"})";
  const auto named = [](const std::string& name) {
    return with_role(R"("type":"XA","display_name":")" + name + "\"");
  };
  const auto typed = [](std::string_view type) {
    return with_role(R"("display_name":"mine","type":)" + std::string(type));
  };
  const auto more = [](std::string_view extra) {
    return with_role(R"("display_name":"mine","type":"XA",)" + std::string(extra));
  };
  struct Row {
    int code;
    std::string body;
  };
  const std::vector<Row> rows = {
      {1000, "{}"},
      {1000, R"({"role":[]})"},
      {1001, with_role(R"("type":"XA")")},
      {1001, with_role(R"("type":"XA","display_name":7)")},
      {1001, named("  ")},
      {1002, named(std::string(65, 'a'))},
      {1003, named("<script>")},
      {1004, with_role(R"("display_name":"mine")")},
      {1004, typed("7")},
      {1004, typed(R"("")")},
      {1005, typed(R"("XY")")},
      {1006, more(R"("catalog":"CUSTOMED")")},
      {1007, more(R"("flag":"fine_grained")")},
      {1008, more(R"("name":"custom_1")")},
      {1009, typed(R"("AA")")},
      {1009, typed(R"("XX")")},
      {1018, more(R"("description":7)")},
      {1018, more(R"("description":"\u0001")")},
      {1019, more(R"("description_cn":[])")},
      {1020, R"({"role":{"display_name":"mine","type":"XA"}})"},
      {1020, R"({"role":{"display_name":"mine","type":"XA","policy":"{}"}})"},
      {1021,
       with_resource("[" + times(5, "\"obs:*:*:object:" + std::string(1400, 'a') + "\"") + "]")},
      {1024, with_document(R"("Version":"1.0")")},
      {1024, with_document(R"("Version":1.1)")},
      {1025, with_document(R"("Version":"1.1","Depends":[])")},
      {1026, body(kAgency, R"("Version":"5.0")")},
      {1027, R"({"role":{"display_name":"mine","type":"XA","policy":{"Version":"1.1"}}})"},
      {1027, body("7")},
      {1028, body("")},
      {1028, body(times(9, R"({"Effect":"Allow","Action":["ecs:*:get*"]})"))},
      {1029, body(R"({"Effect":"Perhaps","Action":["ecs:*:get*"]})")},
      {1029, body(R"({"Action":["ecs:*:get*"]})")},
      {1030, body(R"({"Effect":"Allow"})")},
      {1030, with_actions(R"("Action":"ecs:*:get*")")},
      {1030, with_actions(R"("NotAction":{})")},
      {1030, with_actions(R"("Action":[])")},
      {1031, with_actions(R"("Action":["ecs:*:get*"],"NotAction":["ecs:*:list*"])")},
      {1033, with_actions(R"("Action":[)" + times(101, R"("ecs:*:get*")") + "]")},
      {1034, with_actions(R"("Action":["ecs:servers:)" + std::string(120, 'a') + "\"]")},
      {1035, with_actions(R"("Action":["ecs:servers:get list"])")},
      {1035, with_actions(R"("Action":["ecs"])")},
      {1036, with_actions(R"("Action":["xyz:servers:get"])")},
      {1037, with_resource(R"({"uri":[]})")},
      {1037, with_resource(R"({"uri":"/iam/agencies/7"})")},
      {1037, with_resource(R"({"uri":[)" + times(21, R"("/iam/agencies/7")") + "]}")},
      {1038, with_resource(R"({"uri":["/iam/users/7"]})")},
      {1038, with_resource(R"({"uri":["/iam/agencies/"]})")},
      {1039, body(agency_with_condition)},
      {1040, with_resource("[]")},
      {1040, with_resource("[" + times(11, R"("obs:*:*:bucket:a")") + "]")},
      {1041, with_resource(R"([""])")},
      {1041, with_resource(R"(["obs:*:*:bucket:a b"])")},
      {1042, with_resource(R"(["obs:*:*:bucket:)" + std::string(1500, 'a') + "\"]")},
      {1043, with_resource(R"(["obs::*:bucket:a"])")},
      {1044, with_resource(R"(["obs:cn_north:*:bucket:a"])")},
      {1045, with_resource(R"(["xyz:*:*:bucket:a"])")},
      {1045, with_resource(R"(["obs:*:*:bucket"])")},
      {1046, with_resource(R"(["obs:*:*::a"])")},
      {1047, with_resource(R"(["obs:*:a/b:bucket:a"])")},
      {1048, with_resource(R"(["obs:*:*:bucket:"])")},
      {1048, with_resource(R"(["obs:*:*:bucket:\u0007"])")},
      {1049, with_resource(R"("obs:*:*:bucket:a")")},
      {1049, with_resource("null")},
      {1050, with_condition("{}")},
      {1050, with_condition("[]")},
      {1051, with_condition(R"({"Bool":null})")},
      {1052, with_condition(R"({"Bool":{"MFAPresent":["true"]}})")},
      {1052, with_condition(R"({"Bool":{"g:Weather":["true"]}})")},
      {1053, with_condition(R"({"Bool":{"g:MFAPresent":"true"}})")},
      {1054, with_condition(R"({"Bool":{}})")},
      {1054, with_condition(R"({"Bool":{"g:MFAPresent":[]}})")},
      {1055, with_condition(R"({"StringEquals":{"g:CurrentTime":["2026"]}})")},
      {1055, with_condition(R"({"NumberEquals":{"g:UserName":["7"]}})")},
      {1056, with_condition(R"({"StringEquals":{"g:UserName":[""]}})")},
      {1056,
       with_condition(R"({"StringEquals":{"g:UserName":[")" + std::string(1025, 'a') + R"("]}})")},
      {1057, with_condition(R"({"StringEquals":{"g:UserName":["\u0001"]}})")},
      {1057, with_condition(R"({"Bool":{"g:MFAPresent":["perhaps"]}})")},
      {1057, with_condition(R"({"DateLessThan":{"g:CurrentTime":["tomorrow"]}})")},
      {1058, body(kAgency, R"("Version":"1.0","Depends":[)" + times(21, depends) + "]")},
      {1059, with_document(R"("Version":"1.1","Id":"x")")},
      {1059, body(R"({"Effect":"Allow","Action":["ecs:*:get*"],"NotResource":["*"]})")},
      {1059, with_condition(R"({"Sometimes":{"g:UserName":["a"]}})")},
      {1059, with_resource(R"({"uri":["/iam/agencies/7"],"url":[]})")},
      {1060, with_actions(R"("Action":[7])")},
      {1060, with_resource("[7]")},
      {1060, with_resource(R"({"uri":[7]})")},
      {1060, with_condition(R"({"Bool":{"g:MFAPresent":[true]}})")},
      {1060, body(kAgency, R"("Version":"1.0","Depends":[{"catalog":"BASE"}])")},
  };
  std::set<int> seen;
  for (const auto& row : rows) {
    const auto wrong = check(row.body);
    ASSERT_TRUE(wrong) << row.code << ' ' << row.body.substr(0, 300);
    EXPECT_EQ(wrong->code, "IAM." + std::to_string(row.code))
        << wrong->message << row.body.substr(0, 300);
    seen.insert(row.code);
  }
  // The others speak of system roles (1010 to 1017), of ids (1022, 1023) and of organizations
  // (1032).
  for (int code = 1000; code <= 1060; ++code) {
    const bool other =
        (code >= 1010 && code <= 1017) || code == 1022 || code == 1023 || code == 1032;
    EXPECT_NE(seen.contains(code), other) << code;
  }
}

TEST(Validate, AcceptsWhatTheApiAccepts) {
  const std::vector<std::string> rows = {
      body(),
      body(R"({"Effect":"allow","Action":["*"]})"),
      body(R"({"Effect":"DENY","NotAction":["*:*:*"]})"),
      body(kAgency),
      body(kAgency,
           R"("Version":"1.0","Depends":[{"catalog":"BASE","display_name":"Tenant Guest"}])"),
      body(times(8, R"({"Effect":"Allow","Action":["ecs:*:get*"]})")),
      with_role(
          R"("type":"AX","display_name":"我的 策略-1","description":"a\nb","description_cn":null)"),
      with_role(R"("type":"AX","display_name":")" + times(64, "策", "") + "\""),
      with_actions(R"("Action":[)" + times(100, R"("ecs:*:get*")") + "]"),
      with_resource(
          R"(["*","obs:*:*:bucket:TestBucket*","obs:cn-north-4:abc:object:my-bucket/a:b/*"])"),
      with_condition(
          R"({"StringStartWith":{"g:UserName":["TestUser"]},"Bool":{"g:MFAPresent":["true"]}})"),
      with_condition(
          R"({"ForAnyValue:StringMatchIfExists":{"obs:prefix":["a*"]},"Null":{"g:MFAAge":["true"]}})"),
  };
  for (const auto& row : rows) {
    const auto wrong = check(row);
    EXPECT_FALSE(wrong) << (wrong ? wrong->code + ' ' + wrong->message : "") << ' '
                        << row.substr(0, 300);
  }
}

TEST(Validate, NamesValuesInItsMessages) {
  EXPECT_EQ(check(with_actions(R"("Action":["xyz:servers:get"])"))->message,
            "Action 'xyz:servers:get' has not been registered.");
  EXPECT_EQ(
      check(with_role(R"("type":"XA","display_name":")" + std::string(70, 'a') + "\""))->message,
      "The length 70 of the display name exceeds 64 characters.");
}

TEST(Validate, WithoutAListOfActionsEveryActionWillDo) {
  const auto value = base::parse_json(with_actions(R"("Action":["xyz:servers:get"])"));
  EXPECT_FALSE(check_custom_policy(*value, {}));
}

}  // namespace
}  // namespace jianmen::policy
