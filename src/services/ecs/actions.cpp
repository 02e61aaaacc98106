#include "services/ecs/actions.hpp"

#include <algorithm>
#include <span>

#include "services/ecs/faults.hpp"
#include "services/ecs/view.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

// A store's transaction holds 100 operations: two a server, and what the job and the sweep need.
constexpr std::size_t kChunk = 40;
constexpr std::size_t kBatch = 1000;

struct Chunk {
  store::Transaction transaction;
  std::vector<JobFailure> failures;
};

// What keeps the action from a server: the failure's code.
std::string_view obstacle(const Action& action, const Server& server) {
  if (action.obeys_lock && server.locked) return "Ecs.0605";
  if (action.event == Event::Delete && server.paid_until) return "Ecs.0513";
  if (judge(action.event, server.state, server.running()) == Verdict::Refused) return "Ecs.0100";
  return {};
}

void act_on(const Action& action, StoredServer& stored, base::Time now, base::Time due,
            Chunk& chunk) {
  Server& server = stored.server;
  if (judge(action.event, server.state, server.running()) == Verdict::Already) return;
  begin(server, action.event, now, due);
  if (!action.flavor.empty()) server.pending->flavor = action.flavor;
  chunk.transaction.require_revision(Records::server_key(server.project, server.id),
                                     stored.modified);
  Records::put(chunk.transaction, server);
}

Chunk prepare(const World& world, const Call& call, const Action& action, std::size_t first,
              std::size_t last) {
  Chunk chunk;
  const std::unique_ptr<store::Snapshot> snapshot = world.records.snapshot();
  for (std::size_t i = first; i < last; ++i) {
    const std::string& id = action.servers[i];
    std::optional<StoredServer> stored = Records::load(*snapshot, project_of(call), id, call.now);
    if (!stored && action.event == Event::Delete) continue;
    const std::string_view code = stored ? obstacle(action, stored->server) : "Ecs.0114";
    if (code.empty()) {
      act_on(action, *stored, call.now, world.due(call.now), chunk);
    } else {
      chunk.failures.push_back({i, std::string(code), std::string(message_of(code))});
    }
  }
  return chunk;
}

Outcome job_answer(const std::expected<std::string, Fault>& job) {
  if (!job) return std::unexpected(job.error());
  return Reply(json::object{{"job_id", *job}});
}

Outcome batch_power(const World& world, const Call& call, std::string_view key, Event soft,
                    Event hard, bool typed) {
  const json::value* order = base::find(call.body, key);
  if (!order || !order->is_object()) return invalid("request body is illegal.");
  const json::value* type = base::find(*order, "type");
  if (type && !type->is_null() && *type != "SOFT" && *type != "HARD") {
    return invalid("type is illegal: SOFT or HARD.");
  }
  if (typed && (!type || type->is_null())) return invalid("type is illegal: SOFT or HARD.");
  const auto ids = read_server_ids(*order, kBatch);
  if (!ids) return std::unexpected(ids.error());
  return job_answer(start_action(world, call, {type && *type == "HARD" ? hard : soft, *ids, {}}));
}

Checked check_target(const World& world, const Server& server, std::string_view flavor) {
  const Flavor* target = world.inventory.find_flavor(flavor);
  if (!target) return ecs_fault("Ecs.0029");
  if (server.flavor == flavor) return ecs_fault("Ecs.0009");
  if (target->status == "abandon") return ecs_fault("Ecs.0019");
  if (target->status == "sellout") return ecs_fault("Ecs.0018");
  const Image* image = world.inventory.find_image(server.image);
  if (image && !Inventory::fits(*target, *image)) return ecs_fault("Ecs.0804");
  return {};
}

}  // namespace

std::expected<std::string, Fault> start_action(const World& world, const Call& call,
                                               const Action& action) {
  const std::string& project = project_of(call);
  const std::unique_ptr<store::Snapshot> snapshot = world.records.snapshot();
  for (const std::string& id : action.servers) {
    if (!Records::load(*snapshot, project, id, call.now)) return no_such_server(id);
  }
  Job job{make_job_id(world.deps.random, call.now),
          action.event,
          call.now,
          world.due(call.now),
          action.servers,
          {}};
  for (std::size_t first = 0; first < action.servers.size(); first += kChunk) {
    const std::size_t last = std::min(first + kChunk, action.servers.size());
    bool done = false;
    for (int attempt = 0; !done; ++attempt) {
      if (attempt == kAttempts) return fault(FaultKind::Conflict);
      Chunk chunk = prepare(world, call, action, first, last);
      std::vector<JobFailure> before = job.failures;
      job.failures.insert(job.failures.end(), chunk.failures.begin(), chunk.failures.end());
      if (last == action.servers.size()) Records::put(chunk.transaction, project, job);
      if (chunk.transaction.operations.empty()) break;
      const auto committed = world.records.commit(std::move(chunk.transaction));
      if (!committed) return std::unexpected(committed.error());
      done = committed->has_value();
      if (!done) job.failures = std::move(before);
    }
  }
  return job.id;
}

std::expected<Server, Fault> act_alone(const World& world, const Call& call, std::string_view id,
                                       Event event) {
  return world.records.change_server(
      project_of(call), id, call.now, [&](Server& server) -> Checked {
        const std::string_view code = obstacle({event, {}, {}, true}, server);
        if (!code.empty()) return ecs_fault(code);
        if (judge(event, server.state, server.running()) == Verdict::Begins) {
          begin(server, event, call.now, world.due(call.now));
        }
        return {};
      });
}

Outcome delete_servers(const World& world, const Call& call) {
  const auto ids = read_server_ids(call.body, kBatch);
  if (!ids) return std::unexpected(ids.error());
  return job_answer(start_action(world, call, {Event::Delete, *ids, {}}));
}

Outcome batch_start_servers(const World& world, const Call& call) {
  return batch_power(world, call, "os-start", Event::Start, Event::Start, false);
}

Outcome batch_stop_servers(const World& world, const Call& call) {
  return batch_power(world, call, "os-stop", Event::Stop, Event::Stop, false);
}

Outcome batch_reboot_servers(const World& world, const Call& call) {
  return batch_power(world, call, "reboot", Event::Reboot, Event::HardReboot, true);
}

// The native resize confirms by itself. Without `mode` the server must be stopped.
Outcome resize_server(const World& world, const Call& call) {
  const json::value* resize = base::find(call.body, "resize");
  const std::optional<std::string_view> flavor =
      resize ? base::find_string(*resize, "flavorRef") : std::nullopt;
  if (!resize || !flavor) return invalid("request body is illegal.");
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  if (Checked good = check_target(world, *server, *flavor); !good)
    return std::unexpected(good.error());
  const json::value* mode = base::find(*resize, "mode");
  const bool live = mode && *mode == "withStopServer" && server->state == VmState::Active;
  const Action action{live ? Event::LiveResize : Event::Resize, {server->id}, std::string(*flavor)};
  if (const std::string_view code = obstacle(action, *server); !code.empty())
    return ecs_fault(code);
  if (base::find_bool(call.body, "dry_run").value_or(false)) {
    Reply reply(json::object{});
    reply.status = 202;
    return reply;
  }
  return job_answer(start_action(world, call, action));
}

Outcome show_job(const World& world, const Call& call) {
  const std::string_view id = call.path("job_id");
  const std::optional<JobName> name = parse_job_id(id);
  const std::optional<Job> job =
      name ? world.records.find_job(project_of(call), name->job) : std::nullopt;
  if (!job || (name->part && *name->part >= job->servers.size())) {
    const std::optional<base::Time> made = time_of_job_id(id);
    const bool expired = made && *made + kJobKept < call.now;
    return fault(expired ? FaultKind::NotFound : FaultKind::Parameter, "Common.0011",
                 std::string(message_of("Common.0011")), expired ? 404 : 400);
  }
  if (name->part) return Reply(part_view(*job, *name->part, call.now));
  return Reply(job_view(*job, call.now));
}

}  // namespace jianmen::services::ecs
