// Create, both dialects: check, find addresses and quota, commit, answer. All or nothing: what
// cannot be committed in one transaction is taken back when a later part fails.

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "crypto/digest.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/order.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

// A store's transaction holds 100 operations: one a server, besides what the fence, job, token and
// sweep need.
constexpr std::size_t kChunk = 60;
constexpr base::Duration kTokenLife = std::chrono::hours(8);
constexpr std::string_view kSmallAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

std::expected<std::string, Fault> read_token(const Call& call) {
  const std::optional<std::string_view> token = call.header("X-Client-Token");
  if (!token || token->empty()) return std::string();
  const bool upper = std::ranges::any_of(*token, [](char c) { return c >= 'A' && c <= 'F'; });
  if (!is_uuid(*token) || upper) return ecs_fault("Ecs.0123");
  return std::string(*token);
}

std::string digest_of(const Call& call) {
  return crypto::hex_digest(crypto::Hash::Sha256,
                            call.operation.path + "\n" + base::to_text(call.body));
}

// The first result again, when the token was used before.
std::expected<std::optional<Reply>, Fault> recall(const World& world, const Call& call,
                                                  const std::string& token) {
  if (token.empty()) return std::nullopt;
  const std::optional<ClientToken> used = world.records.find_token(project_of(call), token);
  if (!used) return std::nullopt;
  if (used->made + kTokenLife < call.now) return ecs_fault("Ecs.0124");
  if (used->request != digest_of(call)) return ecs_fault("Ecs.0122");
  base::Result<json::value> answer = base::parse_json(used->answer);
  if (!answer) return fault(FaultKind::Internal);
  return Reply(std::move(*answer));
}

// Gives every NIC of the new servers an address: the wanted one, else the lowest that is free in
// the VPC.
std::expected<void, Fault> give_addresses(const Order& order, const ServerList& others,
                                          base::Time now, std::vector<Server>& servers) {
  std::set<std::uint32_t> used;
  for (const auto& other : others) {
    const Server& current = other.at(now);
    if (current.state == VmState::Deleted || current.vpc != order.pattern.vpc) continue;
    for (const Nic& nic : current.nics) used.insert(parse_address(nic.address).value_or(0));
  }
  for (const std::string& wanted : order.addresses) {
    if (!wanted.empty() && !used.insert(*parse_address(wanted)).second)
      return ecs_fault("Ecs.0010");
  }
  std::uint32_t next = kFirstAddress;
  for (Server& server : servers) {
    for (std::size_t i = 0; i < server.nics.size(); ++i) {
      if (!order.addresses[i].empty()) {
        server.nics[i].address = order.addresses[i];
        continue;
      }
      while (used.contains(next)) ++next;
      if (next > kLastAddress) return ecs_fault("Ecs.0012");
      server.nics[i].address = format_address(next++);
    }
  }
  return {};
}

std::vector<Server> build(const World& world, const Call& call, const Order& order) {
  base::Random& random = world.deps.random;
  const std::string reservation = "r-" + base::make_text(random, 8, kSmallAndDigits);
  std::vector<Server> servers(static_cast<std::size_t>(order.count), order.pattern);
  for (int i = 0; i < order.count; ++i) {
    Server& server = servers[static_cast<std::size_t>(i)];
    server.id = base::make_uuid(random);
    server.name = name_of(order, i);
    server.created = call.now;
    server.reservation = reservation;
    server.launch_index = i;
    for (Nic& nic : server.nics) {
      nic.port = base::make_uuid(random);
      nic.mac = derived_mac(nic.port);
    }
    for (Volume& volume : server.volumes) volume.id = base::make_uuid(random);
    begin(server, Event::Build, call.now, world.due(call.now));
  }
  return servers;
}

struct Batch {
  std::vector<Server> servers;
  Job job;
  std::string token;
  json::object answer;
};

void take_back(const World& world, const std::vector<Server>& servers, std::size_t count) {
  for (std::size_t first = 0; first < count; first += kChunk) {
    store::Transaction transaction;
    for (std::size_t i = first; i < std::min(first + kChunk, count); ++i) {
      transaction.erase(Records::server_key(servers[i].project, servers[i].id));
    }
    // Servers that stay because the store fails have no job and no caller that knows them.
    (void)world.records.commit(std::move(transaction));
  }
}

// false: somebody else changed the project's servers, or used the token, meanwhile.
std::expected<bool, Fault> commit(const World& world, const Call& call, const Batch& batch,
                                  std::optional<store::Revision> fence) {
  const std::string& project = project_of(call);
  for (std::size_t first = 0; first < batch.servers.size(); first += kChunk) {
    const std::size_t last = std::min(first + kChunk, batch.servers.size());
    store::Transaction transaction;
    if (fence) {
      transaction.require_revision(Records::fence_key(project), *fence);
    } else {
      transaction.require_absent(Records::fence_key(project));
    }
    transaction.put(Records::fence_key(project), batch.job.id);
    if (first == 0) world.records.sweep(transaction, project, call.now);
    for (std::size_t i = first; i < last; ++i) Records::put(transaction, batch.servers[i]);
    if (last == batch.servers.size()) {
      Records::put(transaction, project, batch.job);
      if (!batch.token.empty()) {
        transaction.require_absent(Records::token_key(project, batch.token));
        Records::put(transaction, project, batch.token,
                     {call.now, digest_of(call), base::to_text(batch.answer)});
      }
    }
    auto committed = world.records.commit(std::move(transaction));
    if (!committed || !*committed) {
      take_back(world, batch.servers, first);
      if (!committed) return std::unexpected(committed.error());
      return false;
    }
    fence = *committed;
  }
  return true;
}

std::optional<store::Revision> fence_of(const World& world, const std::string& project) {
  const std::unique_ptr<store::Snapshot> snapshot = world.records.snapshot();
  const auto entry = snapshot->get(Records::fence_key(project));
  return entry ? std::optional(entry->modified) : std::nullopt;
}

std::string order_id(base::Random& random, base::Time now) {
  std::string stamp = base::to_sdk_date(now);  // 20260601T120000Z
  stamp.erase(8, 1);
  return "CS" + stamp.substr(2, 10) +
         base::make_text(random, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

Batch make_batch(const World& world, const Call& call, const Order& order, std::string token) {
  Batch batch;
  batch.servers = build(world, call, order);
  batch.token = std::move(token);
  batch.job = {make_job_id(world.deps.random, call.now),
               Event::Build,
               call.now,
               world.due(call.now),
               {},
               {}};
  json::array ids;
  for (const Server& server : batch.servers) {
    batch.job.servers.push_back(server.id);
    ids.emplace_back(server.id);
  }
  batch.answer = {{"job_id", batch.job.id}};
  if (order.pattern.paid_until) batch.answer["order_id"] = order_id(world.deps.random, call.now);
  batch.answer["serverIds"] = std::move(ids);
  return batch;
}

Outcome create(const World& world, const Call& call, Dialect dialect) {
  const auto token = read_token(call);
  if (!token) return std::unexpected(token.error());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto before = recall(world, call, *token);
    if (!before) return std::unexpected(before.error());
    if (*before) return std::move(**before);
    // The fence is read first: whoever creates after this makes the commit fail.
    const std::optional<store::Revision> fence = fence_of(world, project_of(call));
    const std::shared_ptr<const ServerList> others = world.records.list_servers(project_of(call));
    const auto order = read_order(world, call, dialect, *others);
    if (!order) return std::unexpected(order.error());
    const std::size_t count = static_cast<std::size_t>(order->count);
    if (count_alive(*others, call.now) + count > world.deps.settings.server_quota) {
      return ecs_fault("Ecs.0001");
    }
    Batch batch = make_batch(world, call, *order, *token);
    if (auto given = give_addresses(*order, *others, call.now, batch.servers); !given) {
      return std::unexpected(given.error());
    }
    if (order->dry_run) {
      Reply reply(json::object{});
      reply.status = 202;
      return reply;
    }
    const auto done = commit(world, call, batch, fence);
    if (!done) return std::unexpected(done.error());
    if (*done) return Reply(std::move(batch.answer));
  }
  return fault(FaultKind::Conflict);
}

}  // namespace

Outcome create_post_paid_servers(const World& world, const Call& call) {
  return create(world, call, Dialect::V1);
}

Outcome create_servers(const World& world, const Call& call) {
  return create(world, call, Dialect::V1_1);
}

}  // namespace jianmen::services::ecs
