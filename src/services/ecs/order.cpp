#include "services/ecs/order.hpp"

#include <algorithm>
#include <cstdio>

#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::int64_t kMostOnDemand = 500, kMostPrepaid = 100;
constexpr std::size_t kBatchName = 59, kMostMetadata = 10, kMostDataDisks = 23;
constexpr std::int64_t kMostSystemDisk = 1024, kLeastDataDisk = 10, kMostDataDisk = 32768;
constexpr std::string_view kDiskTypes[] = {"SATA",  "SAS",  "SSD",    "GPSSD", "co-p1",
                                           "uh-l1", "ESSD", "GPSSD2", "ESSD2"};

std::string text_of(const json::value& object, std::string_view key) {
  return base::string_or(object, key, "");
}

// `name` or `name` with the four-digit mark that it ends with taken off.
std::pair<std::string_view, int> split_mark(std::string_view name) {
  if (name.size() < 6 || name[name.size() - 5] != '-') return {name, 0};
  int mark = 0;
  for (const char c : name.substr(name.size() - 4)) {
    if (c < '0' || c > '9') return {name, 0};
    mark = mark * 10 + (c - '0');
  }
  return {name.substr(0, name.size() - 5), mark};
}

Checked read_name(const json::value& server, Order& order) {
  const std::optional<std::string_view> name = base::find_string(server, "name");
  if (!name) return invalid("server name is required.");
  order.pattern.name = *name;
  return check_name(*name, order.count > 1 ? kBatchName : 128);
}

Checked read_count(const json::value& server, Order& order) {
  const std::int64_t count = base::find_int(server, "count").value_or(1);
  const std::int64_t most = order.pattern.paid_until ? kMostPrepaid : kMostOnDemand;
  if (count < 1 || count > most) return ecs_fault("Ecs.0913");
  order.count = static_cast<int>(count);
  order.same_name = base::find_bool(server, "isAutoRename").value_or(false);
  return {};
}

Checked read_charging(const json::value& server, Dialect dialect, base::Time now, Order& order) {
  const json::value* extend = base::find(server, "extendparam");
  if (!extend) return {};
  order.pattern.enterprise_project = base::string_or(*extend, "enterprise_project_id", "0");
  const json::value* mode = base::find(*extend, "chargingMode");
  if (!mode || mode->is_null()) return {};
  if (dialect == Dialect::V1) {
    if (base::find_int(*extend, "chargingMode") != 0) return invalid("chargingMode is illegal: 0.");
    return {};
  }
  if (*mode == "postPaid") return {};
  if (*mode != "prePaid") return invalid("chargingMode is illegal: prePaid or postPaid.");
  const std::string type = text_of(*extend, "periodType");
  const std::int64_t number = base::find_int(*extend, "periodNum").value_or(0);
  const bool monthly = type == "month" && number >= 1 && number <= 9;
  const bool yearly = type == "year" && number >= 1 && number <= 3;
  if (!monthly && !yearly) {
    return invalid("periodType and periodNum are illegal: 1 to 9 months or 1 to 3 years.");
  }
  order.pattern.paid_until = now + std::chrono::hours(24) * (monthly ? 30 : 365) * number;
  return {};
}

Checked read_flavor_and_image(const World& world, const json::value& server, Order& order) {
  const std::string flavor_id = text_of(server, "flavorRef"),
                    image_id = text_of(server, "imageRef");
  const Flavor* flavor = world.inventory.find_flavor(flavor_id);
  if (!flavor) return ecs_fault("Ecs.0029");
  if (flavor->status == "abandon") return ecs_fault("Ecs.0019");
  if (flavor->status == "sellout") return ecs_fault("Ecs.0018");
  const Image* image = world.inventory.find_image(image_id);
  if (!image) return ecs_fault("Ecs.0031");
  if (!Inventory::fits(*flavor, *image)) return invalid("The flavor does not match the image.");
  order.pattern.flavor = flavor_id;
  order.pattern.image = image_id;
  return {};
}

Checked read_zone(const World& world, const Call& call, const json::value& server, Order& order) {
  const std::vector<std::string>& zones = zones_of(world, call);
  const std::string zone = text_of(server, "availability_zone");
  if (!zone.empty() && std::ranges::find(zones, zone) == zones.end()) {
    return invalid("availability_zone[" + zone + "] is invalid.");
  }
  order.pattern.zone = !zone.empty() ? zone : zones.empty() ? std::string() : zones.front();
  return {};
}

Checked read_vpc(const Call& call, const json::value& server, const ServerList& servers,
                 Order& order) {
  const std::string vpc = text_of(server, "vpcid");
  if (!is_uuid(vpc)) return invalid("vpc id[" + vpc + "] is not uuid.");
  const bool known =
      vpc == default_network(project_of(call)).vpc ||
      std::ranges::any_of(servers, [&](const auto& other) { return other->vpc == vpc; });
  if (!known) return ecs_fault("Ecs.0014");
  order.pattern.vpc = vpc;
  return {};
}

Checked read_address(const json::value& nic, const std::string& network, Order& order) {
  const std::string address = text_of(nic, "ip_address");
  order.addresses.push_back(address);
  if (address.empty()) return {};
  if (!parse_address(address)) {
    return invalid("privateIp [" + address + "] is not in this subnet [" + network + "]",
                   "Ecs.0039");
  }
  if (order.count > 1) return invalid("ip_address is illegal: it is for one server alone.");
  return {};
}

Checked read_nics(const World& world, const Call& call, const json::value& server, Order& order) {
  const json::array* nics = base::find_array(server, "nics");
  if (!nics || nics->empty()) return invalid("nics is required.");
  const Flavor* flavor = world.inventory.find_flavor(order.pattern.flavor);
  if (flavor && nics->size() > static_cast<std::size_t>(flavor->max_nics))
    return ecs_fault("Ecs.0050");
  const std::string network = network_of_vpc(project_of(call), order.pattern.vpc).network;
  for (const json::value& nic : *nics) {
    const std::string subnet = text_of(nic, "subnet_id");
    if (!is_uuid(subnet)) return invalid("subnet id[" + subnet + "] is not uuid.");
    if (subnet != network) {
      const bool other = subnet == default_network(project_of(call)).network;
      return ecs_fault(other ? "Ecs.0064" : "Ecs.0038");
    }
    if (Checked good = read_address(nic, network, order); !good) return good;
    order.pattern.nics.push_back({{}, {}, {}, network});
  }
  return {};
}

Checked read_security_groups(const Call& call, const json::value& server, Order& order) {
  const std::string known = default_network(project_of(call)).security_group;
  order.pattern.security_groups = {{known, "default"}};
  const json::array* groups = base::find_array(server, "security_groups");
  if (!groups) return {};
  for (const json::value& group : *groups) {
    const std::string id = text_of(group, "id");
    if (id != known && id != "default" && !id.empty()) return ecs_fault("Ecs.0014");
  }
  return {};
}

std::expected<Volume, Fault> read_volume(const json::value& row, std::int64_t least,
                                         std::int64_t most, std::int64_t otherwise) {
  const std::string type = text_of(row, "volumetype");
  if (std::ranges::find(kDiskTypes, type) == std::end(kDiskTypes)) return ecs_fault("Ecs.0043");
  const std::int64_t size = base::find_int(row, "size").value_or(otherwise);
  if (size < least || size > most) {
    return invalid("volume size is illegal: " + std::to_string(least) + " to " +
                   std::to_string(most) + " GB.");
  }
  const bool erase = base::find_bool(row, "delete_on_termination").value_or(false);
  return Volume{{}, type, static_cast<int>(size), {}, -1, erase};
}

Checked read_volumes(const World& world, const json::value& server, Order& order) {
  const Image* image = world.inventory.find_image(order.pattern.image);
  const std::int64_t least = image ? image->min_disk : 1;
  const json::value* root = base::find(server, "root_volume");
  if (!root) return invalid("root_volume is required.");
  auto system = read_volume(*root, least, kMostSystemDisk, least);
  if (!system) return std::unexpected(system.error());
  system->boot_index = 0;
  system->device = "/dev/vda";
  system->delete_on_termination = true;
  order.pattern.volumes.push_back(std::move(*system));
  const json::array* data = base::find_array(server, "data_volumes");
  if (!data) return {};
  if (data->size() > kMostDataDisks) return ecs_fault("Ecs.0042");
  for (const json::value& row : *data) {
    auto volume = read_volume(row, kLeastDataDisk, kMostDataDisk, 0);
    if (!volume) return std::unexpected(volume.error());
    volume->device = std::string("/dev/vd") + static_cast<char>('a' + order.pattern.volumes.size());
    order.pattern.volumes.push_back(std::move(*volume));
  }
  return {};
}

// The password itself is checked and forgotten: nothing here ever logs in.
Checked read_login(const World& world, const json::value& server, Order& order) {
  order.pattern.key_name = text_of(server, "key_name");
  order.pattern.user_data = text_of(server, "user_data");
  const Image* image = world.inventory.find_image(order.pattern.image);
  const bool windows = image && image->windows();
  const std::optional<std::string_view> password = base::find_string(server, "adminPass");
  if (!password || (!windows && !order.pattern.user_data.empty())) return {};
  return check_password(*password, windows);
}

Checked read_texts(const json::value& server, Order& order) {
  order.pattern.description = text_of(server, "description");
  if (Checked good = check_description(order.pattern.description); !good) return good;
  if (const json::object* metadata = base::find_object(server, "metadata")) {
    if (metadata->size() > kMostMetadata) return invalid("metadata is illegal: at most 10 pairs.");
    if (Checked good = check_metadata(*metadata); !good) return good;
    for (const auto& [key, value] : *metadata) {
      set_pair(order.pattern.metadata, key, value.get_string());
    }
    if (const std::string* agency = find_pair(order.pattern.metadata, "agency_name")) {
      order.pattern.agency = *agency;
    }
  }
  if (const json::value* hints = base::find(server, "os:scheduler_hints")) {
    order.pattern.group = text_of(*hints, "group");
  }
  return {};
}

Checked read_all_tags(const json::value& server, Order& order) {
  if (const json::array* tags = base::find_array(server, "server_tags")) {
    auto pairs = read_tags(*tags, Doubles::Refused);
    if (!pairs) return std::unexpected(pairs.error());
    order.pattern.tags = std::move(*pairs);
    return {};
  }
  const json::array* old = base::find_array(server, "tags");
  if (!old) return {};
  for (const json::value& tag : *old) {  // "key.value"
    if (!tag.is_string()) return invalid("request body is illegal.");
    const std::string_view text = tag.get_string();
    const std::size_t at = text.find('.');
    const std::string_view value = at == std::string_view::npos ? "" : text.substr(at + 1);
    if (Checked good = check_tag(text.substr(0, at), value); !good) return good;
    set_pair(order.pattern.tags, text.substr(0, at), value);
  }
  return {};
}

}  // namespace

std::string name_of(const Order& order, int index) {
  if (order.count == 1 || order.same_name) return order.pattern.name;
  const auto [stem, mark] = split_mark(order.pattern.name);
  char number[16];
  std::snprintf(number, sizeof number, "-%04d", mark + index + 1);
  return std::string(stem) + number;
}

std::expected<Order, Fault> read_order(const World& world, const Call& call, Dialect dialect,
                                       const ServerList& servers) {
  const json::value* server = base::find(call.body, "server");
  if (!server || !server->is_object()) return invalid("request body is illegal.");
  Order order;
  order.dry_run = base::find_bool(call.body, "dry_run").value_or(false);
  order.pattern.project = project_of(call);
  order.pattern.user = call.principal ? call.principal->id : std::string();
  const auto steps = {
      read_charging(*server, dialect, call.now, order),
      read_count(*server, order),
      read_name(*server, order),
      read_flavor_and_image(world, *server, order),
      read_zone(world, call, *server, order),
      read_vpc(call, *server, servers, order),
      read_nics(world, call, *server, order),
      read_security_groups(call, *server, order),
      read_volumes(world, *server, order),
      read_login(world, *server, order),
      read_texts(*server, order),
      read_all_tags(*server, order),
  };
  for (const Checked& step : steps) {
    if (!step) return std::unexpected(step.error());
  }
  return order;
}

}  // namespace jianmen::services::ecs
