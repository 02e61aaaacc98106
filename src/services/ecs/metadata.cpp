#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

// Merges; {} changes nothing.
Outcome update_server_metadata(const World& world, const Call& call) {
  const json::object* metadata = base::find_object(call.body, "metadata");
  if (!metadata) return invalid("request body is illegal.");
  if (Checked good = check_metadata(*metadata); !good) return std::unexpected(good.error());
  const auto server = world.records.change_server(
      project_of(call), call.path("server_id"), call.now, [&](Server& server) -> Checked {
        if (server.state != VmState::Active && server.state != VmState::Stopped) {
          return ecs_fault("Ecs.0100");
        }
        for (const auto& [key, value] : *metadata) {
          set_pair(server.metadata, key, value.get_string());
        }
        return {};
      });
  if (!server) return std::unexpected(server.error());
  return Reply(json::object{{"metadata", *metadata}});
}

Outcome delete_server_metadata(const World& world, const Call& call) {
  const auto server = world.records.change_server(
      project_of(call), call.path("server_id"), call.now, [&](Server& server) -> Checked {
        if (!erase_pair(server.metadata, call.path("key"))) {
          return fault(FaultKind::NotFound, "Ecs.0005",
                       "Metadata item[" + std::string(call.path("key")) + "] could not be found.");
        }
        return {};
      });
  if (!server) return std::unexpected(server.error());
  return Reply::empty();
}

}  // namespace jianmen::services::ecs
