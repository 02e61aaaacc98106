// The OpenStack calls for servers: the same servers, written the way Nova writes them.

#include <algorithm>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "services/ecs/actions.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/filter.hpp"
#include "services/ecs/view.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

json::array links_of(const Call& call, const Server& server) {
  const std::string base = call.base_url(), rest = server.project + "/servers/" + server.id;
  return {link("self", base + "/v2.1/" + rest), link("bookmark", base + "/" + rest)};
}

json::object reference(const Call& call, const Server& server, std::string_view kind,
                       std::string_view id) {
  std::string href = call.base_url() + "/" + server.project + "/";
  href.append(kind).append("/").append(id);
  return {{"id", id}, {"links", json::array{link("bookmark", std::move(href))}}};
}

json::object addresses_of(const Server& server) {
  json::array list;
  for (const Nic& nic : server.nics) {
    list.emplace_back(json::object{{"version", 4},
                                   {"addr", nic.address},
                                   {"OS-EXT-IPS:type", "fixed"},
                                   {"OS-EXT-IPS-MAC:mac_addr", nic.mac}});
  }
  json::object addresses;
  addresses[server.vpc] = std::move(list);
  return addresses;
}

void add_state(json::object& view, const Server& server) {
  view["OS-EXT-STS:vm_state"] = text(server.state);
  view["OS-EXT-STS:task_state"] =
      server.pending ? json::value(transition(server.pending->event).task) : json::value(nullptr);
  view["OS-EXT-STS:power_state"] = power_state(server.state);
  view["OS-SRV-USG:launched_at"] = server.launched
                                       ? json::value(base::to_iso_micros_bare(*server.launched))
                                       : json::value(nullptr);
  view["OS-SRV-USG:terminated_at"] = nullptr;
}

json::object nova_view(const World& world, const Call& call, const Server& server) {
  json::array volumes, groups;
  for (const Volume& volume : server.volumes) volumes.emplace_back(json::object{{"id", volume.id}});
  for (const auto& group : server.security_groups) {
    groups.emplace_back(json::object{{"name", group.second}});
  }
  const std::string host = host_id(server);
  json::object view{{"id", server.id},
                    {"name", server.name},
                    {"status", server.status()},
                    {"tenant_id", server.project},
                    {"user_id", server.user},
                    {"created", base::to_iso_seconds(server.created)},
                    {"updated", base::to_iso_seconds(server.updated)},
                    {"flavor", reference(call, server, "flavors", server.flavor)},
                    {"image", reference(call, server, "images", server.image)},
                    {"addresses", addresses_of(server)},
                    {"metadata", system_metadata(server, world.inventory, {})},
                    {"hostId", host},
                    {"links", links_of(call, server)},
                    {"security_groups", std::move(groups)},
                    {"os-extended-volumes:volumes_attached", std::move(volumes)},
                    {"OS-DCF:diskConfig", "MANUAL"},
                    {"OS-EXT-AZ:availability_zone", server.zone},
                    {"OS-EXT-SRV-ATTR:host", host},
                    {"OS-EXT-SRV-ATTR:hypervisor_hostname", host},
                    {"OS-EXT-SRV-ATTR:instance_name", "instance-" + server.id.substr(0, 8)},
                    {"OS-EXT-SRV-ATTR:hostname", host_name(server)},
                    {"OS-EXT-SRV-ATTR:root_device_name", "/dev/vda"},
                    {"OS-EXT-SRV-ATTR:reservation_id", server.reservation},
                    {"OS-EXT-SRV-ATTR:launch_index", server.launch_index},
                    {"host_status", "UP"},
                    {"tags", tag_texts(server, {})},
                    {"locked", server.locked},
                    {"description", server.description},
                    {"accessIPv4", ""},
                    {"accessIPv6", ""},
                    {"config_drive", ""},
                    {"progress", 0}};
  view["key_name"] = server.key_name.empty() ? json::value(nullptr) : json::value(server.key_name);
  add_state(view, server);
  return view;
}

// What the shared code refused, in Nova's words.
std::unexpected<Fault> as_nova(Fault fault, std::string_view id) {
  if (fault.kind == FaultKind::NotFound) return no_such_server_nova(id);
  fault.status = 0;
  fault.code.clear();
  if (fault.kind == FaultKind::State) {
    fault.message =
        "Cannot do that to instance " + std::string(id) + " while it is in its state or locked.";
  }
  return std::unexpected(std::move(fault));
}

std::expected<std::size_t, Fault> read_limit(const Call& call) {
  const auto limit = read_number(call, "limit", 25, 0, 1'000'000'000);
  if (!limit) return fault(FaultKind::Parameter, {}, "Invalid input for query parameters limit.");
  if (*limit > 1000) return fault(FaultKind::Denied, {}, "The limit exceeds the maximum of 1000.");
  return *limit;
}

std::expected<std::size_t, Fault> after_marker(const ServerList& servers, const Call& call) {
  const std::optional<std::string_view> marker = call.query("marker");
  if (!marker || marker->empty()) return 0;
  const auto at = std::ranges::find(
      servers, *marker, [](const auto& server) -> std::string_view { return server->id; });
  if (at == servers.end()) {
    return fault(FaultKind::Parameter, {}, "marker [" + std::string(*marker) + "] not found");
  }
  return static_cast<std::size_t>(at - servers.begin()) + 1;
}

std::string next_href(const Call& call, std::string_view last) {
  std::string href = call.base_url() + "/v2.1/" + project_of(call) + "/servers" +
                     (call.operation.path.ends_with("detail") ? "/detail" : "") + "?";
  for (const auto& [name, value] : call.query_values) {
    if (name == "marker") continue;
    href += base::percent_encode(name) + "=" + base::percent_encode(value) + "&";
  }
  return href + "marker=" + std::string(last);
}

template <class View>
Outcome list(const World& world, const Call& call, View view) {
  const auto limit = read_limit(call);
  if (!limit) return std::unexpected(limit.error());
  const auto filter = nova_filter(call);
  if (!filter) return std::unexpected(filter.error());
  const std::shared_ptr<const ServerList> servers = world.records.list_servers(project_of(call));
  const auto start = after_marker(*servers, call);
  if (!start) return std::unexpected(start.error());
  json::array views;
  std::string last;
  bool more = false;
  for (std::size_t i = *start; i < servers->size() && !more; ++i) {
    const Server& server = (*servers)[i].at(call.now);
    if (server.state == VmState::Deleted || !filter->matches(server)) continue;
    more = views.size() == *limit;
    if (more) break;
    views.emplace_back(view(server));
    last = server.id;
  }
  json::object answer{{"servers", std::move(views)}};
  if (more && *limit > 0) {
    answer["servers_links"] = json::array{link("next", next_href(call, last))};
  }
  return Reply(std::move(answer));
}

Outcome act(const World& world, const Call& call, Event event) {
  const std::string_view id = call.path("server_id");
  const auto server = act_alone(world, call, id, event);
  if (!server) return as_nova(server.error(), id);
  return Reply::empty();
}

Outcome set_lock(const World& world, const Call& call, bool locked) {
  const std::string_view id = call.path("server_id");
  const auto server =
      world.records.change_server(project_of(call), id, call.now, [&](Server& server) -> Checked {
        server.locked = locked;
        return {};
      });
  if (!server) return as_nova(server.error(), id);
  return Reply::empty();
}

}  // namespace

Outcome nova_list_servers(const World& world, const Call& call) {
  return list(world, call, [&](const Server& server) {
    return json::object{
        {"id", server.id}, {"name", server.name}, {"links", links_of(call, server)}};
  });
}

Outcome nova_list_servers_details(const World& world, const Call& call) {
  return list(world, call, [&](const Server& server) { return nova_view(world, call, server); });
}

Outcome nova_show_server(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return no_such_server_nova(call.path("server_id"));
  return Reply(json::object{{"server", nova_view(world, call, *server)}});
}

Outcome nova_start_server(const World& world, const Call& call) {
  return act(world, call, Event::Start);
}

Outcome nova_stop_server(const World& world, const Call& call) {
  return act(world, call, Event::Stop);
}

Outcome nova_reboot_server(const World& world, const Call& call) {
  const json::value* reboot = base::find(call.body, "reboot");
  const std::string type = reboot ? base::string_or(*reboot, "type", "") : std::string();
  if (type != "SOFT" && type != "HARD") {
    return fault(FaultKind::Parameter, {}, "Argument 'type' for reboot is not HARD or SOFT");
  }
  return act(world, call, type == "HARD" ? Event::HardReboot : Event::Reboot);
}

Outcome nova_delete_server(const World& world, const Call& call) {
  return act(world, call, Event::Delete);
}

Outcome nova_lock_server(const World& world, const Call& call) {
  return set_lock(world, call, true);
}

Outcome nova_unlock_server(const World& world, const Call& call) {
  return set_lock(world, call, false);
}

}  // namespace jianmen::services::ecs
