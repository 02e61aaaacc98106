#include "services/iam/detail/service_catalog.hpp"

#include <array>

#include "crypto/digest.hpp"

namespace jianmen::services::iam {

namespace {

namespace json = base::json;

constexpr std::string_view kTenant = "$(tenant_id)s";

// What this installation answers, by the types that clients look for: the cloud's own and
// OpenStack's.
struct Published {
  std::string_view service;  // of the catalogue
  std::string_view name, type;
  std::string_view path;
};

constexpr std::array<Published, 5> kPublished{{
    {"iam", "iam", "iam", "/v3.0"},
    {"iam", "keystone", "identity", "/v3"},
    {"ecs", "ecs", "ecs", "/v1/$(tenant_id)s"},
    {"ecs", "nova", "compute", "/v2.1/$(tenant_id)s"},
    {"tms", "tms", "tms", "/v1.0"},
}};

std::string id_of(std::string_view kind, std::string_view name) {
  return crypto::hex_digest(crypto::Hash::Sha256, std::string(kind) + "/" + std::string(name))
      .substr(0, 32);
}

bool is_regional(std::string_view service) { return service == "ecs"; }

std::string host_in(const catalog::Catalog& catalog, std::string_view service,
                    std::string_view region) {
  for (const auto& endpoint : catalog.endpoints(service, region)) {
    if (endpoint.region || !is_regional(service)) return endpoint.host;
  }
  return {};
}

// One host for all regions: IAM's and TMS's region-less names.
std::string global_host(std::string_view service) {
  return std::string(service) + ".myhuaweicloud.com";
}

}  // namespace

std::vector<CatalogService> service_catalog(const catalog::Catalog& catalog, const Call& call) {
  const bool plain = !catalog.is_cloud_host(call.host);
  std::vector<CatalogService> services;
  for (const auto& row : kPublished) {
    CatalogService service{id_of("service", row.type),
                           std::string(row.name),
                           std::string(row.type),
                           row.path.find(kTenant) != std::string_view::npos,
                           {}};
    const auto add = [&](std::string_view region, const std::string& host) {
      const std::string root = plain ? call.base_url() : "https://" + host;
      service.endpoints.push_back(
          {id_of("endpoint", std::string(row.type) + "/" + std::string(region)),
           std::string(region), root + std::string(row.path)});
    };
    if (!is_regional(row.service)) add("*", global_host(row.service));
    // OpenStack clients compare regions for equality and never find "*": one entry a region
    // besides.
    if (is_regional(row.service) || row.type == "identity") {
      for (const auto& region : catalog.regions()) {
        const std::string host = host_in(catalog, row.service, region.id);
        if (plain || !host.empty()) add(region.id, host);
      }
    }
    services.push_back(std::move(service));
  }
  return services;
}

json::array token_catalog(const catalog::Catalog& catalog, const Call& call,
                          const identity::Scope& scope, std::string_view region) {
  json::array entries;
  for (const auto& service : service_catalog(catalog, call)) {
    json::array endpoints;
    for (const auto& endpoint : service.endpoints) {
      const bool here = endpoint.region == "*" || endpoint.region == region ||
                        (region.empty() && service.type == "identity");
      if (!here || (service.per_project && scope.kind != identity::Scope::Kind::Project)) continue;
      std::string url = endpoint.url;
      if (const auto at = url.find(kTenant); at != std::string::npos) {
        url.replace(at, kTenant.size(), scope.project.value);
      }
      endpoints.push_back(json::object{{"id", endpoint.id},
                                       {"interface", "public"},
                                       {"region", endpoint.region},
                                       {"region_id", endpoint.region},
                                       {"url", url}});
    }
    if (endpoints.empty()) continue;
    entries.push_back(json::object{{"id", service.id},
                                   {"name", service.name},
                                   {"type", service.type},
                                   {"endpoints", std::move(endpoints)}});
  }
  return entries;
}

}  // namespace jianmen::services::iam
