#pragma once
// Servers, jobs and client tokens in the store, under e/<project>/s|j|t/<id>. Reads take one short
// snapshot; a project's servers are decoded once and kept until one of them is written. Writes are
// compare-and-commit: read, change, commit on the condition that nobody else wrote meanwhile, else
// again. Thread safety: any thread; writes block until durable.

#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/call.hpp"
#include "services/ecs/job.hpp"
#include "services/ecs/server.hpp"
#include "store/store.hpp"

namespace jianmen::services::ecs {

// A server in a list: as it is kept and, while a transition is in the record, as it is from then
// on.
struct ListedServer {
  std::shared_ptr<const Server> kept, settled;

  const Server& at(base::Time now) const {
    return settled && kept->pending->due <= now ? *settled : *kept;
  }
  const Server* operator->() const { return kept.get(); }  // for what no transition changes
};
using ServerList = std::vector<ListedServer>;

struct StoredServer {
  Server server;
  store::Revision modified = 0;
};

struct ClientToken {
  base::Time made{};
  std::string request;  // digest of what was asked
  std::string answer;   // JSON text
};

inline constexpr int kAttempts = 64;  // of a write that others get in the way of

class Records {
 public:
  explicit Records(store::Store& store) : store_(store) {}

  // At `now`; nothing once it is deleted.
  std::optional<Server> find_server(std::string_view project, std::string_view id,
                                    base::Time now) const;
  // All, newest first, the deleted too. Name the result before a loop over it: a range-for does
  // not keep it alive.
  std::shared_ptr<const ServerList> list_servers(std::string_view project) const;
  // Those that are there at `now`, as they are then, newest first.
  template <class Take>
  void each_server(std::string_view project, base::Time now, Take take) const {
    const std::shared_ptr<const ServerList> servers = list_servers(project);
    for (const ListedServer& listed : *servers) {
      const Server& server = listed.at(now);
      if (server.state != VmState::Deleted) take(server);
    }
  }

  using Change = std::function<std::expected<void, Fault>(Server&)>;
  // The server after the change. NotFound when there is no such server at `now`.
  std::expected<Server, Fault> change_server(std::string_view project, std::string_view id,
                                             base::Time now, const Change& change) const;

  std::optional<Job> find_job(std::string_view project, std::string_view id) const;
  std::optional<ClientToken> find_token(std::string_view project, std::string_view token) const;

  std::unique_ptr<store::Snapshot> snapshot() const { return store_.snapshot(); }
  static std::optional<StoredServer> load(const store::Snapshot& snapshot, std::string_view project,
                                          std::string_view id, base::Time now);
  static void put(store::Transaction& transaction, const Server& server);
  static void put(store::Transaction& transaction, std::string_view project, const Job& job);
  static void put(store::Transaction& transaction, std::string_view project, std::string_view token,
                  const ClientToken& value);
  // Erases a few of the jobs that are past their time and of the servers that are gone: at most
  // kSwept operations.
  void sweep(store::Transaction& transaction, std::string_view project, base::Time now) const;
  static constexpr std::size_t kSwept = 16;
  // The commit's revision; nothing when a condition failed.
  std::expected<std::optional<store::Revision>, Fault> commit(store::Transaction transaction) const;

  static std::string server_key(std::string_view project, std::string_view id);
  static std::string job_key(std::string_view project, std::string_view id);
  static std::string token_key(std::string_view project, std::string_view token);
  // Every change that needs the project's servers as a whole (quota, free addresses) also writes
  // this key.
  static std::string fence_key(std::string_view project);

 private:
  struct Kept {
    store::Revision modified = 0;
    ListedServer server;
  };
  struct Decoded {
    store::Revision revision = 0;
    std::vector<Kept> by_key;
    std::shared_ptr<const ServerList> newest_first;
  };
  std::shared_ptr<const Decoded> decode(const store::Snapshot& snapshot, std::string_view project,
                                        const Decoded* before) const;

  store::Store& store_;
  mutable std::mutex mutex_;  // guards the pointers of decoded_ alone
  mutable std::unordered_map<std::string, std::shared_ptr<const Decoded>> decoded_;
};

}  // namespace jianmen::services::ecs
