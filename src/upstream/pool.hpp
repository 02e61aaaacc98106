#pragma once
// One worker's connections to the servers of a group: which server is next (the less busy of two
// chosen by chance, of those in good health), and its connection, the last used one first. Thread
// safety: belongs to one loop; the health is shared.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/timer.hpp"
#include "upstream/connection.hpp"
#include "upstream/health.hpp"
#include "upstream/settings.hpp"
#include "upstream/traffic.hpp"

namespace jianmen::upstream {

class Pool {
 public:
  // A server at work on a request; ends the connection unless it is given back.
  class Lease {
   public:
    Lease() = default;
    Lease(Pool& pool, std::size_t server) : pool_(&pool), server_(server) {
      ++pool.servers_[server].busy;
      pool.traffic_->servers[server].requests.add();
      pool.count(server);
    }
    Lease(Lease&& other) noexcept
        : connection(std::move(other.connection)),
          pool_(std::exchange(other.pool_, nullptr)),
          server_(other.server_) {}
    Lease& operator=(Lease&& other) noexcept;
    ~Lease() { release(); }

    explicit operator bool() const { return pool_ != nullptr; }
    const Group& group() const { return pool_->group_; }
    const Server& server() const { return pool_->group_.servers[server_]; }
    std::size_t index() const { return server_; }
    void succeeded() { pool_->servers_[server_].health->succeeded(); }
    void failed();
    void take_idle() { connection = pool_->take_idle(server_); }
    void connected() { pool_->traffic_->servers[server_].connections.add(); }
    void give_back();  // the connection serves again
    void release();

    std::unique_ptr<Connection> connection;

   private:
    Pool* pool_ = nullptr;
    std::size_t server_ = 0;
  };

  // `group` and the health of its servers, in their order, outlive the pool; `traffic` has a row
  // for each of them.
  Pool(const Group& group, const std::vector<std::shared_ptr<Health>>& health,
       std::shared_ptr<PoolTraffic> traffic);

  const Group& group() const { return group_; }
  // Not one of those in `tried` (a bit a server); false: none is left, or all are full.
  Lease choose(std::uint64_t tried, net::Deadline now);
  // Ends what was idle for too long or whose other side has hung up.
  void sweep(net::Deadline now);

 private:
  struct Backend {
    std::shared_ptr<Health> health;
    std::vector<std::unique_ptr<Connection>> idle;
    std::size_t busy = 0;
  };
  std::unique_ptr<Connection> take_idle(std::size_t server);
  bool may_take(std::size_t server, std::uint64_t tried) const;
  std::uint32_t chance(std::uint32_t below);
  void count(std::size_t server);

  const Group& group_;
  std::shared_ptr<PoolTraffic> traffic_;
  std::vector<Backend> servers_;
  std::uint32_t state_;  // of the generator
};

}  // namespace jianmen::upstream
