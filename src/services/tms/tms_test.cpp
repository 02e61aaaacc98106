#include "services/tms/tms.hpp"

#include <set>

#include "services/ecs/testing.hpp"
#include "services/tms/faults.hpp"
#include "services/tms/predefined.hpp"

namespace jianmen::services::tms {
namespace {

namespace json = base::json;
using ecs::Asked;
using ecs::test_catalog;

class TmsService : public ecs::EcsTest {
 protected:
  TmsService() {
    directory::NewUser root;
    root.name = "demo";
    (void)directory_.create_account("demo", principal_.account, root);
    here_ = *directory_.find_project_by_name(principal_.account, "cn-north-4");
    elsewhere_ = *directory_.find_project_by_name(principal_.account, "cn-east-3");
    Settings settings;
    settings.predefined_tag_quota = 60;
    tms_ = std::make_unique<Tms>(
        Dependencies{*store_, test_catalog(), directory_, clock_, *ecs_, settings});
  }

  Outcome ask(std::string_view operation, const Asked& asked = {}) {
    const catalog::Operation* row = test_catalog().find_operation("tms:" + std::string(operation));
    if (!row) throw std::logic_error("no row " + std::string(operation));
    Call call{.operation = *row,
              .principal = &principal_,
              .credential_refusal = nullptr,
              .scope = {identity::Scope::Kind::Domain, {}, {}},
              .project = {},
              .region = {},
              .path_values = asked.path,
              .query_values = asked.query,
              .header_values = asked.headers,
              .body = asked.body,
              .host = "127.0.0.1:8080",
              .secure = false,
              .request_id = "0123456789abcdef0123456789abcdef",
              .now = clock_.now(),
              .may = [this](std::string_view action, const identity::Project&) {
                return allowed_.empty() || allowed_.contains(action);
              }};
    for (const Function& function : tms_->definition().functions) {
      if (function.operation == operation) return function.run(call);
    }
    throw std::logic_error("no function " + std::string(operation));
  }

  json::value got(std::string_view operation, const Asked& asked = {}) {
    Outcome outcome = ask(operation, asked);
    if (!outcome) {
      ADD_FAILURE() << operation << ": " << outcome.error().code << " " << outcome.error().message;
      return {};
    }
    return outcome->body;
  }
  std::string refused(std::string_view operation, const Asked& asked = {}) {
    const Outcome outcome = ask(operation, asked);
    return outcome ? "" : outcome.error().code;
  }
  static Asked body(std::string_view text) { return {{}, {}, json::parse(text), {}}; }
  static Asked query(std::vector<std::pair<std::string, std::string>> values) {
    return {{}, std::move(values), {}, {}};
  }

  void predefine(std::string_view key, std::string_view value) {
    const json::array tags{json::object{{"key", key}, {"value", value}}};
    EXPECT_EQ(refused("CreatePredefineTags",
                      {{}, {}, json::object{{"action", "create"}, {"tags", tags}}, {}}),
              "");
  }
  // "key=value" of a page, in its order.
  std::vector<std::string> pairs(const Asked& asked) {
    std::vector<std::string> list;
    const json::value page = got("ListPredefineTags", asked);
    for (const json::value& tag : page.at("tags").as_array()) {
      list.push_back(std::string(tag.at("key").as_string()) + "=" +
                     std::string(tag.at("value").as_string()));
    }
    return list;
  }
  json::object on(const std::vector<std::string>& ids, std::string_view type = "ecs") {
    json::array resources;
    for (const std::string& id : ids) {
      resources.emplace_back(json::object{{"resource_id", id}, {"resource_type", type}});
    }
    return {{"project_id", here_.id.value},
            {"resources", std::move(resources)},
            {"tags", json::array{json::object{{"key", "env"}, {"value", "prod"}}}}};
  }

  std::set<std::string, std::less<>> allowed_;  // empty: everything
  std::unique_ptr<Tms> tms_;
};

using Names = std::vector<std::string>;

TEST_F(TmsService, EveryRowHasAFunctionOrAReason) {
  std::set<std::string_view> functions;
  for (const Function& function : tms_->definition().functions)
    functions.insert(function.operation);
  for (const catalog::Operation& row : test_catalog().operations()) {
    if (row.service != "tms") continue;
    EXPECT_EQ(row.answered, functions.contains(row.name)) << row.name;
    EXPECT_EQ(row.answered, row.reason.empty()) << row.name;
  }
}

TEST_F(TmsService, KeysAndValuesHaveTheirCharactersAndLengths) {
  for (const std::string_view key : {"a", "键", "a b", "_.:=+-@", "é"})
    EXPECT_TRUE(is_key(key)) << key;
  for (const std::string_view key : {"", "a/b", "a,b", "a*", "\n", "\x7f", "\xc2\x80", "\xff"})
    EXPECT_FALSE(is_key(key)) << key;
  EXPECT_TRUE(is_key(std::string(36, 'k')));
  EXPECT_FALSE(is_key(std::string(37, 'k')));
  std::string chinese;
  for (int i = 0; i < 36; ++i) chinese += "键";
  EXPECT_TRUE(is_key(chinese));
  EXPECT_TRUE(is_value(""));
  EXPECT_TRUE(is_value("a/b"));
  EXPECT_TRUE(is_value(std::string(43, 'v')));
  EXPECT_FALSE(is_value(std::string(44, 'v')));
  EXPECT_FALSE(is_value("a,b"));
}

TEST_F(TmsService, RefusesPredefinedTagsWithTheCodeForIt) {
  struct Row {
    std::string_view operation, body, code;
  };
  const Row rows[] = {
      {"CreatePredefineTags",
       R"({"action":"create","tags":[{"key":"a","value":"b"},{"key":"a","value":"b"}]})", ""},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"key":"a","value":""}]})", ""},
      {"CreatePredefineTags", R"({"action":"Create","tags":[{"key":"a","value":"b"}]})",
       "TMS.0011"},
      {"CreatePredefineTags", R"({"tags":[{"key":"a","value":"b"}]})", "TMS.0011"},
      {"CreatePredefineTags", R"({"action":"create"})", "TMS.0012"},
      {"CreatePredefineTags", R"({"action":"create","tags":[]})", "TMS.0012"},
      {"CreatePredefineTags", R"({"action":"create","tags":[null]})", "TMS.0013"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"key":"","value":"b"}]})", "TMS.0009"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"value":"b"}]})", "TMS.0009"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"key":"a"}]})", "TMS.0010"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"key":"a","value":"*"}]})",
       "TMS.0010"},
      {"DeletePredefineTags", R"({"action":"delete","tags":[{"key":"none","value":""}]})", ""},
      {"DeletePredefineTags", R"({"action":"delete","tags":[{"key":"a/b","value":""}]})",
       "TMS.0009"},
      {"UpdatePredefineTags", R"({"new_tag":{"key":"c","value":"d"}})", "TMS.1004"},
      {"UpdatePredefineTags", R"({"old_tag":{"key":"a","value":"b"}})", "TMS.1007"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"/","value":"b"},"new_tag":{"key":"c","value":"d"}})", "TMS.1005"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"a","value":"*"},"new_tag":{"key":"c","value":"d"}})", "TMS.1006"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"a","value":"b"},"new_tag":{"key":"","value":"d"}})", "TMS.1008"},
      {"UpdatePredefineTags", R"({"old_tag":{"key":"a","value":"b"},"new_tag":{"key":"c"}})",
       "TMS.1009"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"none","value":"b"},"new_tag":{"key":"c","value":"d"}})", "TMS.1002"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"a","value":"b"},"new_tag":{"key":"a","value":""}})", "TMS.1003"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"a","value":"b"},"new_tag":{"key":"a","value":"b"}})", "TMS.1003"},
      {"UpdatePredefineTags",
       R"({"old_tag":{"key":"a","value":"b"},"new_tag":{"key":"c","value":"d"}})", ""},
      {"UpdatePredefineTags", "null", "TMS.1004"},
      {"CreatePredefineTags", "7", "TMS.0011"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(refused(row.operation, body(row.body)), row.code) << row.body;
  EXPECT_EQ(pairs(query({{"order_field", "key"}, {"order_method", "asc"}})), (Names{"a=", "c=d"}));
}

// The frame checks the rows' schemas first; what it finds has a code of its own here.
TEST_F(TmsService, WhatDoesNotFitTheSchemaHasTheCodeForIt) {
  struct Row {
    std::string_view operation, body, code;
  };
  const Row rows[] = {
      {"CreatePredefineTags", R"({"action":"create"})", "TMS.0012"},
      {"CreatePredefineTags", R"({"action":"create","tags":[null]})", "TMS.0013"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"value":"b"}]})", "TMS.0009"},
      {"CreatePredefineTags", R"({"action":"create","tags":[{"key":"a"}]})", "TMS.0010"},
      {"CreatePredefineTags", R"({"tags":[]})", "TMS.0011"},
      {"CreatePredefineTags", "[]", "TMS.0002"},
      {"UpdatePredefineTags", R"({"new_tag":{"key":"c","value":"d"}})", "TMS.1004"},
      {"UpdatePredefineTags", R"({"old_tag":{"key":"c","value":"d"}})", "TMS.1007"},
      {"UpdatePredefineTags", R"({"old_tag":{},"new_tag":{"key":"c","value":"d"}})", "TMS.1005"},
      {"UpdatePredefineTags", R"({"old_tag":{"key":"c","value":"d"},"new_tag":{"key":"c"}})",
       "TMS.1009"},
      {"ListResource", R"({"resource_types":["ecs"],"tags":[],"limit":"x"})", "TMS.0007"},
      {"ListResource", R"({"resource_types":[1],"tags":[]})", "TMS.5027"},
  };
  for (const Row& row : rows) {
    const catalog::Operation* operation =
        test_catalog().find_operation("tms:" + std::string(row.operation));
    const auto wrong = catalog::check_body(test_catalog(), *operation, json::parse(row.body));
    ASSERT_TRUE(wrong) << row.body;
    EXPECT_EQ(misread(*wrong).error().code, row.code) << row.body << " " << wrong->where;
  }
  for (const auto& [operation, name, value, code] : std::vector<std::array<std::string, 4>>{
           {"ListPredefineTags", "limit", "x", "TMS.0007"},
           {"ListPredefineTags", "order_method", "up", "TMS.1011"},
           {"ListTagValues", "limit", "5", "TMS.0009"},
           {"ListProviders", "offset", "x", "TMS.0017"}}) {
    const auto wrong =
        catalog::check_query(*test_catalog().find_operation("tms:" + operation), {{name, value}});
    ASSERT_TRUE(wrong) << operation;
    EXPECT_EQ(misread(*wrong).error().code, code) << operation << " " << wrong->where;
  }
}

TEST_F(TmsService, FiftyTagsACallAndTheQuotaHold) {
  const auto many = [](int from, int to) {
    json::array tags;
    for (int i = from; i < to; ++i)
      tags.emplace_back(json::object{{"key", "k" + std::to_string(i)}, {"value", ""}});
    return Asked{{}, {}, json::object{{"action", "create"}, {"tags", tags}}, {}};
  };
  EXPECT_EQ(refused("CreatePredefineTags", many(0, 51)), "TMS.0002");
  EXPECT_EQ(refused("CreatePredefineTags", many(0, 50)), "");
  EXPECT_EQ(refused("CreatePredefineTags", many(50, 61)), "TMS.1001");
  EXPECT_EQ(got("ListPredefineTags", query({{"limit", "1"}})).at("total_count"), 50);
  EXPECT_EQ(refused("CreatePredefineTags", many(50, 60)), "");
  EXPECT_EQ(refused("CreatePredefineTags", many(10, 60)), "");
  EXPECT_EQ(refused("CreatePredefineTags", many(60, 61)), "TMS.1001");
  const json::value quota = got("ShowTagQuota").at("quotas").at(0);
  EXPECT_EQ(quota.at("quota_limit"), 60);
  EXPECT_EQ(quota.at("used"), 60);
}

TEST_F(TmsService, PredefinedTagsAreFilteredSortedAndPaged) {
  predefine("Env", "prod");
  clock_.advance(std::chrono::seconds(1));
  predefine("env", "test");
  predefine("team", "prod");
  clock_.advance(std::chrono::seconds(1));
  predefine("Env", "prod");  // again: newer
  struct Row {
    std::vector<std::pair<std::string, std::string>> query;
    Names pairs;
  };
  const Row rows[] = {
      {{}, {"Env=prod", "env=test", "team=prod"}},
      {{{"order_method", "asc"}}, {"env=test", "team=prod", "Env=prod"}},
      {{{"order_field", "key"}, {"order_method", "asc"}}, {"Env=prod", "env=test", "team=prod"}},
      {{{"order_field", "value"}, {"order_method", "desc"}}, {"env=test", "Env=prod", "team=prod"}},
      {{{"key", "EN"}}, {"Env=prod", "env=test"}},
      {{{"key", "e"}, {"value", "PROD"}}, {"Env=prod", "team=prod"}},
      {{{"key", "x"}}, {}},
      {{{"limit", "2"}}, {"Env=prod", "env=test"}},
      {{{"limit", "2"}, {"marker", "2"}}, {"team=prod"}},
      {{{"limit", "0"}}, {"Env=prod", "env=test", "team=prod"}},
      {{{"marker", "9"}}, {}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(pairs(query(row.query)), row.pairs) << testing::PrintToString(row.query);
  EXPECT_EQ(got("ListPredefineTags", query({{"limit", "2"}})).at("marker"), "2");
  EXPECT_EQ(got("ListPredefineTags", query({{"limit", "2"}})).at("total_count"), 3);
  EXPECT_EQ(got("ListPredefineTags", query({{"limit", "3"}})).at("marker"), "");
  EXPECT_EQ(got("ListPredefineTags", query({{"marker", "9"}})).at("marker"), "");
  for (const auto& [name, value, code] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"limit", "1001", "TMS.0007"},
           {"limit", "-1", "TMS.0007"},
           {"limit", "x", "TMS.0007"},
           {"marker", "x", "TMS.0008"},
           {"order_field", "x", "TMS.1010"},
           {"order_method", "up", "TMS.1011"}}) {
    EXPECT_EQ(refused("ListPredefineTags", query({{name, value}})), code) << name;
  }
}

TEST_F(TmsService, PredefinedTagsAreOfOneAccount) {
  predefine("mine", "1");
  principal_.account = identity::AccountId("0503dda878000fed0f75c0096d70a961");
  EXPECT_EQ(pairs({}), Names{});
  predefine("theirs", "2");
  EXPECT_EQ(tms_->export_tags(identity::AccountId("0503dda878000fed0f75c0096d70a960")).size(), 1U);
}

TEST_F(TmsService, FixturesAreLoadedAndExported) {
  identity::Account account;
  account.id = principal_.account;
  const json::value rows = json::parse(R"([{"key":"a","value":"1"},{"key":"b"}])");
  ASSERT_TRUE(tms_->load_tags(rows.as_array(), account));
  EXPECT_EQ(tms_->export_tags(account.id).size(), 2U);
  EXPECT_FALSE(tms_->load_tags(json::parse(R"([{"key":"/"}])").as_array(), account));
  EXPECT_FALSE(tms_->load_tags(json::parse("[7]").as_array(), account));
}

TEST_F(TmsService, ResourceTagsGoThroughTheOwningService) {
  const std::string id = create_active("web");
  const Asked asked{{}, {}, on({id}), {}};
  EXPECT_TRUE(got("CreateResourceTag", asked).at("failed_resources").as_array().empty());
  EXPECT_EQ(show(id).at("tags"), (json::array{"env=prod"}));
  const Asked one{
      {{"resource_id", id}}, {{"resource_type", "ecs"}, {"project_id", here_.id.value}}, {}, {}};
  EXPECT_EQ(got("ShowResourceTag", one).at("tags").at(0).at("value"), "prod");
  EXPECT_TRUE(got("DeleteResourceTag", asked).at("failed_resources").as_array().empty());
  EXPECT_TRUE(show(id).at("tags").as_array().empty());
}

TEST_F(TmsService, OneResourceThatFailsDoesNotStopTheOthers) {
  const std::string id = create_active("web"), missing = "00000000-0000-4000-8000-000000000000";
  const json::value failed =
      got("CreateResourceTag", {{}, {}, on({missing, id}), {}}).at("failed_resources");
  ASSERT_EQ(failed.as_array().size(), 1U);
  EXPECT_EQ(failed.at(0).at("resource_id"), json::value(missing));
  EXPECT_EQ(failed.at(0).at("error_code"), "TMS.0005");
  EXPECT_EQ(show(id).at("tags").as_array().size(), 1U);
  const auto first_code = [&](const json::object& body) {
    const json::value answer = got("CreateResourceTag", {{}, {}, body, {}});
    return std::string(answer.at("failed_resources").at(0).at("error_code").as_string());
  };
  EXPECT_EQ(first_code(on({id}, "disk")), "TMS.0005");
  EXPECT_EQ(first_code(on({id}, "ECS")), "TMS.5027");
  json::object no_project = on({id});
  no_project.erase("project_id");
  EXPECT_EQ(first_code(no_project), "TMS.2011");
  json::object other_project = on({id});
  other_project["project_id"] = elsewhere_.id.value;
  EXPECT_EQ(first_code(other_project), "TMS.0005");
}

TEST_F(TmsService, WhoMayTagHereButNotThereTagsNothing) {
  const std::string id = create_active("web");
  allowed_ = {"ecs:cloudServers:list"};
  const json::value failed =
      got("CreateResourceTag", {{}, {}, on({id}), {}}).at("failed_resources");
  EXPECT_EQ(failed.at(0).at("error_code"), "TMS.2030");
  EXPECT_TRUE(show(id).at("tags").as_array().empty());
  const Asked one{
      {{"resource_id", id}}, {{"resource_type", "ecs"}, {"project_id", here_.id.value}}, {}, {}};
  EXPECT_EQ(refused("ShowResourceTag", one), "TMS.2030");
  allowed_ = {"ecs:cloudServers:batchSetServerTags", "ecs:cloudServers:showServerTags"};
  EXPECT_TRUE(
      got("CreateResourceTag", {{}, {}, on({id}), {}}).at("failed_resources").as_array().empty());
  EXPECT_EQ(refused("ShowResourceTag", one), "");
  EXPECT_TRUE(got("ListTagKeys").at("keys").as_array().empty());
}

TEST_F(TmsService, RefusesResourceTagsWithTheCodeForIt) {
  const std::string id = create_active("web");
  const auto with = [&](std::string_view key, json::value value) {
    json::object body = on({id});
    body[key] = std::move(value);
    return refused("CreateResourceTag", {{}, {}, body, {}});
  };
  EXPECT_EQ(with("project_id", "05041fffa40025702f6dc009cc6f8fff"), "TMS.2011");
  EXPECT_EQ(with("resources", json::array()), "TMS.0002");
  EXPECT_EQ(with("resources", json::array(51, json::object())), "TMS.0002");
  EXPECT_EQ(with("tags", nullptr), "TMS.0012");
  EXPECT_EQ(with("tags", json::array()), "TMS.0012");
  EXPECT_EQ(with("tags", json::array{nullptr}), "TMS.0013");
  EXPECT_EQ(with("tags", json::array(11, json::object{{"key", "a"}, {"value", ""}})), "TMS.0002");
  EXPECT_EQ(with("tags", json::array{json::object{{"key", "/"}, {"value", ""}}}), "TMS.0009");
  EXPECT_EQ(with("tags", json::array{json::object{{"key", "a"}}}), "TMS.0010");
  const Asked unknown{
      {{"resource_id", "x"}}, {{"resource_type", "ecs"}, {"project_id", here_.id.value}}, {}, {}};
  EXPECT_EQ(refused("ShowResourceTag", unknown), "TMS.0005");
  EXPECT_EQ(refused("ShowResourceTag", {{{"resource_id", id}}, {{"resource_type", "ecs"}}, {}, {}}),
            "TMS.2011");
  EXPECT_EQ(refused("ShowResourceTag", {{{"resource_id", id}}, {}, {}, {}}), "TMS.5027");
}

TEST_F(TmsService, ResourcesAreFoundOverProjects) {
  const std::string a = create_active("a");
  create_active("b");
  (void)got("CreateResourceTag", {{}, {}, on({a}), {}});
  struct Row {
    std::string_view body;
    int count;
  };
  const Row rows[] = {
      {R"({"resource_types":["ecs"],"tags":[]})", 2},
      {R"({"resource_types":["ecs","disk"],"tags":[{"key":"env","values":["prod","x"]}]})", 1},
      {R"({"resource_types":["ecs"],"tags":[{"key":"env","values":[]}]})", 1},
      {R"({"resource_types":["ecs"],"tags":[{"key":"env","values":["x"]}]})", 0},
      {R"({"resource_types":["ecs"],"without_any_tag":true,"tags":[{"key":"env","values":[]}]})",
       1},
      {R"({"resource_types":["disk"],"tags":[]})", 0},
  };
  for (const Row& row : rows)
    EXPECT_EQ(got("ListResource", body(row.body)).at("total_count"), row.count) << row.body;
  const json::value page =
      got("ListResource", body(R"({"resource_types":["ecs"],"tags":[],"limit":1,"offset":1})"));
  EXPECT_EQ(page.at("total_count"), 2);
  EXPECT_EQ(page.at("resources").as_array().size(), 1U);
  EXPECT_EQ(page.at("resources").at(0).at("project_name"), "cn-north-4");
  for (
      const auto& [text, code] : std::vector<std::pair<std::string_view, std::string_view>>{
          {R"({"resource_types":["ecs"],"limit":201})", "TMS.0007"},
          {R"({"resource_types":["ecs"],"limit":0})", "TMS.0007"},
          {R"({"resource_types":["ecs"],"offset":-1})", "TMS.0017"},
          {R"({"resource_types":["Ecs"]})", "TMS.5027"},
          {R"({"resource_types":[]})", "TMS.5027"},
          {R"({"resource_types":["ecs"],"project_id":"x"})", "TMS.2011"},
          {R"({"resource_types":["ecs"],"tags":[{"key":"k","values":["1","2","3","4","5","6","7","8","9","10","11"]}]})",
           "TMS.0016"},
          {R"({"resource_types":["ecs"],"tags":[{"key":"/","values":[]}]})", "TMS.0009"},
          {"null", "TMS.5027"}}) {
    EXPECT_EQ(refused("ListResource", body(text)), code) << text;
  }
  allowed_ = {"nothing"};
  const json::value denied =
      got("ListResource",
          {{},
           {},
           json::object{{"project_id", here_.id.value}, {"resource_types", json::array{"ecs"}}},
           {}});
  EXPECT_EQ(denied.at("total_count"), 0);
  EXPECT_EQ(denied.at("errors").at(0).at("error_code"), "TMS.2030");
}

TEST_F(TmsService, KeysAndValuesInUseAreListedAndPaged) {
  const std::string id = create_active("a");
  (void)got("CreateResourceTag", {{}, {}, on({id}), {}});
  json::object second = on({id});
  second["tags"].at(0).as_object()["key"] = "team";
  (void)got("CreateResourceTag", {{}, {}, second, {}});
  const json::value first = got("ListTagKeys", query({{"limit", "1"}}));
  EXPECT_EQ(first.at("keys"), (json::array{"env"}));
  EXPECT_EQ(first.at("page_info").at("next_marker"), "env");
  const json::value rest = got("ListTagKeys", query({{"limit", "1"}, {"marker", "env"}}));
  EXPECT_EQ(rest.at("keys"), (json::array{"team"}));
  EXPECT_EQ(rest.at("page_info").at("next_marker"), "");
  EXPECT_TRUE(
      got("ListTagKeys", query({{"region_id", "cn-east-3"}})).at("keys").as_array().empty());
  EXPECT_EQ(got("ListTagValues", query({{"key", "env"}})).at("values"), (json::array{"prod"}));
  EXPECT_EQ(refused("ListTagValues"), "TMS.0009");
  EXPECT_EQ(refused("ListTagKeys", query({{"limit", "201"}})), "TMS.0007");
  const json::value tags = got("ListTags", query({{"project_id", here_.id.value},
                                                  {"resource_types", "ecs,Disk"},
                                                  {"tag_types", "resource"}}));
  EXPECT_EQ(tags.at("tags").at(0).at("values"), (json::array{"prod"}));
  EXPECT_EQ(tags.at("errors").at(0).at("error_code"), "TMS.5027");
  EXPECT_EQ(refused("ListTags", query({{"resource_types", "ecs"}, {"tag_types", "resource"}})),
            "TMS.2011");
}

TEST_F(TmsService, ProvidersAndVersionsAreListed) {
  const json::value all = got("ListProviders", query({{"limit", "200"}, {"locale", "en-us"}}));
  EXPECT_GE(all.at("total_count").as_uint64(), 8U);
  EXPECT_EQ(all.at("providers").at(0).at("provider"), "ecs");
  EXPECT_FALSE(
      all.at("providers").at(0).at("resource_types").at(0).at("regions").as_array().empty());
  EXPECT_EQ(got("ListProviders", query({{"provider", "vpc"}})).at("total_count"), 1);
  EXPECT_EQ(refused("ListProviders", query({{"limit", "0"}})), "TMS.0007");
  EXPECT_EQ(refused("ListProviders", query({{"offset", "x"}})), "TMS.0017");
  EXPECT_EQ(got("ListApiVersions").at("versions").at(0).at("id"), "v1.0");
  EXPECT_EQ(
      got("ShowApiVersion", {{{"api_version", "v1.0"}}, {}, {}, {}}).at("version").at("status"),
      "CURRENT");
  EXPECT_EQ(refused("ShowApiVersion", {{{"api_version", "v9"}}, {}, {}, {}}), "TMS.0005");
}

}  // namespace
}  // namespace jianmen::services::tms
