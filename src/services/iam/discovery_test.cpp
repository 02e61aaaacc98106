// What clients ask before anything else.

#include <set>

#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

namespace json = base::json;

class Discovery : public Front {
 protected:
  std::string viewer_token = domain_token(new_user("viewer"));

  Answer at(std::string host, std::string target, const std::string& token, bool secure = true) {
    return send(token, {"GET", std::move(target), "", std::move(host), {}, secure});
  }
  // The url of `type` in `region` of a catalogue; empty when there is none.
  static std::string url(const json::value& catalog, std::string_view type,
                         std::string_view region) {
    for (const auto& service : catalog.as_array()) {
      if (base::string_or(service, "type", "") != type) continue;
      for (const auto& endpoint : service.at("endpoints").as_array()) {
        EXPECT_EQ(endpoint.at("region"), endpoint.at("region_id"));
        EXPECT_EQ(endpoint.at("interface"), "public");
        if (base::string_or(endpoint, "region_id", "") == region)
          return base::string_or(endpoint, "url", "");
      }
    }
    return {};
  }
};

TEST_F(Discovery, TheVersionNeedsNoCredential) {
  const auto list = ask("", "GET", "/");
  EXPECT_EQ(list.status, 300);
  EXPECT_EQ(
      list.text,
      R"({"versions":{"values":[{"id":"v3.6","status":"stable","updated":"2016-04-04T00:00:00Z",)"
      R"("media-types":[{"base":"application/json","type":"application/vnd.openstack.identity-v3+json"}],)"
      R"("links":[{"rel":"self","href":"http://127.0.0.1:8080/v3/"}]}]}})");
  EXPECT_TRUE(list.header("Location").empty()) << "300 is not a redirect";
  for (const auto* path : {"/v3", "/v3/"}) {
    const auto version = ask("", "GET", path);
    EXPECT_EQ(version.status, 200);
    EXPECT_EQ(version.at("version"), list.at("versions.values.0"));
  }
}

TEST_F(Discovery, LinksFollowTheHost) {
  const struct {
    std::string host;
    bool secure;
    std::string root;
  } rows[] = {
      {"127.0.0.1:8080", false, "http://127.0.0.1:8080"},
      {"localhost:8443", true, "https://localhost:8443"},
      {"iam.myhuaweicloud.com", true, "https://iam.myhuaweicloud.com"},
      {"iam.cn-north-4.myhuaweicloud.com", true, "https://iam.cn-north-4.myhuaweicloud.com"},
      {"api.example.org", true, "https://api.example.org"},
  };
  for (const auto& row : rows) {
    const auto self = [&](std::string target, std::string_view path) {
      return at(row.host, std::move(target), viewer_token, row.secure).string(path);
    };
    EXPECT_EQ(at(row.host, "/v3", "", row.secure).string("version.links.0.href"),
              row.root + "/v3/");
    EXPECT_EQ(self("/v3/auth/domains", "links.self"), row.root + "/v3/auth/domains");
    EXPECT_EQ(self("/v3/regions/cn-north-4", "region.links.self"),
              row.root + "/v3/regions/cn-north-4");
    EXPECT_EQ(self("/v3/projects?name=cn-north-4", "projects.0.links.self"),
              row.root + "/v3/projects/" + project.id.value);
  }
}

TEST_F(Discovery, TheAccountIsTheCallersOwn) {
  const auto answer = ask(viewer_token, "GET", "/v3/auth/domains");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.size("domains"), 1u);
  EXPECT_EQ(answer.string("domains.0.id"), account.id.value);
  EXPECT_EQ(answer.string("domains.0.name"), "demo");
  EXPECT_EQ(answer.at("domains.0.enabled"), json::value(true));
  EXPECT_EQ(ask(other_token, "GET", "/v3/auth/domains").string("domains.0.id"), other.id.value);
  const auto key = permanent_key(root);
  EXPECT_EQ(send_signed(key, {"GET", "/v3/auth/domains"}).string("domains.0.id"), account.id.value);
  EXPECT_EQ(status("", "GET", "/v3/auth/domains"), 401);
}

TEST_F(Discovery, ThePlainAddressLeadsBackToItself) {
  const auto answer = ask(project_token(root, project), "GET", "/v3/auth/catalog");
  ASSERT_EQ(answer.status, 200) << answer.text;
  const auto catalog = answer.at("catalog");
  const std::string root = "http://127.0.0.1:8080";
  EXPECT_EQ(url(catalog, "iam", "*"), root + "/v3.0");
  EXPECT_EQ(url(catalog, "identity", "*"), root + "/v3");
  EXPECT_EQ(url(catalog, "identity", "cn-north-4"), root + "/v3")
      << "OpenStack clients compare the region for equality";
  EXPECT_EQ(url(catalog, "ecs", "cn-north-4"), root + "/v1/" + project.id.value);
  EXPECT_EQ(url(catalog, "compute", "cn-north-4"), root + "/v2.1/" + project.id.value);
  EXPECT_EQ(url(catalog, "ecs", "cn-east-3"), "") << "of the token's region alone";
  EXPECT_EQ(url(catalog, "tms", "*"), root + "/v1.0");
}

TEST_F(Discovery, TheCloudsNamesLeadToTheCloudsNames) {
  const auto answer = at("iam.myhuaweicloud.com", "/v3/auth/catalog", project_token(root, project));
  const auto catalog = answer.at("catalog");
  EXPECT_EQ(url(catalog, "iam", "*"), "https://iam.myhuaweicloud.com/v3.0");
  EXPECT_EQ(url(catalog, "ecs", "cn-north-4"),
            "https://ecs.cn-north-4.myhuaweicloud.com/v1/" + project.id.value);
  EXPECT_EQ(url(catalog, "compute", "cn-north-4"),
            "https://ecs.cn-north-4.myhuaweicloud.com/v2.1/" + project.id.value);
  EXPECT_EQ(url(catalog, "tms", "*"), "https://tms.myhuaweicloud.com/v1.0");
  EXPECT_EQ(url(catalog, "identity", "cn-north-4"), "https://iam.myhuaweicloud.com/v3");
}

TEST_F(Discovery, TheCatalogFitsTheScopeOfTheCredential) {
  const auto domain = ask(root_token, "GET", "/v3/auth/catalog").at("catalog");
  EXPECT_EQ(url(domain, "iam", "*"), "http://127.0.0.1:8080/v3.0");
  EXPECT_EQ(url(domain, "identity", "cn-north-4"), "http://127.0.0.1:8080/v3");
  EXPECT_EQ(url(domain, "identity", "cn-east-3"), "http://127.0.0.1:8080/v3");
  EXPECT_EQ(url(domain, "ecs", "cn-north-4"), "") << "there is no project for the url";

  const Headers in_project{{"X-Project-Id", project.id.value}};
  const auto key = permanent_key(root);
  const auto signed_in_project =
      send_signed(key, {"GET", "/v3/auth/catalog", "", "127.0.0.1:8080", in_project});
  EXPECT_EQ(url(signed_in_project.at("catalog"), "ecs", "cn-north-4"),
            "http://127.0.0.1:8080/v1/" + project.id.value);
  EXPECT_EQ(send_signed(key, {"GET", "/v3/auth/catalog"}).at("catalog"), domain);
}

TEST_F(Discovery, ServicesAndEndpointsBelongTogether) {
  const auto services = ask(viewer_token, "GET", "/v3/services").at("services");
  std::set<std::string> types, ids;
  for (const auto& service : services.as_array()) {
    types.insert(base::string_or(service, "type", ""));
    const auto id = base::string_or(service, "id", "");
    EXPECT_EQ(id.size(), 32u);
    EXPECT_TRUE(ids.insert(id).second);
    EXPECT_EQ(ask(viewer_token, "GET", "/v3/services/" + id).at("service"), service);
  }
  EXPECT_EQ(types, (std::set<std::string>{"iam", "identity", "ecs", "compute", "tms"}));
  EXPECT_EQ(ask(viewer_token, "GET", "/v3/services?type=ecs").size("services"), 1u);
  EXPECT_EQ(ask(viewer_token, "GET", "/v3/services?type=obs").size("services"), 0u);

  const auto endpoints = ask(viewer_token, "GET", "/v3/endpoints").at("endpoints");
  std::set<std::string> endpoint_ids;
  for (const auto& endpoint : endpoints.as_array()) {
    EXPECT_TRUE(ids.contains(base::string_or(endpoint, "service_id", "")));
    EXPECT_TRUE(endpoint_ids.insert(base::string_or(endpoint, "id", "")).second);
  }
  const auto& first = endpoints.as_array().front();
  EXPECT_EQ(
      ask(viewer_token, "GET", "/v3/endpoints/" + base::string_or(first, "id", "")).at("endpoint"),
      first);
  const auto ecs = ask(viewer_token, "GET", "/v3/services?type=ecs").string("services.0.id");
  const auto of_ecs = ask(viewer_token, "GET", "/v3/endpoints?service_id=" + ecs);
  EXPECT_EQ(of_ecs.string("endpoints.0.url"), "http://127.0.0.1:8080/v1/$(tenant_id)s");
  EXPECT_EQ(of_ecs.size("endpoints"), tables().regions().size());
  EXPECT_EQ(ask(viewer_token, "GET", "/v3/endpoints?interface=admin").size("endpoints"), 0u);
}

TEST_F(Discovery, RegionsAreThoseOfTheCatalogue) {
  const auto list = ask(viewer_token, "GET", "/v3/regions");
  EXPECT_EQ(list.size("regions"), tables().regions().size());
  EXPECT_TRUE(list.at("links.next").is_null());
  const auto one = ask(viewer_token, "GET", "/v3/regions/cn-north-4");
  EXPECT_EQ(one.string("region.id"), "cn-north-4");
  EXPECT_EQ(one.string("region.type"), "public");
  EXPECT_TRUE(one.at("region.parent_region_id").is_null());
  EXPECT_FALSE(one.string("region.locales.zh-cn").empty());
}

TEST_F(Discovery, WhatIsNotThereIsNotFound) {
  const std::pair<std::string, std::string> rows[] = {
      {"/v3/regions/mars-1", "Could not find region: mars-1"},
      {"/v3/services/0", "Could not find service: 0"},
      {"/v3/endpoints/0", "Could not find endpoint: 0"},
  };
  for (const auto& [target, message] : rows) {
    const auto answer = ask(viewer_token, "GET", target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.string("error.message"), message);
    EXPECT_EQ(status("", "GET", target), 401) << target;
  }
}

}  // namespace
}  // namespace jianmen::services::iam
