#include "catalog/catalog.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "catalog/embedded.hpp"
#include "policy/document.hpp"

namespace jianmen::catalog {
namespace {

const Catalog& catalog() {
  static const auto made = Catalog::create();
  if (!made) throw std::runtime_error(made.error().message);
  return **made;
}

TEST(CatalogTest, KnowsAllRegionsAndServices) {
  EXPECT_EQ(catalog().regions().size(), 35);
  EXPECT_EQ(catalog().services().size(), 190);
  const Region* beijing = catalog().find_region("cn-north-4");
  ASSERT_NE(beijing, nullptr);
  EXPECT_EQ(beijing->name_zh, "华北-北京四");
  EXPECT_EQ(beijing->zones.front(), "cn-north-4a");
  EXPECT_EQ(catalog().find_region("cn-north-99"), nullptr);
  EXPECT_EQ(catalog().find_service("tms")->kind, ServiceKind::Global);
  EXPECT_EQ(catalog().find_service("iam")->kind, ServiceKind::Global);
  EXPECT_EQ(catalog().find_service("ecs")->kind, ServiceKind::Regional);
  EXPECT_EQ(catalog().find_service("nothing"), nullptr);
}

TEST(CatalogTest, EveryRegionHasZonesThatStartWithItsName) {
  for (const Region& region : catalog().regions()) {
    ASSERT_FALSE(region.zones.empty()) << region.id;
    for (const auto& zone : region.zones) {
      EXPECT_EQ(zone.size(), region.id.size() + 1);
      EXPECT_TRUE(zone.starts_with(region.id)) << zone;
    }
  }
}

TEST(CatalogTest, ListsEndpointsByServiceAndRegion) {
  const auto of_ecs = catalog().endpoints("ecs", "cn-north-4");
  ASSERT_EQ(of_ecs.size(), 1);
  EXPECT_EQ(of_ecs[0].host, "ecs.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(of_ecs[0].region->id, "cn-north-4");
  const auto of_tms = catalog().endpoints("tms", "cn-south-1");  // global hosts serve every region
  EXPECT_TRUE(
      std::ranges::any_of(of_tms, [](const auto& e) { return e.host == "tms.myhuaweicloud.com"; }));
  EXPECT_TRUE(std::ranges::all_of(of_tms, [](const auto& e) { return e.region == nullptr; }));
  EXPECT_TRUE(catalog().endpoints("ecs", "nowhere").empty());
  EXPECT_GT(catalog().endpoints("", "").size(), 2000u);
}

TEST(CatalogTest, NoServiceListsAHostTwice) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Endpoint& endpoint : catalog().endpoints("", "")) {
    EXPECT_TRUE(seen.emplace(endpoint.service->name, endpoint.host).second) << endpoint.host;
    EXPECT_TRUE(catalog().is_cloud_host(endpoint.host)) << endpoint.host;
  }
}

TEST(CatalogTest, EveryRowIsWellFormed) {
  const std::set<std::string> families = {"ecs", "nova", "tms", "keystone", "iam", "sts"};
  const std::set<std::string> methods = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"};
  const std::set<std::string> pagings = {"", "page_number", "limit_marker", "limit_offset",
                                         "page_per_page"};
  EXPECT_GE(catalog().operations().size(), 310u);
  for (const Operation& operation : catalog().operations()) {
    SCOPED_TRACE(operation.id);
    EXPECT_TRUE(families.contains(operation.family)) << operation.family;
    EXPECT_TRUE(methods.contains(operation.method)) << operation.method;
    EXPECT_TRUE(pagings.contains(operation.paging)) << operation.paging;
    EXPECT_EQ(catalog().find_operation(operation.id), &operation);
    if (operation.service == "ecs" && operation.caller != Caller::Anyone) {
      EXPECT_EQ(operation.scope, OperationScope::Project);
    }
    if (operation.path.contains("{project_id}") && operation.service == "ecs") {
      EXPECT_EQ(operation.scope, OperationScope::Project);
    }
    if (!operation.action.empty()) {
      EXPECT_TRUE(operation.action.starts_with(operation.service + ":")) << operation.action;
    }
    if (operation.service == "iam" && !operation.action.empty()) {
      ASSERT_FALSE(operation.aliases.empty());
      EXPECT_TRUE(operation.aliases[0].starts_with("identity:"));
    }
  }
}

// Who may only read must not get through to a row that has no action of its own.
TEST(CatalogTest, OnlyReadsHaveNoAction) {
  for (const Operation& operation : catalog().operations()) {
    if (operation.caller != Caller::Action && operation.caller != Caller::SelfOrAction) continue;
    if (!operation.action.empty()) continue;
    EXPECT_EQ(operation.method, "GET") << operation.id;
  }
}

TEST(CatalogTest, RowsThatAnyoneMayCallAreTheseAlone) {
  std::set<std::string> open;
  for (const Operation& operation : catalog().operations()) {
    if (operation.caller == Caller::Anyone) open.insert(operation.id);
  }
  const std::set<std::string> expected = {"ecs:NovaListVersions",
                                          "ecs:NovaShowVersion",
                                          "tms:ListApiVersions",
                                          "tms:ShowApiVersion",
                                          "iam:KeystoneListVersions",
                                          "iam:KeystoneShowVersion",
                                          "iam:CreateToken",
                                          "iam:CreateTemporaryAccessKey",
                                          "iam:CreateLoginToken",
                                          "iam:CreateTokenWithIdToken",
                                          "iam:CreateUnscopeTokenByIdpInitiated",
                                          "iam:CreateUnscopedTokenWithIdToken",
                                          "iam:DownloadKeystoneMetadata"};
  EXPECT_EQ(open, expected);
}

TEST(CatalogTest, FindsOperationsByTheirOtherNamesToo) {
  const Operation* token = catalog().find_operation("iam:CreateToken");
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(catalog().find_operation("iam:KeystoneCreateUserTokenByPassword"), token);
  EXPECT_EQ(catalog().find_operation("iam:KeystoneCreateAgencyToken"), token);
  EXPECT_EQ(catalog().find_operation("ecs:CreateToken"), nullptr);
  EXPECT_EQ(catalog().find_operation("iam:ListUsersX"), nullptr);
}

TEST(CatalogTest, SdkDiscoveryNeedsNoGrant) {
  EXPECT_EQ(catalog().find_operation("iam:KeystoneListProjects")->caller, Caller::AnyIdentity);
  EXPECT_EQ(catalog().find_operation("iam:KeystoneListAuthDomains")->caller, Caller::AnyIdentity);
  EXPECT_EQ(catalog().find_operation("sts:GetCallerIdentity")->caller, Caller::AnyIdentity);
  EXPECT_EQ(catalog().find_operation("iam:KeystoneListUsers")->caller, Caller::Action);
}

TEST(CatalogTest, SystemRolesParseAndDependOnlyOnEachOther) {
  std::set<std::string> ids, names;
  std::set<std::pair<std::string, std::string>> shown;
  for (const auto& role : catalog().system_roles()) {
    EXPECT_TRUE(ids.insert(role.id.value).second) << role.name;
    EXPECT_TRUE(names.insert(role.name).second) << role.name;
    EXPECT_TRUE(shown.emplace(role.catalog, role.display_name).second) << role.display_name;
    EXPECT_FALSE(role.description.empty() || role.description_cn.empty()) << role.name;
    EXPECT_TRUE(role.account.empty());
  }
  for (const auto& role : catalog().system_roles()) {
    const auto document = policy::parse_document(role.policy);
    ASSERT_TRUE(document) << role.display_name << ": " << document.error().message;
    EXPECT_EQ(role.flag == "fine_grained", document->version == "1.1") << role.display_name;
    for (const auto& dependency : document->depends) {
      EXPECT_TRUE(shown.contains({dependency.catalog, dependency.display_name}))
          << role.display_name << " depends on " << dependency.display_name;
    }
  }
  for (const char* name :
       {"te_admin", "readonly", "secu_admin", "te_agency", "server_adm", "tms_adm"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(CatalogTest, ReadsErrorsAndCausesOnFirstUse) {
  EXPECT_GT(catalog().error_catalogue().size(), 300u);
  EXPECT_GT(catalog().causes().size(), 100u);
  EXPECT_EQ(&catalog().causes(), &catalog().causes());
}

TEST(CatalogTest, FindsNamedSchemasOfAService) {
  ASSERT_NE(catalog().find_schema("tms", "PredefineTag"), nullptr);
  EXPECT_TRUE(catalog().find_schema("tms", "PredefineTag")->contains("update_time"));
  EXPECT_EQ(catalog().find_schema("tms", "Nothing"), nullptr);
  EXPECT_EQ(catalog().find_schema("nothing", "PredefineTag"), nullptr);
}

TEST(EmbeddedTest, HoldsTheFilesOfData) {
  EXPECT_TRUE(embedded("demo.json").starts_with("{"));
  EXPECT_FALSE(embedded("operations/ecs.json").empty());
  EXPECT_TRUE(embedded("operations").empty());
}

}  // namespace
}  // namespace jianmen::catalog
