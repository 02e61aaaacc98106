// Disks, interfaces and the password of one server.

#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr int kMostScsi = 59, kMostBlk = 23, kMostDisks = 59;

// Sizes and boot indexes are numbers here, though text in the server object.
json::object block_device_view(const Server& server, std::size_t index) {
  const Volume& volume = server.volumes[index];
  json::object view{{"id", volume.id},
                    {"volumeId", volume.id},
                    {"serverId", server.id},
                    {"device", volume.device},
                    {"pciAddress", "0000:02:0" + std::to_string(index + 1) + ".0"},
                    {"size", volume.size},
                    {"bus", "virtio"}};
  view["bootIndex"] =
      volume.boot_index >= 0 ? json::value(volume.boot_index) : json::value(nullptr);
  return view;
}

}  // namespace

Outcome list_server_block_devices(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  json::array views;
  for (std::size_t i = 0; i < server->volumes.size(); ++i) {
    views.emplace_back(block_device_view(*server, i));
  }
  const int used = static_cast<int>(server->volumes.size());
  return Reply(
      json::object{{"attachableQuantity", json::object{{"free_scsi", kMostScsi + 1 - used},
                                                       {"free_blk", kMostBlk + 1 - used},
                                                       {"free_disk", kMostDisks + 1 - used}}},
                   {"volumeAttachments", std::move(views)}});
}

Outcome show_server_block_device(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  for (std::size_t i = 0; i < server->volumes.size(); ++i) {
    if (server->volumes[i].id != call.path("volume_id")) continue;
    return Reply(json::object{{"volumeAttachment", block_device_view(*server, i)}});
  }
  return fault(
      FaultKind::NotFound, "Ecs.0111",
      "Volume[" + std::string(call.path("volume_id")) + "] is not attached to this server.");
}

Outcome list_server_volume_attachments(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  json::array views;
  for (const Volume& volume : server->volumes) {
    views.emplace_back(json::object{{"id", volume.id},
                                    {"volumeId", volume.id},
                                    {"serverId", server->id},
                                    {"device", volume.device}});
  }
  return Reply(json::object{{"volumeAttachments", std::move(views)}});
}

Outcome list_server_interfaces(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  const std::string subnet = network_of_vpc(server->project, server->vpc).subnet;
  json::array views;
  for (const Nic& nic : server->nics) {
    views.emplace_back(json::object{
        {"port_state", "ACTIVE"},
        {"port_id", nic.port},
        {"net_id", nic.network},
        {"mac_addr", nic.mac},
        {"fixed_ips",
         json::array{json::object{{"subnet_id", subnet}, {"ip_address", nic.address}}}},
        {"delete_on_termination", true},
        {"driver_mode", nullptr},
        {"min_rate", nullptr},
        {"multiqueue_num", nullptr},
        {"pci_address", nullptr}});
  }
  const Flavor* flavor = world.inventory.find_flavor(server->flavor);
  const int most = flavor ? flavor->max_nics : 2;
  const int free = std::max(0, most - static_cast<int>(server->nics.size()));
  return Reply(json::object{{"attachableQuantity", json::object{{"free_nic", free}}},
                            {"interfaceAttachments", std::move(views)}});
}

Outcome show_reset_password_flag(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  return Reply(json::object{{"resetpwd_flag", "True"}});
}

// The new password is checked, when asked, and forgotten: nothing here ever logs in.
Outcome reset_server_password(const World& world, const Call& call) {
  const json::value* reset = base::find(call.body, "reset-password");
  if (!reset) return invalid("request body is illegal.");
  const std::optional<std::string_view> password = base::find_string(*reset, "new_password");
  if (!password || password->empty()) return invalid("request body is illegal.");
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  if (server->locked) return ecs_fault("Ecs.0605");
  if (server->pending || (server->state != VmState::Active && server->state != VmState::Stopped)) {
    return ecs_fault("Ecs.0100");
  }
  if (base::find_bool(*reset, "is_check_password").value_or(false)) {
    const Image* image = world.inventory.find_image(server->image);
    if (Checked good = check_password(*password, image && image->windows()); !good) {
      return std::unexpected(good.error());
    }
  }
  return Reply::empty();
}

}  // namespace jianmen::services::ecs
