#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/operations.hpp"
#include "services/ecs/view.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

using Flavors = std::vector<const Flavor*>;

json::object extra_specs(const World& world, const Call& call, const Flavor& flavor) {
  json::object specs{{"ecs:performancetype", flavor.performance},
                     {"ecs:generation", flavor.generation},
                     {"ecs:virtualization_env_types", "CloudCompute"},
                     {"resource_type", "IOoptimized"},
                     {"cond:operation:status", flavor.status},
                     {"quota:vif_max_num", std::to_string(flavor.max_nics)}};
  if (flavor.architecture == "arm64") specs["ecs:instance_architecture"] = "arm64";
  std::string zones;
  for (const std::string& zone : zones_of(world, call)) {
    zones += (zones.empty() ? "" : ", ") + zone + "(" + flavor.status + ")";
  }
  specs["cond:operation:az"] = zones;
  return specs;
}

std::string flavor_href(const Call& call, const Flavor& flavor, bool bookmark) {
  return call.base_url() + (bookmark ? "/" : "/v2.1/") + project_of(call) + "/flavors/" + flavor.id;
}

json::array links_of(const Call& call, const Flavor& flavor, bool with_type) {
  json::array links{link("self", flavor_href(call, flavor, false)),
                    link("bookmark", flavor_href(call, flavor, true))};
  if (with_type) {
    for (json::value& item : links) item.get_object()["type"] = nullptr;
  }
  return links;
}

// vcpus is text and ram a number: so this wire has it.
json::object native_view(const World& world, const Call& call, const Flavor& flavor,
                         std::string_view specs_key) {
  json::object view{{"id", flavor.id},
                    {"name", flavor.id},
                    {"vcpus", std::to_string(flavor.vcpus)},
                    {"ram", flavor.ram},
                    {"disk", "0"},
                    {"swap", ""},
                    {"links", links_of(call, flavor, true)},
                    {"OS-FLV-EXT-DATA:ephemeral", 0},
                    {"OS-FLV-DISABLED:disabled", false},
                    {"rxtx_factor", 1},
                    {"rxtx_quota", nullptr},
                    {"rxtx_cap", nullptr},
                    {"os-flavor-access:is_public", true}};
  view[specs_key] = extra_specs(world, call, flavor);
  return view;
}

json::object nova_view(const Call& call, const Flavor& flavor) {
  return {{"id", flavor.id},
          {"name", flavor.id},
          {"vcpus", flavor.vcpus},
          {"ram", flavor.ram},
          {"disk", 0},
          {"swap", ""},
          {"links", links_of(call, flavor, false)},
          {"OS-FLV-EXT-DATA:ephemeral", 0},
          {"OS-FLV-DISABLED:disabled", false},
          {"rxtx_factor", 1.0},
          {"os-flavor-access:is_public", true}};
}

Flavors all_of(const World& world) {
  Flavors flavors;
  for (const Flavor& flavor : world.inventory.flavors()) flavors.push_back(&flavor);
  return flavors;
}

// Cuts `flavors` down to the page that limit and marker ask for.
std::expected<void, Fault> cut_page(const Call& call, Flavors& flavors) {
  const auto limit = read_number(call, "limit", 1000, 1, 1000);
  if (!limit) return std::unexpected(limit.error());
  if (const auto marker = call.query("marker"); marker && !marker->empty()) {
    const auto at = std::ranges::find(
        flavors, *marker, [](const Flavor* flavor) -> std::string_view { return flavor->id; });
    if (at == flavors.end()) return invalid("marker[" + std::string(*marker) + "] is invalid.");
    flavors.erase(flavors.begin(), at + 1);
  }
  if (flavors.size() > *limit) flavors.resize(*limit);
  return {};
}

void sort_flavors(const Call& call, std::string_view key, Flavors& flavors) {
  const bool down = call.query("sort_dir") == "desc";
  std::ranges::stable_sort(flavors, [&](const Flavor* a, const Flavor* b) {
    if (down) std::swap(a, b);
    if (key == "memory_mb") return a->ram < b->ram;
    if (key == "vcpus") return a->vcpus < b->vcpus;
    if (key == "root_gb") return false;
    return a->id < b->id;
  });
}

// The flavor to resize from: of a server, else by id, else by name.
std::expected<std::string, Fault> resize_source(const World& world, const Call& call) {
  const std::string_view server_id = call.query("instance_uuid").value_or("");
  if (!server_id.empty()) {
    const auto server = world.records.find_server(project_of(call), server_id, call.now);
    if (!server) return no_such_server(server_id);
    return server->flavor;
  }
  for (const std::string_view name : {"source_flavor_id", "source_flavor_name"}) {
    const std::string_view id = call.query(name).value_or("");
    if (id.empty()) continue;
    if (!world.inventory.find_flavor(id)) return ecs_fault("Ecs.0029");
    return std::string(id);
  }
  return invalid("one of instance_uuid, source_flavor_id, source_flavor_name is required.");
}

std::expected<Flavors, Fault> nova_page(const World& world, const Call& call) {
  const auto least_ram = read_number(call, "minRam", 0, 0, 1U << 30);
  const auto least_disk = read_number(call, "minDisk", 0, 0, 1U << 30);
  if (!least_ram || !least_disk) return fault(FaultKind::Parameter);
  Flavors flavors = all_of(world);
  std::erase_if(flavors, [&](const Flavor* flavor) {
    return static_cast<std::size_t>(flavor->ram) < *least_ram || *least_disk > 0;
  });
  if (call.query("sort_key")) sort_flavors(call, *call.query("sort_key"), flavors);
  if (auto cut = cut_page(call, flavors); !cut) {
    return fault(FaultKind::Parameter, {}, cut.error().message);
  }
  return flavors;
}

const Flavor* named_flavor(const World& world, const Call& call) {
  return world.inventory.find_flavor(call.path("flavor_id"));
}

std::unexpected<Fault> no_such_flavor(const Call& call) {
  return fault(FaultKind::NotFound, {},
               "Flavor " + std::string(call.path("flavor_id")) + " could not be found.");
}

}  // namespace

// With availability_zone only what can be had there now.
Outcome list_flavors(const World& world, const Call& call) {
  Flavors flavors = all_of(world);
  if (const auto zone = call.query("availability_zone"); zone && !zone->empty()) {
    const std::vector<std::string>& zones = zones_of(world, call);
    if (std::ranges::find(zones, *zone) == zones.end()) {
      return invalid("availability_zone[" + std::string(*zone) + "] is invalid.");
    }
    std::erase_if(flavors, [](const Flavor* flavor) { return flavor->status != "normal"; });
  }
  if (const auto id = call.query("flavor_id"); id && !id->empty()) {
    std::erase_if(flavors, [&](const Flavor* flavor) { return flavor->id != *id; });
  }
  if (auto cut = cut_page(call, flavors); !cut) return std::unexpected(cut.error());
  json::array views;
  for (const Flavor* flavor : flavors) {
    json::object view = native_view(world, call, *flavor, "os_extra_specs");
    view["attachableQuantity"] = json::object{
        {"free_scsi", 60}, {"free_blk", 24}, {"free_disk", 60}, {"free_nic", flavor->max_nics}};
    views.emplace_back(std::move(view));
  }
  return Reply(json::object{{"flavors", std::move(views)}});
}

Outcome list_resize_flavors(const World& world, const Call& call) {
  const auto source = resize_source(world, call);
  if (!source) return std::unexpected(source.error());
  const Flavor* from = world.inventory.find_flavor(*source);
  Flavors flavors = all_of(world);
  std::erase_if(flavors, [&](const Flavor* flavor) {
    return flavor == from || flavor->status != "normal" ||
           (from && flavor->architecture != from->architecture);
  });
  sort_flavors(call, call.query("sort_key").value_or("flavorid"), flavors);
  if (auto cut = cut_page(call, flavors); !cut) return std::unexpected(cut.error());
  json::array views;
  for (const Flavor* flavor : flavors) {
    views.emplace_back(native_view(world, call, *flavor, "extra_specs"));
  }
  return Reply(json::object{{"flavors", std::move(views)}});
}

Outcome nova_list_flavors(const World& world, const Call& call) {
  const auto flavors = nova_page(world, call);
  if (!flavors) return std::unexpected(flavors.error());
  json::array views;
  for (const Flavor* flavor : *flavors) {
    views.emplace_back(json::object{
        {"id", flavor->id}, {"name", flavor->id}, {"links", links_of(call, *flavor, false)}});
  }
  return Reply(json::object{{"flavors", std::move(views)}});
}

Outcome nova_list_flavors_detail(const World& world, const Call& call) {
  const auto flavors = nova_page(world, call);
  if (!flavors) return std::unexpected(flavors.error());
  json::array views;
  for (const Flavor* flavor : *flavors) views.emplace_back(nova_view(call, *flavor));
  return Reply(json::object{{"flavors", std::move(views)}});
}

Outcome nova_show_flavor(const World& world, const Call& call) {
  const Flavor* flavor = named_flavor(world, call);
  if (!flavor) return no_such_flavor(call);
  return Reply(json::object{{"flavor", nova_view(call, *flavor)}});
}

Outcome nova_show_flavor_extra_specs(const World& world, const Call& call) {
  const Flavor* flavor = named_flavor(world, call);
  if (!flavor) return no_such_flavor(call);
  return Reply(json::object{{"extra_specs", extra_specs(world, call, *flavor)}});
}

}  // namespace jianmen::services::ecs
