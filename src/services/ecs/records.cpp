#include "services/ecs/records.hpp"

#include <algorithm>
#include <tuple>

#include "identity/ids.hpp"
#include "services/ecs/faults.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::size_t kProjectsKept = 256;

std::string key_of(std::string_view project, char kind, std::string_view id) {
  std::string key = "e/";
  key.append(project).append({'/', kind, '/'}).append(id);
  return key;
}

bool newer(const ListedServer& a, const ListedServer& b) {
  return std::tuple(b->created, a->launch_index, std::string_view(a->id)) <
         std::tuple(a->created, b->launch_index, std::string_view(b->id));
}

ListedServer listed(Server server) {
  ListedServer result;
  if (server.pending) {
    Server settled = server;
    advance(settled, server.pending->due);
    result.settled = std::make_shared<const Server>(std::move(settled));
  }
  result.kept = std::make_shared<const Server>(std::move(server));
  return result;
}

}  // namespace

std::string Records::server_key(std::string_view project, std::string_view id) {
  return key_of(project, 's', id);
}
std::string Records::job_key(std::string_view project, std::string_view id) {
  return key_of(project, 'j', id);
}
std::string Records::token_key(std::string_view project, std::string_view token) {
  return key_of(project, 't', token);
}
std::string Records::fence_key(std::string_view project) { return key_of(project, 'f', "servers"); }

std::optional<StoredServer> Records::load(const store::Snapshot& snapshot, std::string_view project,
                                          std::string_view id, base::Time now) {
  if (!identity::is_well_formed_id(id)) return std::nullopt;
  const std::optional<store::EntryView> entry = snapshot.get(server_key(project, id));
  if (!entry) return std::nullopt;
  std::optional<Server> server = from_record(project, id, entry->value);
  if (!server) return std::nullopt;
  advance(*server, now);
  if (server->state == VmState::Deleted) return std::nullopt;
  return StoredServer{std::move(*server), entry->modified};
}

std::optional<Server> Records::find_server(std::string_view project, std::string_view id,
                                           base::Time now) const {
  std::optional<StoredServer> found = load(*store_.snapshot(), project, id, now);
  if (!found) return std::nullopt;
  return std::move(found->server);
}

std::shared_ptr<const Records::Decoded> Records::decode(const store::Snapshot& snapshot,
                                                        std::string_view project,
                                                        const Decoded* before) const {
  const std::string prefix = server_key(project, "");
  const store::RangeResult range = snapshot.range(prefix, store::prefix_end(prefix), 0);
  auto decoded = std::make_shared<Decoded>();
  decoded->revision = snapshot.revision();
  decoded->by_key.reserve(range.entries.size());
  auto list = std::make_shared<ServerList>();
  list->reserve(range.entries.size());
  // Both sides are in the order of their keys.
  std::size_t old = 0;
  for (const store::EntryView& entry : range.entries) {
    const std::string_view id = entry.key.substr(prefix.size());
    while (before && old < before->by_key.size() && before->by_key[old].server->id < id) ++old;
    const Kept* kept = before && old < before->by_key.size() ? &before->by_key[old] : nullptr;
    if (kept && kept->server->id == id && kept->modified == entry.modified) {
      decoded->by_key.push_back(*kept);
    } else {
      std::optional<Server> server = from_record(project, id, entry.value);
      if (!server) continue;
      decoded->by_key.push_back({entry.modified, listed(std::move(*server))});
    }
    list->push_back(decoded->by_key.back().server);
  }
  std::ranges::sort(*list, newer);
  decoded->newest_first = std::move(list);
  return decoded;
}

std::shared_ptr<const ServerList> Records::list_servers(std::string_view project) const {
  const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
  std::string name(project);
  std::shared_ptr<const Decoded> before;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = decoded_.find(name); found != decoded_.end()) before = found->second;
  }
  if (before && before->revision == snapshot->revision()) return before->newest_first;
  std::shared_ptr<const Decoded> decoded = decode(*snapshot, project, before.get());
  {
    const std::scoped_lock lock(mutex_);
    if (decoded_.size() >= kProjectsKept && !decoded_.contains(name)) decoded_.clear();
    std::shared_ptr<const Decoded>& kept = decoded_[std::move(name)];
    if (!kept || kept->revision < decoded->revision) kept = decoded;
  }
  return decoded->newest_first;
}

std::expected<Server, Fault> Records::change_server(std::string_view project, std::string_view id,
                                                    base::Time now, const Change& change) const {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::optional<StoredServer> found = load(*store_.snapshot(), project, id, now);
    if (!found) return no_such_server(id);
    if (std::expected<void, Fault> done = change(found->server); !done) {
      return std::unexpected(std::move(done.error()));
    }
    store::Transaction transaction;
    transaction.require_revision(server_key(project, id), found->modified);
    put(transaction, found->server);
    std::expected<std::optional<store::Revision>, Fault> committed = commit(std::move(transaction));
    if (!committed) return std::unexpected(std::move(committed.error()));
    if (*committed) return std::move(found->server);
  }
  return fault(FaultKind::Conflict);
}

std::optional<Job> Records::find_job(std::string_view project, std::string_view id) const {
  const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
  const std::optional<store::EntryView> entry = snapshot->get(job_key(project, id));
  return entry ? job_from_record(id, entry->value) : std::nullopt;
}

std::optional<ClientToken> Records::find_token(std::string_view project,
                                               std::string_view token) const {
  const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
  const std::optional<store::EntryView> entry = snapshot->get(token_key(project, token));
  if (!entry) return std::nullopt;
  const base::Result<json::value> value = base::parse_json(entry->value);
  if (!value) return std::nullopt;
  return ClientToken{base::Time(base::Duration(base::find_int(*value, "made").value_or(0))),
                     base::string_or(*value, "request", ""), base::string_or(*value, "answer", "")};
}

void Records::put(store::Transaction& transaction, const Server& server) {
  transaction.put(server_key(server.project, server.id), to_record(server));
}

void Records::put(store::Transaction& transaction, std::string_view project, const Job& job) {
  transaction.put(job_key(project, job.id), to_record(job));
}

void Records::put(store::Transaction& transaction, std::string_view project, std::string_view token,
                  const ClientToken& value) {
  transaction.put(token_key(project, token),
                  base::to_text(json::object{{"made", value.made.time_since_epoch().count()},
                                             {"request", value.request},
                                             {"answer", value.answer}}));
}

void Records::sweep(store::Transaction& transaction, std::string_view project,
                    base::Time now) const {
  const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
  const store::RangeResult old = snapshot->range(
      job_key(project, ""), job_key(project, oldest_job_id(now - kJobKept)), kSwept / 2);
  for (const store::EntryView& entry : old.entries) transaction.erase(std::string(entry.key));
  std::size_t gone = 0;
  const std::shared_ptr<const ServerList> servers = list_servers(project);
  for (const ListedServer& server : *servers) {
    if (server.at(now).state != VmState::Deleted) continue;
    transaction.erase(server_key(project, server->id));
    if (++gone == kSwept / 2) return;
  }
}

std::expected<std::optional<store::Revision>, Fault> Records::commit(
    store::Transaction transaction) const {
  store::CommitResult result = store_.commit(std::move(transaction));
  if (!result) {
    if (result.error().code == base::Code::TooLarge) return invalid("request body is illegal.");
    return services::fault(result.error());
  }
  const store::Committed* committed = std::get_if<store::Committed>(&*result);
  return committed ? std::optional(committed->revision) : std::nullopt;
}

}  // namespace jianmen::services::ecs
