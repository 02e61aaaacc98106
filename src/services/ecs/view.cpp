#include "services/ecs/view.hpp"

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

json::value or_null(std::string_view text, const json::storage_ptr& storage) {
  return text.empty() ? json::value(nullptr, storage) : json::value(text, storage);
}

json::value task_of(const Server& server, const json::storage_ptr& storage) {
  return server.pending ? json::value(transition(server.pending->event).task, storage)
                        : json::value(nullptr, storage);
}

json::value launched_of(const Server& server, const json::storage_ptr& storage) {
  return server.launched ? json::value(base::to_iso_micros_bare(*server.launched), storage)
                         : json::value(nullptr, storage);
}

// The members are all text here, numbers included.
json::object flavor_texts(const Server& server, const Inventory& inventory,
                          const json::storage_ptr& storage) {
  const Flavor* flavor = inventory.find_flavor(server.flavor);
  json::object view(storage);
  view.reserve(7);
  view.emplace("id", server.flavor);
  view.emplace("name", server.flavor);
  view.emplace("vcpus", flavor ? std::to_string(flavor->vcpus) : "0");
  view.emplace("ram", flavor ? std::to_string(flavor->ram) : "0");
  view.emplace("disk", "0");
  view.emplace("gpus", json::array(storage));
  view.emplace("asic_accelerators", json::array(storage));
  return view;
}

json::object flavor_numbers(const Server& server, const Inventory& inventory) {
  const Flavor* flavor = inventory.find_flavor(server.flavor);
  return {{"id", server.flavor},
          {"name", server.flavor},
          {"vcpus", flavor ? flavor->vcpus : 0},
          {"ram", flavor ? flavor->ram : 0},
          {"disk", 0},
          {"gpus", json::array()},
          {"asic_accelerators", json::array()}};
}

json::object addresses_of(const Server& server, const json::storage_ptr& storage) {
  json::array list(storage);
  list.reserve(server.nics.size());
  for (const Nic& nic : server.nics) {
    json::object entry(storage);
    entry.reserve(6);
    entry.emplace("version", "4");
    entry.emplace("addr", nic.address);
    entry.emplace("primary", &nic == &server.nics.front());
    entry.emplace("OS-EXT-IPS:type", "fixed");
    entry.emplace("OS-EXT-IPS-MAC:mac_addr", nic.mac);
    entry.emplace("OS-EXT-IPS:port_id", nic.port);
    list.emplace_back(std::move(entry));
  }
  json::object addresses(storage);
  addresses.emplace(server.vpc, std::move(list));
  return addresses;
}

json::array volumes_of(const Server& server, const json::storage_ptr& storage) {
  json::array list(storage);
  for (const Volume& volume : server.volumes) {
    json::object entry(storage);
    entry.emplace("id", volume.id);
    entry.emplace("delete_on_termination", volume.delete_on_termination ? "true" : "false");
    entry.emplace("device", volume.device);
    if (volume.boot_index >= 0) {
      entry.emplace("bootIndex", std::to_string(volume.boot_index));
    } else {
      entry.emplace("bootIndex", nullptr);
    }
    list.emplace_back(std::move(entry));
  }
  return list;
}

json::array security_groups_of(const Server& server, const json::storage_ptr& storage) {
  json::array list(storage);
  for (const auto& [id, name] : server.security_groups) {
    json::object entry(storage);
    entry.emplace("name", name);
    entry.emplace("id", id);
    list.emplace_back(std::move(entry));
  }
  return list;
}

json::array interfaces_of(const Server& server, const json::storage_ptr& storage) {
  json::array list(storage);
  for (const Nic& nic : server.nics) {
    json::object entry(storage);
    json::array addresses(storage);
    addresses.emplace_back(nic.address);
    entry.emplace("port_id", nic.port);
    entry.emplace("primary", &nic == &server.nics.front());
    entry.emplace("ip_addresses", std::move(addresses));
    entry.emplace("ipv6_addresses", json::array(storage));
    entry.emplace("subnet_id", nic.network);
    list.emplace_back(std::move(entry));
  }
  return list;
}

json::object hints_of(const Server& server, const json::storage_ptr& storage) {
  json::object hints(storage);
  if (!server.group.empty()) {
    json::array group(storage);
    group.emplace_back(server.group);
    hints.emplace("group", std::move(group));
  }
  return hints;
}

json::array system_tags_of(const Server& server, const json::storage_ptr& storage) {
  json::object tag(storage);
  tag.emplace("key", "_sys_enterprise_project_id");
  tag.emplace("value", server.enterprise_project);
  json::array list(storage);
  list.emplace_back(std::move(tag));
  return list;
}

void add_state(json::object& view, const Server& server, const json::storage_ptr& storage) {
  view.emplace("status", server.status());
  view.emplace("OS-EXT-STS:vm_state", text(server.state));
  view.emplace("OS-EXT-STS:task_state", task_of(server, storage));
  view.emplace("OS-EXT-STS:power_state", power_state(server.state));
  view.emplace("created", base::to_iso_seconds(server.created));
  view.emplace("updated", base::to_iso_seconds(server.updated));
  view.emplace("OS-SRV-USG:launched_at", launched_of(server, storage));
  view.emplace("OS-SRV-USG:terminated_at", nullptr);
}

void add_host(json::object& view, const Server& server) {
  const std::string host = host_id(server);
  view.emplace("hostId", host);
  view.emplace("OS-EXT-SRV-ATTR:host", host);
  view.emplace("OS-EXT-SRV-ATTR:hypervisor_hostname", host);
  view.emplace("OS-EXT-SRV-ATTR:instance_name", "instance-" + server.id.substr(0, 8));
  view.emplace("OS-EXT-SRV-ATTR:hostname", host_name(server));
  view.emplace("OS-EXT-SRV-ATTR:root_device_name", "/dev/vda");
  view.emplace("OS-EXT-SRV-ATTR:launch_index", server.launch_index);
  view.emplace("OS-EXT-SRV-ATTR:reservation_id", server.reservation);
  view.emplace("OS-EXT-SRV-ATTR:kernel_id", "");
  view.emplace("OS-EXT-SRV-ATTR:ramdisk_id", "");
  view.emplace("OS-EXT-AZ:availability_zone", server.zone);
  view.emplace("host_status", "UP");
}

json::array numbered_addresses(const Server& server, bool with_port) {
  json::array list;
  for (const Nic& nic : server.nics) {
    json::object entry{{"addr", nic.address}, {"version", 4}};
    if (with_port) {
      entry["OS-EXT-IPS:port_id"] = nic.port;
      entry["OS-EXT-IPS-MAC:mac_addr"] = nic.mac;
      entry["OS-EXT-IPS:type"] = "fixed";
      entry["primary"] = &nic == &server.nics.front();
    }
    list.emplace_back(std::move(entry));
  }
  return list;
}

json::object market_info(const Server& server) {
  if (!server.paid_until) return {{"charge_mode", "postpaid"}};
  return {{"charge_mode", "prepaid"},
          {"prepaid_info", {{"expired_time", base::to_iso_seconds(*server.paid_until)}}}};
}

}  // namespace

json::storage_ptr answer_storage() {
  return json::make_shared_resource<json::monotonic_resource>(8192);
}

std::string host_id(const Server& server) {
  std::string id;
  id.reserve(56);
  for (const char c : server.id) {
    if (c != '-') id += c;
  }
  id += std::string_view(server.project).substr(0, 24);
  id.resize(56, '0');
  return id;
}

std::string host_name(const Server& server) {
  if (!server.hostname.empty()) return server.hostname;
  std::string name = base::to_lower(server.name);
  for (char& c : name) {
    if (c == '_') c = '-';
  }
  return name;
}

json::object link(std::string_view rel, std::string href) {
  return {{"rel", rel}, {"href", std::move(href)}};
}

json::array tag_texts(const Server& server, json::storage_ptr storage) {
  json::array list(storage);
  list.reserve(server.tags.size());
  for (const auto& [key, value] : server.tags) {
    list.emplace_back(value.empty() ? key : key + "=" + value);
  }
  return list;
}

json::object system_metadata(const Server& server, const Inventory& inventory,
                             json::storage_ptr storage) {
  const Image* image = inventory.find_image(server.image);
  const bool windows = image && image->windows();
  json::object view(storage);
  view.reserve(16 + server.metadata.size());
  for (const auto& [key, value] : server.metadata) view.emplace(key, value);
  const auto set = [&](std::string_view key, std::string_view value) { view[key] = value; };
  set("charging_mode", server.paid_until ? "1" : "0");
  set("vpc_id", server.vpc);
  set("metering.image_id", server.image);
  set("metering.imagetype", "gold");
  set("metering.resourcespeccode", server.flavor + (windows ? ".win" : ".linux"));
  set("metering.resourcetype", "1");
  set("image_name", image ? image->name : std::string());
  set("os_bit", "64");
  set("os_type", windows ? "Windows" : "Linux");
  set("cascaded.instance_extrainfo", "pcibridge:1");
  if (!server.agency.empty()) set("agency_name", server.agency);
  return view;
}

json::object detail_view(const Server& server, const Inventory& inventory,
                         json::storage_ptr storage) {
  json::object view(storage);
  view.reserve(48);
  view.emplace("id", server.id);
  view.emplace("name", server.name);
  view.emplace("addresses", addresses_of(server, storage));
  view.emplace("flavor", flavor_texts(server, inventory, storage));
  json::object image(storage);
  image.emplace("id", server.image);
  view.emplace("image", std::move(image));
  view.emplace("tenant_id", server.project);
  view.emplace("user_id", server.user);
  add_state(view, server, storage);
  add_host(view, server);
  view.emplace("metadata", system_metadata(server, inventory, storage));
  view.emplace("os-extended-volumes:volumes_attached", volumes_of(server, storage));
  view.emplace("security_groups", security_groups_of(server, storage));
  view.emplace("tags", tag_texts(server, storage));
  view.emplace("sys_tags", system_tags_of(server, storage));
  view.emplace("enterprise_project_id", server.enterprise_project);
  view.emplace("key_name", or_null(server.key_name, storage));
  view.emplace("description", server.description);
  view.emplace("accessIPv4", "");
  view.emplace("accessIPv6", "");
  view.emplace("config_drive", "");
  view.emplace("locked", server.locked);
  view.emplace("OS-EXT-SRV-ATTR:user_data", or_null(server.user_data, storage));
  view.emplace("OS-DCF:diskConfig", "MANUAL");
  view.emplace("os:scheduler_hints", hints_of(server, storage));
  view.emplace("network_interfaces", interfaces_of(server, storage));
  view.emplace("fault", nullptr);
  view.emplace("progress", nullptr);
  view.emplace("auto_terminate_time", "");
  return view;
}

json::object slim_view(const Server& server, const Inventory& inventory,
                       const std::set<std::string, std::less<>>& expected) {
  json::object view{{"id", server.id},
                    {"name", server.name},
                    {"status", server.status()},
                    {"tenant_id", server.project},
                    {"user_id", server.user},
                    {"availability_zone", server.zone},
                    {"vm_state", text(server.state)},
                    {"task_state", task_of(server, {})},
                    {"created", base::to_iso_seconds(server.created)},
                    {"updated", base::to_iso_seconds(server.updated)},
                    {"in_recycle_bin", false},
                    {"spod_id", ""},
                    {"flavor", flavor_numbers(server, inventory)},
                    {"fault", nullptr}};
  const auto add = [&](std::string_view name, auto make) {
    if (expected.contains(name)) view[name] = make();
  };
  add("market_info", [&] { return json::value(market_info(server)); });
  add("power_state", [&] { return json::value(power_state(server.state)); });
  add("launched_at", [&] { return launched_of(server, {}); });
  add("description", [&] { return json::value(server.description); });
  add("key_name", [&] { return or_null(server.key_name, {}); });
  add("locked", [&] { return json::value(server.locked); });
  add("root_device_name", [&] { return json::value("/dev/vda"); });
  add("tenancy", [&] { return json::value("shared"); });
  add("dedicated_host_id", [&] { return json::value(""); });
  add("enterprise_project_id", [&] { return json::value(server.enterprise_project); });
  add("metadata", [&] { return json::value(system_metadata(server, inventory, {})); });
  add("tags", [&] { return json::value(tag_texts(server, {})); });
  add("security_groups", [&] { return json::value(security_groups_of(server, {})); });
  add("image", [&] { return json::value{{"id", server.image}}; });
  add("addresses", [&] {
    json::object addresses;
    addresses[server.vpc] = numbered_addresses(server, true);
    return json::value(std::move(addresses));
  });
  add("volumes_attached", [&] {
    json::array list;
    for (const Volume& volume : server.volumes) {
      list.emplace_back(json::object{{"id", volume.id},
                                     {"delete_on_termination", volume.delete_on_termination},
                                     {"device", volume.device},
                                     {"bootIndex", std::to_string(volume.boot_index)},
                                     {"size", volume.size}});
    }
    return json::value(std::move(list));
  });
  return view;
}

json::object updated_view(const Server& server, const Call& call) {
  const std::string base = call.base_url();
  json::object addresses, metadata;
  addresses[server.vpc] = numbered_addresses(server, false);
  for (const auto& [key, value] : server.metadata) metadata[key] = value;
  const std::string self = base + "/v2.1/" + server.project + "/servers/" + server.id;
  return {{"id", server.id},
          {"name", server.name},
          {"tenant_id", server.project},
          {"user_id", server.user},
          {"image", server.image},
          {"accessIPv4", ""},
          {"accessIPv6", ""},
          {"metadata", std::move(metadata)},
          {"addresses", std::move(addresses)},
          {"created", base::to_iso_seconds(server.created)},
          {"updated", base::to_iso_seconds(server.updated)},
          {"hostId", host_id(server)},
          {"flavor",
           {{"id", server.flavor},
            {"links", json::array{link("bookmark", base + "/" + server.project + "/flavors/" +
                                                       server.flavor)}}}},
          {"OS-DCF:diskConfig", "MANUAL"},
          {"progress", 0},
          {"links", json::array{link("self", self), link("bookmark", base + "/" + server.project +
                                                                         "/servers/" + server.id)}},
          {"locked", server.locked},
          {"description", server.description},
          {"tags", tag_texts(server, {})},
          {"status", server.status()},
          {"OS-EXT-SRV-ATTR:user_data", or_null(server.user_data, {})},
          {"OS-EXT-SRV-ATTR:hostname", host_name(server)}};
}

}  // namespace jianmen::services::ecs
