// Quotas, zones, versions: what a project may have and where.

#include "services/ecs/operations.hpp"
#include "services/ecs/view.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr int kCoresPerServer = 64;
constexpr std::int64_t kRamPerServer = 256 * 1024;  // MB

struct Usage {
  std::int64_t servers = 0, cores = 0, ram = 0;
};

Usage usage_of(const World& world, const Call& call) {
  Usage usage;
  world.records.each_server(project_of(call), call.now, [&](const Server& server) {
    ++usage.servers;
    const Flavor* flavor = world.inventory.find_flavor(server.flavor);
    usage.cores += flavor ? flavor->vcpus : 0;
    usage.ram += flavor ? flavor->ram : 0;
  });
  return usage;
}

json::object absolute_limits(const World& world, const Call& call) {
  const Usage usage = usage_of(world, call);
  const std::int64_t servers = world.deps.settings.server_quota;
  return {{"maxTotalInstances", servers},
          {"maxTotalCores", servers * kCoresPerServer},
          {"maxTotalRAMSize", servers * kRamPerServer},
          {"maxServerMeta", 128},
          {"maxPersonality", 5},
          {"maxPersonalitySize", 10240},
          {"maxImageMeta", 128},
          {"maxTotalKeypairs", -1},
          {"maxServerGroups", 10},
          {"maxServerGroupMembers", 16},
          {"maxSecurityGroups", 100},
          {"maxSecurityGroupRules", 5000},
          {"maxTotalFloatingIps", 50},
          {"maxTotalSpotInstances", -1},
          {"maxTotalSpotCores", -1},
          {"maxTotalSpotRAMSize", -1},
          {"totalInstancesUsed", usage.servers},
          {"totalCoresUsed", usage.cores},
          {"totalRAMUsed", usage.ram},
          {"totalSecurityGroupsUsed", 1},
          {"totalFloatingIpsUsed", 0},
          {"totalServerGroupsUsed", 0},
          {"totalSpotInstancesUsed", 0},
          {"totalSpotCoresUsed", 0},
          {"totalSpotRAMUsed", 0}};
}

json::object quota_set(const World& world, std::string_view project) {
  const std::int64_t servers = world.deps.settings.server_quota;
  return {{"id", project},
          {"instances", servers},
          {"cores", servers * kCoresPerServer},
          {"ram", servers * kRamPerServer},
          {"key_pairs", 100},
          {"metadata_items", 128},
          {"server_groups", 10},
          {"server_group_members", 16},
          {"injected_files", 5},
          {"injected_file_content_bytes", 10240},
          {"injected_file_path_bytes", 255},
          {"security_groups", 100},
          {"security_group_rules", 5000},
          {"floating_ips", 50},
          {"fixed_ips", -1}};
}

struct VersionRow {
  std::string_view id, status, version, min_version, updated;
};
constexpr VersionRow kVersions[] = {
    {"v2.0", "SUPPORTED", "", "", "2011-01-21T11:33:21Z"},
    {"v2.1", "CURRENT", "2.60", "2.1", "2013-07-23T11:33:21Z"},
};

json::object version_view(const Call& call, const VersionRow& row) {
  const std::string path = row.id == "v2.0" ? "/v2/" : "/v2.1/";
  return {{"id", row.id},           {"status", row.status},
          {"version", row.version}, {"min_version", row.min_version},
          {"updated", row.updated}, {"links", json::array{link("self", call.base_url() + path)}}};
}

}  // namespace

const std::vector<std::string>& zones_of(const World& world, const Call& call) {
  static const std::vector<std::string> none;
  const std::string& region =
      call.project && !call.project->region.empty() ? call.project->region : call.region;
  const catalog::Region* found = world.deps.catalog.find_region(region);
  return found ? found->zones : none;
}

Outcome show_server_limits(const World& world, const Call& call) {
  json::object limits = absolute_limits(world, call);
  limits["limit_by_flavor"] = json::array();
  return Reply(json::object{{"absolute", std::move(limits)}});
}

Outcome list_server_az_info(const World& world, const Call& call) {
  json::array zones;
  for (const std::string& zone : zones_of(world, call)) {
    zones.emplace_back(json::object{{"availability_zone_id", zone},
                                    {"type", "Core"},
                                    {"mode", "shared"},
                                    {"public_border_group", "center"},
                                    {"alias", ""},
                                    {"az_group_ids", json::array()},
                                    {"category", 0}});
  }
  return Reply(json::object{{"availability_zones", std::move(zones)}});
}

Outcome nova_list_availability_zones(const World& world, const Call& call) {
  json::array zones;
  for (const std::string& zone : zones_of(world, call)) {
    zones.emplace_back(json::object{
        {"zoneState", json::object{{"available", true}}}, {"hosts", nullptr}, {"zoneName", zone}});
  }
  return Reply(json::object{{"availabilityZoneInfo", std::move(zones)}});
}

Outcome nova_show_limits(const World& world, const Call& call) {
  return Reply(json::object{{"limits", json::object{{"rate", json::array()},
                                                    {"absolute", absolute_limits(world, call)}}}});
}

Outcome nova_show_quota(const World& world, const Call& call) {
  const std::string_view project = call.path("target_project_id");
  if (!project.empty() && project != project_of(call)) {
    return fault(FaultKind::Denied, {}, "Quotas of another project cannot be shown.");
  }
  return Reply(json::object{{"quota_set", quota_set(world, project_of(call))}});
}

Outcome nova_list_versions(const World&, const Call& call) {
  json::array versions;
  for (const VersionRow& row : kVersions) versions.emplace_back(version_view(call, row));
  return Reply(json::object{{"versions", std::move(versions)}});
}

Outcome nova_show_version(const World&, const Call& call) {
  const std::string_view asked = call.path("api_version");
  for (const VersionRow& row : kVersions) {
    if (asked != row.id && !(asked == "v2" && row.id == "v2.0")) continue;
    json::object view = version_view(call, row);
    view["media-types"] =
        json::array{json::object{{"base", "application/json"},
                                 {"type", "application/vnd.openstack.compute+json;version=" +
                                              std::string(row.id == "v2.0" ? "2" : "2.1")}}};
    return Reply(json::object{{"version", std::move(view)}});
  }
  return fault(FaultKind::NotFound);
}

}  // namespace jianmen::services::ecs
