// What clients ask before anything else: versions, the account, the catalogue, regions. Nothing
// here needs a permission; links point to the address at which the request came in, so that a
// client finds its way back.

#include <algorithm>

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/parts.hpp"
#include "services/iam/detail/service_catalog.hpp"

namespace jianmen::services::iam {

namespace json = base::json;

namespace {

constexpr std::size_t kUsualAccount = 512;

json::object version_json(const Call& call) {
  return {
      {"id", "v3.6"},
      {"status", "stable"},
      {"updated", "2016-04-04T00:00:00Z"},
      {"media-types",
       json::array{json::object{{"base", "application/json"},
                                {"type", "application/vnd.openstack.identity-v3+json"}}}},
      {"links", json::array{json::object{{"rel", "self"}, {"href", call.base_url() + "/v3/"}}}}};
}

// 300 without Location: clients read the list and do not follow.
Outcome list_versions(const Dependencies&, const Call& call) {
  return Reply(
      json::object{{"versions", json::object{{"values", json::array{version_json(call)}}}}});
}

Outcome show_version(const Dependencies&, const Call& call) {
  return Reply(json::object{{"version", version_json(call)}});
}

void write_account(base::JsonWriter& json, const Call& call) {
  const auto& principal = *call.principal;
  json.begin_object();
  json.member("description", "");
  json.member("enabled", true);
  json.member("id", principal.account.value);
  json.member("name", principal.account_name);
  write_links(json, call, LinkForm::Self, "/v3/domains/", principal.account.value);
  json.end_object();
}

Outcome list_auth_domains(const Dependencies&, const Call& call) {
  base::JsonWriter json(kUsualAccount);
  json.begin_object();
  json.key("domains");
  json.begin_array();
  write_account(json, call);
  json.end_array();
  write_links(json, call, LinkForm::Self, "/v3/auth/domains");
  json.end_object();
  return Reply::written(json.finish());
}

// One's own account only; another one's id has been refused (403), and OpenStack's command line
// then goes on with what it was given as the id.
Outcome show_domain(const Dependencies&, const Call& call) {
  base::JsonWriter json(kUsualAccount);
  json.begin_object();
  json.key("domain");
  write_account(json, call);
  json.end_object();
  return Reply::written(json.finish());
}

// For the scope of the credential, as its token's own catalogue.
Outcome show_catalog(const Dependencies& with, const Call& call) {
  const auto& scope = call.principal->scope;
  std::string region;
  if (scope.kind == identity::Scope::Kind::Project) {
    if (const auto project = with.directory.find_project(scope.project)) region = project->region;
  }
  return Reply(json::object{{"catalog", token_catalog(with.catalog, call, scope, region)},
                            {"links", links_to(call, "/v3/auth/catalog", LinkForm::Self)}});
}

json::object service_json(const Call& call, const CatalogService& service) {
  return {{"id", service.id},
          {"name", service.name},
          {"type", service.type},
          {"description", ""},
          {"enabled", true},
          {"links", links_to(call, "/v3/services/" + service.id, LinkForm::Full)}};
}

json::object endpoint_json(const Call& call, const CatalogService& service,
                           const CatalogEndpoint& endpoint) {
  return {{"id", endpoint.id},
          {"service_id", service.id},
          {"region", endpoint.region},
          {"region_id", endpoint.region},
          {"interface", "public"},
          {"url", endpoint.url},
          {"enabled", true},
          {"links", links_to(call, "/v3/endpoints/" + endpoint.id, LinkForm::Full)}};
}

Outcome list_services(const Dependencies& with, const Call& call) {
  json::array items;
  for (const auto& service : service_catalog(with.catalog, call)) {
    if (const auto type = call.query("type"); type && *type != service.type) continue;
    items.push_back(service_json(call, service));
  }
  return Reply(json::object{{"services", std::move(items)},
                            {"links", links_to(call, "/v3/services", LinkForm::Full)}});
}

Outcome show_service(const Dependencies& with, const Call& call) {
  for (const auto& service : service_catalog(with.catalog, call)) {
    if (service.id == call.path("service_id"))
      return Reply(json::object{{"service", service_json(call, service)}});
  }
  return not_found(call, "service", call.path("service_id"));
}

Outcome list_endpoints(const Dependencies& with, const Call& call) {
  json::array items;
  const auto wanted_interface = call.query("interface");
  for (const auto& service : service_catalog(with.catalog, call)) {
    if (const auto id = call.query("service_id"); id && *id != service.id) continue;
    if (wanted_interface && *wanted_interface != "public") continue;
    for (const auto& endpoint : service.endpoints)
      items.push_back(endpoint_json(call, service, endpoint));
  }
  return Reply(json::object{{"endpoints", std::move(items)},
                            {"links", links_to(call, "/v3/endpoints", LinkForm::Full)}});
}

Outcome show_endpoint(const Dependencies& with, const Call& call) {
  for (const auto& service : service_catalog(with.catalog, call)) {
    for (const auto& endpoint : service.endpoints) {
      if (endpoint.id != call.path("endpoint_id")) continue;
      return Reply(json::object{{"endpoint", endpoint_json(call, service, endpoint)}});
    }
  }
  return not_found(call, "endpoint", call.path("endpoint_id"));
}

json::object region_json(const Call& call, const catalog::Region& region) {
  return {{"id", region.id},
          {"type", "public"},
          {"parent_region_id", nullptr},
          {"description", ""},
          {"locales", json::object{{"zh-cn", region.name_zh}, {"en-us", region.name_en}}},
          {"links", links_to(call, "/v3/regions/" + region.id, LinkForm::Self)}};
}

Outcome list_regions(const Dependencies& with, const Call& call) {
  json::array items;
  for (const auto& region : with.catalog.regions()) items.push_back(region_json(call, region));
  return Reply(json::object{{"regions", std::move(items)},
                            {"links", links_to(call, "/v3/regions", LinkForm::Full)}});
}

Outcome show_region(const Dependencies& with, const Call& call) {
  const auto* region = with.catalog.find_region(call.path("region_id"));
  if (!region) return not_found(call, "region", call.path("region_id"));
  return Reply(json::object{{"region", region_json(call, *region)}});
}

}  // namespace

void add_discovery(Functions& functions, const Dependencies& with) {
  add(functions, with, "KeystoneListVersions", Runs::OnLoop, list_versions);
  add(functions, with, "KeystoneShowVersion", Runs::OnLoop, show_version);
  add(functions, with, "KeystoneListAuthDomains", Runs::OnLoop, list_auth_domains);
  add(functions, with, "KeystoneShowDomain", Runs::OnLoop, show_domain);
  add(functions, with, "KeystoneShowCatalog", Runs::OnLoop, show_catalog);
  add(functions, with, "KeystoneListServices", Runs::OnLoop, list_services);
  add(functions, with, "KeystoneShowService", Runs::OnLoop, show_service);
  add(functions, with, "KeystoneListEndpoints", Runs::OnLoop, list_endpoints);
  add(functions, with, "KeystoneShowEndpoint", Runs::OnLoop, show_endpoint);
  add(functions, with, "KeystoneListRegions", Runs::OnLoop, list_regions);
  add(functions, with, "KeystoneShowRegion", Runs::OnLoop, show_region);
}

}  // namespace jianmen::services::iam
