#include "services/ecs/fixtures.hpp"

#include "base/time_text.hpp"
#include "services/ecs/checks.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::size_t kChunk = 40;
constexpr std::uint32_t kFirstUnnamedAddress = kFirstAddress + 0x4000;  // for rows without one
constexpr std::string_view kFirstCreated = "2026-03-18T02:35:15Z";

base::Result<std::string> project_id(const World& world, const json::value& row,
                                     const identity::Account& account) {
  const std::string name = base::string_or(row, "project", "");
  auto project = world.deps.directory.find_project_by_name(account.id, name);
  if (!project) project = world.deps.directory.find_project(identity::ProjectId(name));
  if (!project || project->account != account.id) {
    return base::fail(base::Code::NotFound,
                      "servers: the account " + account.name + " has no project \"" + name + "\"");
  }
  return project->id.value;
}

// The order of the file is the order of the list, which shows the newest first.
base::Time created_at(const json::value& row, std::size_t index) {
  const auto given = base::parse_iso(base::string_or(row, "created", ""));
  if (given) return *given;
  return *base::parse_iso(kFirstCreated) - std::chrono::minutes(index);
}

void read_pairs(const json::value& row, std::string_view key, Pairs& pairs) {
  const json::object* object = base::find_object(row, key);
  if (!object) return;
  for (const auto& [name, value] : *object) {
    if (value.is_string()) set_pair(pairs, name, value.get_string());
  }
}

base::Result<Server> server_of(const World& world, const json::value& row, std::size_t index,
                               const identity::Account& account) {
  auto project = project_id(world, row, account);
  if (!project) return base::error_of(project);
  const std::string name = base::string_or(row, "name", "");
  const auto bad = [&](std::string_view what) {
    return base::fail(base::Code::InvalidArgument,
                      "servers: \"" + name + "\": " + std::string(what));
  };
  if (!check_name(name)) return bad("not a server name");
  Server server;
  server.project = *project;
  server.name = name;
  server.id = base::string_or(row, "id", derived_uuid("server", *project + "/" + name));
  if (!is_uuid(server.id)) return bad("id is no UUID");
  server.flavor = base::string_or(row, "flavor", world.inventory.flavors().front().id);
  if (!world.inventory.find_flavor(server.flavor)) return bad("unknown flavor " + server.flavor);
  server.image = base::string_or(row, "image", world.inventory.images().front().id);
  if (!world.inventory.find_image(server.image)) return bad("unknown image " + server.image);
  server.vpc = base::string_or(row, "vpc", default_network(*project).vpc);
  if (!is_uuid(server.vpc)) return bad("vpc is no UUID");
  const Network network = network_of_vpc(*project, server.vpc);
  const std::string address = base::string_or(
      row, "address", format_address(kFirstUnnamedAddress + static_cast<std::uint32_t>(index)));
  if (!parse_address(address)) return bad("address is not in " + std::string(kSubnetRange));

  const std::string port = derived_uuid("port", server.id);
  server.nics.push_back({port, derived_mac(port), address, network.network});
  server.volumes.push_back({derived_uuid("volume", server.id), "GPSSD", 40, "/dev/vda", 0, true});
  server.security_groups = {{network.security_group, "default"}};
  server.created = created_at(row, index);
  server.launched = server.created + std::chrono::seconds(20);
  server.updated = *server.launched;
  server.reservation = "r-" + derived_uuid("reservation", server.id).substr(0, 8);
  server.description = base::string_or(row, "description", "");
  server.user = base::string_or(row, "user", "");
  server.state =
      base::string_or(row, "status", "ACTIVE") == "SHUTOFF" ? VmState::Stopped : VmState::Active;
  read_pairs(row, "tags", server.tags);
  read_pairs(row, "metadata", server.metadata);
  const auto owner = world.deps.directory.find_user_by_name(account.id, account.name);
  if (server.user.empty() && owner) server.user = owner->id.value;
  const auto found = world.deps.directory.find_project(identity::ProjectId(*project));
  const catalog::Region* region = found ? world.deps.catalog.find_region(found->region) : nullptr;
  server.zone =
      base::string_or(row, "zone", region && !region->zones.empty() ? region->zones.front() : "");
  return server;
}

json::object pairs_object(const Pairs& pairs) {
  json::object object;
  for (const auto& [key, value] : pairs) object[key] = value;
  return object;
}

json::object fixture_of(const Server& server, const std::string& project) {
  json::object row{{"project", project},
                   {"id", server.id},
                   {"name", server.name},
                   {"flavor", server.flavor},
                   {"image", server.image},
                   {"vpc", server.vpc},
                   {"zone", server.zone},
                   {"user", server.user},
                   {"created", base::to_iso_seconds(server.created)},
                   {"status", server.state == VmState::Stopped ? "SHUTOFF" : "ACTIVE"}};
  if (!server.nics.empty()) row["address"] = server.nics.front().address;
  if (!server.description.empty()) row["description"] = server.description;
  if (!server.tags.empty()) row["tags"] = pairs_object(server.tags);
  if (!server.metadata.empty()) row["metadata"] = pairs_object(server.metadata);
  return row;
}

}  // namespace

base::Result<> load_servers(const World& world, const json::array& servers,
                            const identity::Account& account) {
  std::vector<Server> read;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    base::Result<Server> server = server_of(world, servers[i], i, account);
    if (!server) return base::error_of(server);
    read.push_back(std::move(*server));
  }
  for (std::size_t first = 0; first < read.size(); first += kChunk) {
    store::Transaction transaction;
    for (std::size_t i = first; i < std::min(first + kChunk, read.size()); ++i) {
      Records::put(transaction, read[i]);
    }
    const auto done = world.records.commit(std::move(transaction));
    if (!done) return base::fail(base::Code::Unavailable, done.error().message);
  }
  return {};
}

json::array export_servers(const World& world, const identity::AccountId& account) {
  json::array rows;
  const base::Time now = world.deps.clock.now();
  for (const identity::Project& project : world.deps.directory.list_projects(account)) {
    world.records.each_server(project.id.value, now, [&](const Server& server) {
      rows.emplace_back(fixture_of(server, project.name));
    });
  }
  return rows;
}

}  // namespace jianmen::services::ecs
