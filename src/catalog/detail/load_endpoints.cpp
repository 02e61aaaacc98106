#include "catalog/detail/tables.hpp"

namespace jianmen::catalog::detail {

namespace {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;
namespace json = base::json;

constexpr std::string_view kFile = "data/endpoints.json";

std::unexpected<base::Error> bad(std::string_view where, std::string_view why) {
  return fail(Code::Internal,
              std::string(kFile) + ": " + std::string(where) + ": " + std::string(why));
}

std::vector<std::string> texts(const json::value& value, std::string_view key) {
  std::vector<std::string> found;
  if (const auto* array = base::find_array(value, key)) {
    for (const auto& item : *array) {
      if (const auto* text = item.if_string()) found.emplace_back(*text);
    }
  }
  return found;
}

Region read_region(std::string_view id, const json::value& row) {
  Region region;
  region.id = id;
  region.name_en = base::string_or(row, "name_en", id);
  region.name_zh = base::string_or(row, "name_zh", id);
  region.zones = texts(row, "azs_seen");
  if (region.zones.empty()) {
    for (const char letter : {'a', 'b', 'c'}) region.zones.push_back(region.id + letter);
  }
  return region;
}

Result<ServiceEntry> read_service(std::string_view name, const json::value& row) {
  ServiceEntry service;
  service.name = name;
  const std::string kind = base::string_or(row, "kind", "");
  if (kind == "regional" || kind == "global-credential-regional-hosts") {
    service.kind = ServiceKind::Regional;
  } else if (kind == "global" || kind == "global-with-regional-hosts") {
    service.kind = ServiceKind::Global;
  } else if (kind == "single-host") {
    service.kind = ServiceKind::SingleHost;
  } else {
    return bad(name, "unknown kind '" + kind + "'");
  }
  service.credential = base::string_or(row, "credential", "");
  service.endpoint_env_key = base::string_or(row, "endpoint_env_key", "");
  service.versions = texts(row, "versions");
  return service;
}

// A host belongs to a region when it says so; else it serves all.
bool names_region(std::string_view host, std::string_view region) {
  const auto at = host.find(region);
  if (at == std::string_view::npos || at == 0 || host[at - 1] != '.') return false;
  return at + region.size() < host.size() && host[at + region.size()] == '.';
}

class EndpointReader {
 public:
  explicit EndpointReader(Tables& tables) : tables_(tables) {}

  Result<> read(const ServiceEntry& service, const json::value& row) {
    first_ = tables_.endpoints.size();
    if (const auto host = base::find_string(row, "global_host")) add(service, *host, nullptr);
    for (const std::string& id : texts(row, "regions")) {
      const auto region = tables_.region_of.find(id);
      if (region == tables_.region_of.end())
        return bad(service.name, "unknown region '" + id + "'");
      std::string host = base::string_or(row, "pattern", "");
      const auto hole = host.find("{region}");
      if (hole == std::string::npos) return bad(service.name, "the pattern has no {region}");
      host.replace(hole, 8, id);
      add(service, host, region->second);
      add_failover(service, row, id, host, region->second);
    }
    const auto* others = base::find_object(row, "other");
    if (others == nullptr) return {};
    for (const auto& [id, hosts] : *others) {
      const auto region = tables_.region_of.find(id);
      if (region == tables_.region_of.end()) {
        return bad(service.name, "unknown region '" + std::string(id) + "'");
      }
      if (const auto* host = hosts.if_string()) add(service, *host, region->second);
      if (const auto* array = hosts.if_array()) {
        for (const auto& host : *array) {
          if (const auto* text = host.if_string()) add(service, *text, region->second);
        }
      }
    }
    return {};
  }

 private:
  // The same host with myhuaweicloud.com replaced: where SDKs go when the first cannot be reached.
  void add_failover(const ServiceEntry& service, const json::value& row, std::string_view region_id,
                    std::string_view host, const Region* region) {
    constexpr std::string_view kDomain = "myhuaweicloud.com";
    const auto* domains = base::find_object(row, "failover_domain");
    if (domains == nullptr || !host.ends_with(kDomain)) return;
    for (const auto& [domain, regions] : *domains) {
      const auto* array = regions.if_array();
      if (array == nullptr) continue;
      for (const auto& id : *array) {
        if (!id.is_string() || std::string_view(id.get_string()) != region_id) continue;
        add(service,
            std::string(host.substr(0, host.size() - kDomain.size())) + std::string(domain),
            region);
      }
    }
  }

  void add(const ServiceEntry& service, std::string_view host, const Region* region) {
    if (region != nullptr && !names_region(host, region->id)) region = nullptr;
    if (region == nullptr) {  // several regions of a service share such a host
      for (std::size_t i = first_; i < tables_.endpoints.size(); ++i) {
        if (tables_.endpoints[i].host == host) return;
      }
    }
    tables_.endpoints.push_back({&service, region, std::string(host)});
  }

  Tables& tables_;
  std::size_t first_ = 0;  // endpoint of the service that is being read
};

}  // namespace

Result<> load_endpoints(Tables& tables) {
  auto document = load_document(tables, "endpoints.json");
  if (!document) return error_of(document);
  const auto* regions = base::find_object(**document, "regions");
  const auto* services = base::find_object(**document, "services");
  if (regions == nullptr || services == nullptr)
    return bad("root", "regions or services are missing");
  tables.domains = texts(**document, "domains");
  if (tables.domains.empty()) return bad("root", "domains are missing");

  tables.regions.reserve(regions->size());
  for (const auto& [id, row] : *regions) tables.regions.push_back(read_region(id, row));
  for (const Region& region : tables.regions) tables.region_of.emplace(region.id, &region);

  tables.services.reserve(services->size());
  for (const auto& [name, row] : *services) {
    auto service = read_service(name, row);
    if (!service) return error_of(service);
    tables.services.push_back(std::move(*service));
  }
  EndpointReader reader(tables);
  tables.endpoints.reserve(4096);
  for (const ServiceEntry& service : tables.services) {
    tables.service_of.emplace(service.name, &service);
    for (std::string& other : texts(services->at(service.name), "also_serves")) {
      tables.also_serves.emplace_back(&service, std::move(other));
    }
    if (auto read = reader.read(service, services->at(service.name)); !read) return error_of(read);
  }
  tables.endpoint_of.reserve(tables.endpoints.size());
  for (const Endpoint& endpoint : tables.endpoints)
    tables.endpoint_of.emplace(endpoint.host, &endpoint);
  return {};
}

}  // namespace jianmen::catalog::detail
