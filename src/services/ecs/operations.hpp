#pragma once
// The functions of this service, one a row of data/operations/ecs.json, by the file that holds
// them; the table that joins row and function is in ecs.cpp. Each sees the world only through its
// arguments.

#include "services/call.hpp"
#include "services/ecs/ecs.hpp"
#include "services/ecs/inventory.hpp"
#include "services/ecs/records.hpp"

namespace jianmen::services::ecs {

struct World {
  Dependencies deps;
  Inventory inventory;
  Records records;

  base::Time due(base::Time now) const { return now + deps.settings.job_time; }
};

// servers.cpp
Outcome list_servers_details(const World& world, const Call& call);
Outcome list_cloud_servers(const World& world, const Call& call);
Outcome show_server(const World& world, const Call& call);
Outcome update_server(const World& world, const Call& call);
Outcome batch_update_servers_name(const World& world, const Call& call);

// create.cpp
Outcome create_post_paid_servers(const World& world, const Call& call);
Outcome create_servers(const World& world, const Call& call);

// actions.cpp: what takes time, as jobs
Outcome delete_servers(const World& world, const Call& call);
Outcome batch_start_servers(const World& world, const Call& call);
Outcome batch_stop_servers(const World& world, const Call& call);
Outcome batch_reboot_servers(const World& world, const Call& call);
Outcome resize_server(const World& world, const Call& call);
Outcome show_job(const World& world, const Call& call);

// metadata.cpp
Outcome update_server_metadata(const World& world, const Call& call);
Outcome delete_server_metadata(const World& world, const Call& call);

// tags.cpp
Outcome batch_create_server_tags(const World& world, const Call& call);
Outcome batch_delete_server_tags(const World& world, const Call& call);
Outcome show_server_tags(const World& world, const Call& call);
Outcome list_server_tags(const World& world, const Call& call);
Outcome list_servers_by_tag(const World& world, const Call& call);

// flavors.cpp
Outcome list_flavors(const World& world, const Call& call);
Outcome list_resize_flavors(const World& world, const Call& call);
Outcome nova_list_flavors(const World& world, const Call& call);
Outcome nova_list_flavors_detail(const World& world, const Call& call);
Outcome nova_show_flavor(const World& world, const Call& call);
Outcome nova_show_flavor_extra_specs(const World& world, const Call& call);

// limits.cpp: quotas, zones, versions
Outcome show_server_limits(const World& world, const Call& call);
Outcome list_server_az_info(const World& world, const Call& call);
Outcome nova_list_availability_zones(const World& world, const Call& call);
Outcome nova_show_limits(const World& world, const Call& call);
Outcome nova_show_quota(const World& world, const Call& call);
Outcome nova_list_versions(const World& world, const Call& call);
Outcome nova_show_version(const World& world, const Call& call);

// devices.cpp: disks, interfaces and passwords of one server
Outcome list_server_block_devices(const World& world, const Call& call);
Outcome show_server_block_device(const World& world, const Call& call);
Outcome list_server_volume_attachments(const World& world, const Call& call);
Outcome list_server_interfaces(const World& world, const Call& call);
Outcome show_reset_password_flag(const World& world, const Call& call);
Outcome reset_server_password(const World& world, const Call& call);

// nova.cpp
Outcome nova_list_servers(const World& world, const Call& call);
Outcome nova_list_servers_details(const World& world, const Call& call);
Outcome nova_show_server(const World& world, const Call& call);
Outcome nova_start_server(const World& world, const Call& call);
Outcome nova_stop_server(const World& world, const Call& call);
Outcome nova_reboot_server(const World& world, const Call& call);
Outcome nova_delete_server(const World& world, const Call& call);
Outcome nova_lock_server(const World& world, const Call& call);
Outcome nova_unlock_server(const World& world, const Call& call);

// What several files need.
const std::string& project_of(const Call& call);
std::expected<Server, Fault> find_server(const World& world, const Call& call);  // path.server_id
std::size_t count_alive(const ServerList& servers, base::Time now);
const std::vector<std::string>& zones_of(const World& world, const Call& call);
// A query number within [least, most]; Ecs.0005 for anything else.
std::expected<std::size_t, Fault> read_number(const Call& call, std::string_view name,
                                              std::size_t otherwise, std::size_t least,
                                              std::size_t most);

}  // namespace jianmen::services::ecs
