#include "services/ecs/ecs.hpp"

#include <stdexcept>

#include "catalog/embedded.hpp"
#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/fixtures.hpp"
#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

namespace {

struct Row {
  std::string_view operation;
  Runs runs;
  Outcome (*function)(const World&, const Call&);
};

// Reads look at one snapshot and stay on the loop; whatever commits waits in the pool.
constexpr Row kRows[] = {
    {"ListServersDetails", Runs::OnLoop, list_servers_details},
    {"ListCloudServers", Runs::OnLoop, list_cloud_servers},
    {"ShowServer", Runs::OnLoop, show_server},
    {"UpdateServer", Runs::OnPool, update_server},
    {"BatchUpdateServersName", Runs::OnPool, batch_update_servers_name},
    {"CreatePostPaidServers", Runs::OnPool, create_post_paid_servers},
    {"CreateServers", Runs::OnPool, create_servers},
    {"DeleteServers", Runs::OnPool, delete_servers},
    {"BatchStartServers", Runs::OnPool, batch_start_servers},
    {"BatchStopServers", Runs::OnPool, batch_stop_servers},
    {"BatchRebootServers", Runs::OnPool, batch_reboot_servers},
    {"ResizeServer", Runs::OnPool, resize_server},
    {"ResizePostPaidServer", Runs::OnPool, resize_server},
    {"ShowJob", Runs::OnLoop, show_job},
    {"UpdateServerMetadata", Runs::OnPool, update_server_metadata},
    {"DeleteServerMetadata", Runs::OnPool, delete_server_metadata},
    {"BatchCreateServerTags", Runs::OnPool, batch_create_server_tags},
    {"BatchDeleteServerTags", Runs::OnPool, batch_delete_server_tags},
    {"ShowServerTags", Runs::OnLoop, show_server_tags},
    {"ListServerTags", Runs::OnLoop, list_server_tags},
    {"ListServersByTag", Runs::OnLoop, list_servers_by_tag},
    {"ListFlavors", Runs::OnLoop, list_flavors},
    {"ListResizeFlavors", Runs::OnLoop, list_resize_flavors},
    {"NovaListFlavors", Runs::OnLoop, nova_list_flavors},
    {"NovaListFlavorsDetail", Runs::OnLoop, nova_list_flavors_detail},
    {"NovaShowFlavor", Runs::OnLoop, nova_show_flavor},
    {"NovaShowFlavorExtraSpecs", Runs::OnLoop, nova_show_flavor_extra_specs},
    {"ShowServerLimits", Runs::OnLoop, show_server_limits},
    {"ListServerAzInfo", Runs::OnLoop, list_server_az_info},
    {"NovaListAvailabilityZones", Runs::OnLoop, nova_list_availability_zones},
    {"NovaShowLimits", Runs::OnLoop, nova_show_limits},
    {"NovaShowQuota", Runs::OnLoop, nova_show_quota},
    {"NovaShowDefaultQuota", Runs::OnLoop, nova_show_quota},
    {"NovaListVersions", Runs::OnLoop, nova_list_versions},
    {"NovaShowVersion", Runs::OnLoop, nova_show_version},
    {"ListServerBlockDevices", Runs::OnLoop, list_server_block_devices},
    {"ShowServerBlockDevice", Runs::OnLoop, show_server_block_device},
    {"ListServerVolumeAttachments", Runs::OnLoop, list_server_volume_attachments},
    {"ListServerInterfaces", Runs::OnLoop, list_server_interfaces},
    {"ShowResetPasswordFlag", Runs::OnLoop, show_reset_password_flag},
    {"ResetServerPassword", Runs::OnLoop, reset_server_password},
    {"NovaListServers", Runs::OnLoop, nova_list_servers},
    {"NovaListServersDetails", Runs::OnLoop, nova_list_servers_details},
    {"NovaShowServer", Runs::OnLoop, nova_show_server},
    {"NovaStartServer", Runs::OnPool, nova_start_server},
    {"NovaStopServer", Runs::OnPool, nova_stop_server},
    {"NovaRebootServer", Runs::OnPool, nova_reboot_server},
    {"NovaDeleteServer", Runs::OnPool, nova_delete_server},
    {"NovaLockServer", Runs::OnPool, nova_lock_server},
    {"NovaUnlockServer", Runs::OnPool, nova_unlock_server},
};

// The tables are compiled in and a test reads them, so a bad one is a defect of the build.
Inventory embedded_inventory() {
  base::Result<Inventory> inventory = Inventory::create(catalog::embedded("ecs/flavors.json"),
                                                        catalog::embedded("ecs/images.json"));
  if (!inventory) throw std::logic_error(inventory.error().message);
  return std::move(*inventory);
}

Ecs::TaggedServer tagged(const Server& server) { return {server.id, server.name, server.tags}; }

base::Result<> result_of(const std::expected<Server, Fault>& done) {
  if (done) return {};
  const Fault& fault = done.error();
  const base::Code code = fault.kind == FaultKind::NotFound      ? base::Code::NotFound
                          : fault.kind == FaultKind::Conflict    ? base::Code::Conflict
                          : fault.kind == FaultKind::Quota       ? base::Code::TooLarge
                          : fault.kind == FaultKind::Unavailable ? base::Code::Unavailable
                                                                 : base::Code::InvalidArgument;
  return base::fail(code, fault.message);
}

}  // namespace

struct Ecs::Impl {
  World world;
  ServiceDefinition definition;

  explicit Impl(Dependencies dependencies)
      : world{dependencies, embedded_inventory(), Records(dependencies.store)} {
    definition.name = "ecs";
    for (const Row& row : kRows) {
      definition.functions.push_back(
          {row.operation, row.runs,
           [this, function = row.function](const Call& call) { return function(world, call); }});
    }
  }
};

Ecs::Ecs(Dependencies dependencies) : impl_(std::make_unique<Impl>(dependencies)) {}
Ecs::~Ecs() = default;

const ServiceDefinition& Ecs::definition() const { return impl_->definition; }

base::Result<> Ecs::load_servers(const base::json::array& servers,
                                 const identity::Account& account) {
  return ecs::load_servers(impl_->world, servers, account);
}

base::json::array Ecs::export_servers(const identity::AccountId& account) const {
  return ecs::export_servers(impl_->world, account);
}

std::vector<Ecs::TaggedServer> Ecs::list_tagged(const identity::ProjectId& project) const {
  std::vector<TaggedServer> list;
  impl_->world.records.each_server(project.value, impl_->world.deps.clock.now(),
                                   [&](const Server& server) { list.push_back(tagged(server)); });
  return list;
}

std::optional<Ecs::TaggedServer> Ecs::find_tagged(const identity::ProjectId& project,
                                                  std::string_view server_id) const {
  const auto server =
      impl_->world.records.find_server(project.value, server_id, impl_->world.deps.clock.now());
  return server ? std::optional(tagged(*server)) : std::nullopt;
}

base::Result<> Ecs::set_tags(const identity::ProjectId& project, std::string_view server_id,
                             const std::vector<std::pair<std::string, std::string>>& tags) {
  const World& world = impl_->world;
  return result_of(world.records.change_server(
      project.value, server_id, world.deps.clock.now(), [&](Server& server) -> Checked {
        for (const auto& [key, value] : tags) {
          if (Checked good = check_tag(key, value); !good) return good;
          set_pair(server.tags, key, value);
        }
        if (server.tags.size() > world.deps.settings.tags_per_server) return ecs_fault("Ecs.0905");
        return {};
      }));
}

base::Result<> Ecs::erase_tags(const identity::ProjectId& project, std::string_view server_id,
                               const std::vector<std::string>& keys) {
  const World& world = impl_->world;
  return result_of(world.records.change_server(project.value, server_id, world.deps.clock.now(),
                                               [&](Server& server) -> Checked {
                                                 for (const std::string& key : keys) {
                                                   erase_pair(server.tags, key);
                                                 }
                                                 return {};
                                               }));
}

}  // namespace jianmen::services::ecs
