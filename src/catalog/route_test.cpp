#include <algorithm>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "catalog/catalog.hpp"

namespace jianmen::catalog {
namespace {

using Reason = NoRoute::Reason;

const Catalog& catalog() {
  static const auto made = Catalog::create();
  if (!made) throw std::runtime_error(made.error().message);
  return **made;
}

constexpr std::string_view kEcs = "ecs.cn-north-4.myhuaweicloud.com";
constexpr std::string_view kIam = "iam.myhuaweicloud.com";
constexpr std::string_view kTms = "tms.myhuaweicloud.com";
constexpr std::string_view kPlain = "127.0.0.1:8080";

std::string found(std::string_view host, std::string_view method, std::string_view path) {
  const auto route = catalog().route(host, method, path);
  return route ? route->candidates.front()->id : "";
}

std::optional<Reason> refused(std::string_view host, std::string_view method,
                              std::string_view path) {
  const auto route = catalog().route(host, method, path);
  if (route) return std::nullopt;
  return route.error().reason;
}

// The template with a value in each hole.
std::string filled(const Operation& operation, std::string_view path) {
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      text += path[i];
      continue;
    }
    const auto end = path.find('}', i);
    const std::string_view name = path.substr(i + 1, end - i - 1);
    text += name == "api_version" ? (operation.service == "tms" ? "v1.0" : "v2.1") : "0123abcd";
    i = end;
  }
  return text;
}

std::string host_of(const Operation& operation) {
  if (operation.service == "sts") return "sts.cn-north-4.myhuaweicloud.com";
  if (operation.service == "jianmen") return "127.0.0.1:8080";  // no name of the cloud has it
  return operation.service + (operation.service == "ecs" ? ".cn-north-4" : "") +
         ".myhuaweicloud.com";
}

TEST(RouteTest, EveryRowRoutesToItself) {
  for (const Operation& operation : catalog().operations()) {
    std::vector<std::string> paths = operation.also_at;
    paths.push_back(operation.path);
    for (const std::string& path : paths) {
      const auto route =
          catalog().route(host_of(operation), operation.method, filled(operation, path));
      ASSERT_TRUE(route) << operation.id << " " << path;
      EXPECT_NE(std::ranges::find(route->candidates, &operation), route->candidates.end())
          << operation.id;
      EXPECT_EQ(route->values.size(), static_cast<std::size_t>(std::ranges::count(path, '{')));
    }
  }
}

TEST(RouteTest, APlainAddressServesEveryRowButThoseThatServicesShare) {
  for (const Operation& operation : catalog().operations()) {
    if (operation.path == "/") continue;  // IAM's
    const auto route = catalog().route(kPlain, operation.method, filled(operation, operation.path));
    ASSERT_TRUE(route) << operation.id;
    EXPECT_NE(std::ranges::find(route->candidates, &operation), route->candidates.end())
        << operation.id;
    EXPECT_EQ(route->region, nullptr);
  }
  EXPECT_EQ(found(kPlain, "GET", "/"), "iam:KeystoneListVersions");
}

TEST(RouteTest, ReadsTheCasesOfTheGuide) {
  const auto list =
      catalog().route(kEcs, "GET", "/v1/05041fffa40025702f6dc009cc6f8f33/cloudservers/detail");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->candidates.front()->id, "ecs:ListServersDetails");
  EXPECT_EQ(list->value("project_id"), "05041fffa40025702f6dc009cc6f8f33");
  EXPECT_EQ(list->value("server_id"), "");
  EXPECT_EQ(list->region->id, "cn-north-4");
  EXPECT_EQ(list->service->name, "ecs");
  EXPECT_EQ(found(kTms, "GET", "/v1.0/predefine_tags"), "tms:ListPredefineTags");
  EXPECT_EQ(found(kIam, "POST", "/v3/auth/tokens"), "iam:CreateToken");
  EXPECT_EQ(found(kIam, "GET", "/v3/projects"), "iam:KeystoneListProjects");
}

TEST(RouteTest, LiteralsWinOverParametersAndGiveWayWhenTheyLeadNowhere) {
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/detail"), "ecs:ListServersDetails");
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/details"), "ecs:ShowServer");
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/flavors"), "ecs:ListFlavors");
  EXPECT_EQ(found(kEcs, "PUT", "/v1/p/cloudservers/server-name"), "ecs:BatchUpdateServersName");
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/server-name"), "ecs:ShowServer");
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/tags/tags"), "ecs:ShowServerTags");
  EXPECT_EQ(found(kEcs, "GET", "/v2.1/p/flavors/detail"), "ecs:NovaListFlavorsDetail");
  EXPECT_EQ(found(kEcs, "GET", "/v2.1/p/flavors/c6.large.2"), "ecs:NovaShowFlavor");
  EXPECT_EQ(found(kPlain, "PUT", "/v3/projects/p/groups/g/roles/r"),
            "iam:KeystoneAssociateGroupWithProjectPermission");
}

TEST(RouteTest, FindsServicesByHostInEachOfItsForms) {
  struct Row {
    std::string_view host, method, path, operation;
    std::string_view region;
  };
  const Row rows[] = {
      {"ecs.cn-north-4.myhuaweicloud.com", "GET", "/v1/p/jobs/j", "ecs:ShowJob", "cn-north-4"},
      {"ECS.CN-North-4.MyHuaweiCloud.com:443", "GET", "/v1/p/jobs/j", "ecs:ShowJob", "cn-north-4"},
      {"ecs.cn-north-4.myhuaweicloud.com.", "GET", "/v1/p/jobs/j", "ecs:ShowJob", "cn-north-4"},
      {"iam.cn-north-4.myhuaweicloud.com", "GET", "/v3/projects", "iam:KeystoneListProjects",
       "cn-north-4"},
      {"iam.myhuaweicloud.com", "GET", "/v3/projects", "iam:KeystoneListProjects", ""},
      {"iam.eu-west-101.myhuaweicloud.eu", "GET", "/v3/projects", "iam:KeystoneListProjects",
       "eu-west-101"},
      {"iam.myhuaweicloud.com", "GET", "/v5/caller-identity", "sts:GetCallerIdentity", ""},
      {"sts.cn-north-4.myhuaweicloud.com", "GET", "/v5/caller-identity", "sts:GetCallerIdentity",
       "cn-north-4"},
      {"tms.myhuaweicloud.com", "GET", "/v1.0/tag-keys", "tms:ListTagKeys", ""},
      {"tms.myhuaweicloud.cn", "GET", "/v1.0/tag-keys", "tms:ListTagKeys", ""},
      {"tms-intl.myhuaweicloud.com", "GET", "/v1.0/tag-keys", "tms:ListTagKeys", ""},
      {"tms.ap-southeast-1.myhuaweicloud.com", "GET", "/v1.0/tag-keys", "tms:ListTagKeys",
       "ap-southeast-1"},
      {"tms.my-kualalumpur-1.myhuaweicloud.cn", "GET", "/v1.0/tag-keys", "tms:ListTagKeys",
       "my-kualalumpur-1"},
      {"127.0.0.1", "GET", "/v3", "iam:KeystoneShowVersion", ""},
      {"localhost:8080", "GET", "/v3/", "iam:KeystoneShowVersion", ""},
      {"[::1]:8080", "GET", "/v1.0/predefine_tags", "tms:ListPredefineTags", ""},
      {"::1", "GET", "/v5/caller-identity", "sts:GetCallerIdentity", ""},
      {"cloud.example.com", "GET", "/v1/p/cloudservers/detail", "ecs:ListServersDetails", ""},
      {"", "GET", "/v2.1", "ecs:NovaShowVersion", ""},
      {"x", "GET", "/v1.0", "tms:ShowApiVersion", ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.host);
    const auto route = catalog().route(row.host, row.method, row.path);
    ASSERT_TRUE(route);
    EXPECT_EQ(route->candidates.front()->id, row.operation);
    EXPECT_EQ(route->region == nullptr ? "" : route->region->id, row.region);
  }
}

TEST(RouteTest, KnowsTheCloudsDomains) {
  for (const char* host : {"ecs.cn-north-4.myhuaweicloud.com", "whatever.myhuaweicloud.eu",
                           "MYHUAWEICLOUD.COM:80", "api.meeting.huaweicloud.com",
                           "as.ap-southeast-1.myhwclouds.com.", "tms.myhuaweicloud.cn"}) {
    EXPECT_TRUE(catalog().is_cloud_host(host)) << host;
  }
  for (const char* host : {"127.0.0.1", "localhost", "evilmyhuaweicloud.com",
                           "myhuaweicloud.com.evil.org", "", "[::1]"}) {
    EXPECT_FALSE(catalog().is_cloud_host(host)) << host;
  }
}

TEST(RouteTest, RefusesWithTheReason) {
  struct Row {
    const char* name;
    std::string_view host, method, path;
    Reason reason;
    std::string_view nearest;  // the first; empty: not looked at
  };
  const Row rows[] = {
      {"unknown host", "nothing.myhuaweicloud.com", "GET", "/", Reason::UnknownHost, ""},
      {"misspelt service", "esc.cn-north-4.myhuaweicloud.com", "GET", "/", Reason::UnknownHost, ""},
      {"zone for region", "ecs.cn-north-4a.myhuaweicloud.com", "GET", "/", Reason::RegionIsZone,
       "ecs.cn-north-4.myhuaweicloud.com"},
      {"not in region", "sts.cn-north-9.myhuaweicloud.com", "GET", "/", Reason::NotInRegion, ""},
      {"misspelt region", "ecs.cn-noth-4.myhuaweicloud.com", "GET", "/", Reason::UnknownHost,
       "ecs.cn-north-4.myhuaweicloud.com"},
      {"misspelt path", kEcs, "GET", "/v1/p/cloudserver/detail", Reason::UnknownPath,
       "GET /v1/{project_id}/cloudservers/detail (ecs)"},
      {"another method", kTms, "DELETE", "/v1.0/predefine_tags", Reason::Method,
       "GET /v1.0/predefine_tags (tms)"},
      {"another service's path", kEcs, "GET", "/v1.0/predefine_tags", Reason::OtherService,
       "GET /v1.0/predefine_tags (tms)"},
      {"another version", kEcs, "GET", "/v9/p/cloudservers/detail", Reason::Version,
       "GET /v1/{project_id}/cloudservers/detail (ecs)"},
      {"empty project id", kEcs, "GET", "/v1//cloudservers/detail", Reason::EmptySegment,
       "GET /v1/{project_id}/cloudservers/detail (ecs)"},
      {"two slashes at the end", kIam, "GET", "/v3/projects//", Reason::EmptySegment, ""},
      {"two slashes at the start", kIam, "GET", "//v3/projects", Reason::EmptySegment,
       "GET /v3/projects (iam)"},
      {"placeholder", kEcs, "GET", "/v1/%7Bproject_id%7D/cloudservers/detial/x",
       Reason::Placeholder, ""},
      {"service without operations", "vpc.cn-north-4.myhuaweicloud.com", "GET", "/v1/p/vpcs",
       Reason::UnknownPath, ""},
      {"far from everything", kIam, "GET", "/wp-login.php", Reason::UnknownPath, ""},
      {"no slash", kIam, "GET", "v3/projects", Reason::UnknownPath, ""},
      {"nothing", kIam, "GET", "", Reason::UnknownPath, ""},
      {"a version that no service has", kPlain, "GET", "/v77", Reason::UnknownPath, ""},
      {"case of a literal", kIam, "GET", "/V3/projects", Reason::Version, "GET /v3/projects (iam)"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto route = catalog().route(row.host, row.method, row.path);
    ASSERT_FALSE(route);
    EXPECT_EQ(route.error().reason, row.reason);
    EXPECT_LE(route.error().nearest.size(), 3u);
    if (row.nearest.empty()) continue;
    ASSERT_FALSE(route.error().nearest.empty());
    EXPECT_EQ(route.error().nearest.front(), row.nearest);
  }
}

TEST(RouteTest, OneSlashAtTheEndMeansNothing) {
  EXPECT_EQ(found(kIam, "GET", "/v3/"), "iam:KeystoneShowVersion");
  EXPECT_EQ(found(kIam, "GET", "/v3/projects/"), "iam:KeystoneListProjects");
  EXPECT_EQ(found(kIam, "GET", "/"), "iam:KeystoneListVersions");
}

TEST(RouteTest, HeadIsGetWhereNoRowSaysHead) {
  EXPECT_EQ(found(kIam, "HEAD", "/v3/users/u"), "iam:KeystoneShowUser");
  EXPECT_EQ(found(kIam, "HEAD", "/v3/groups/g/users/u"), "iam:KeystoneCheckUserInGroup");
  EXPECT_EQ(found(kIam, "HEAD", "/v3/auth/tokens"), "iam:KeystoneCheckToken");
  EXPECT_EQ(refused(kTms, "HEAD", "/v1.0/predefine_tags/action"), Reason::Method);
}

TEST(RouteTest, NovaAnswersUnderBothVersions) {
  EXPECT_EQ(found(kEcs, "GET", "/v2/p/servers/detail"), "ecs:NovaListServersDetails");
  EXPECT_EQ(found(kEcs, "GET", "/v2.1/p/servers/detail"), "ecs:NovaListServersDetails");
  EXPECT_EQ(refused(kEcs, "GET", "/v2.2/p/servers/detail"), Reason::Version);
}

TEST(RouteTest, DecodesValuesAndRefusesDangerousOnes) {
  const auto route =
      catalog().route(kEcs, "DELETE", "/v1/p/cloudservers/s/metadata/a%20b%2Fc%E4%BD%A0");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->value("key"), "a b/c你");
  EXPECT_EQ(found(kEcs, "GET", "/v1/p/cloudservers/det%61il"), "ecs:ListServersDetails");
  const char* const bad[] = {"%00", "a%00b", "%0d%0aX", "%7f",    "%ff",   "%c0%af", "%",   "%2",
                             "%zz", ".",     "..",      "%2e%2E", "a%0Ab", "\x01",   "\xff"};
  for (const char* const value : bad) {
    SCOPED_TRACE(value);
    EXPECT_EQ(refused(kEcs, "GET", std::string("/v1/p/cloudservers/") + value),
              Reason::UnknownPath);
  }
  EXPECT_EQ(refused(kIam, "GET", "/v3%2Fprojects"), Reason::UnknownPath);
}

TEST(RouteTest, BearsAnyPath) {
  std::string path;
  for (int i = 0; i < 3000; ++i) {
    path += "/a";
    if (i % 100 != 0) continue;
    EXPECT_FALSE(catalog().route(kEcs, "GET", path)) << i;
  }
  EXPECT_FALSE(catalog().route(kEcs, "GET", "/" + std::string(100000, 'v')));
  EXPECT_FALSE(catalog().route(std::string(100000, 'v') + ".myhuaweicloud.com", "GET",
                               "/" + std::string(70, '%')));
}

std::string selected(std::string_view host, std::string_view method, std::string_view path,
                     std::string_view body) {
  const auto route = catalog().route(host, method, path);
  if (!route) return "no route";
  const auto value = body.empty() ? base::json::value() : base::json::parse(body);
  const Operation* operation = select(*route, body.empty() ? nullptr : &value);
  return operation == nullptr ? "" : operation->name;
}

TEST(SelectTest, TheBodyTellsOperationsOfOnePathApart) {
  struct Row {
    std::string_view host, method, path, body, expected;
  };
  const Row rows[] = {
      {kTms, "POST", "/v1.0/predefine_tags/action", R"({"action":"create"})",
       "CreatePredefineTags"},
      {kTms, "POST", "/v1.0/predefine_tags/action", R"({"action":"delete"})",
       "DeletePredefineTags"},
      {kTms, "POST", "/v1.0/predefine_tags/action", R"({"action":"Create"})", ""},
      {kTms, "POST", "/v1.0/predefine_tags/action", R"({"action":1})", ""},
      {kTms, "POST", "/v1.0/predefine_tags/action", "", ""},
      {kTms, "POST", "/v1.0/predefine_tags/action", "[]", ""},
      {kEcs, "POST", "/v1/p/cloudservers/action", R"({"os-start":{}})", "BatchStartServers"},
      {kEcs, "POST", "/v1/p/cloudservers/action", R"({"os-stop":{}})", "BatchStopServers"},
      {kEcs, "POST", "/v1/p/cloudservers/action", R"({"reboot":{}})", "BatchRebootServers"},
      {kEcs, "POST", "/v1/p/cloudservers/action", R"({"reboot":{},"os-stop":{}})", ""},
      {kEcs, "POST", "/v2.1/p/servers/s/action", R"({"os-start":null})", "NovaStartServer"},
      {kEcs, "POST", "/v2.1/p/servers/s/action", R"({"addSecurityGroup":{}})",
       "NovaAssociateSecurityGroup"},
      {kEcs, "POST", "/v1/p/cloudservers/s/tags/action", R"({"action":"delete"})",
       "BatchDeleteServerTags"},
      {kEcs, "GET", "/v1/p/cloudservers/detail", "", "ListServersDetails"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(selected(row.host, row.method, row.path, row.body), row.expected)
        << row.path << " " << row.body;
  }
}

}  // namespace
}  // namespace jianmen::catalog
