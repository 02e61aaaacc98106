#pragma once
// The routes to upstreams as one immutable whole, found by host, method and path; and where the
// whole is swapped. Thread safety: a Table is shared by all workers; the Registry is asked by any
// thread.

#include <atomic>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "catalog/path_router.hpp"
#include "upstream/health.hpp"
#include "upstream/settings.hpp"
#include "upstream/traffic.hpp"

namespace jianmen::upstream {

class Checker;

struct Match {
  catalog::Route route;
  std::size_t index = 0;  // in Settings::routes
};

class Table {
 public:
  // Operations live in `operations`, for ever: journals point to them. A row that is there already
  // is used again.
  static base::Result<std::shared_ptr<const Table>> create(
      Settings settings, std::deque<catalog::Operation>& operations, const Table* before);

  // nullopt: the host is not ours, or (without a host of its own) no route fits.
  std::optional<std::expected<Match, catalog::NoRoute>> find(const catalog::Catalog& catalog,
                                                             std::string_view host,
                                                             std::string_view method,
                                                             std::string_view path) const;

  const Settings& settings() const { return settings_; }
  const std::vector<std::shared_ptr<Health>>& health(std::size_t group) const {
    return health_[group];
  }
  // One more worker's pool of a group, and all that there are.
  std::shared_ptr<PoolTraffic> add_traffic(std::size_t group) const;
  std::vector<std::shared_ptr<const PoolTraffic>> traffic(std::size_t group) const;

 private:
  struct HostRoutes {
    catalog::PathRouter router;
    std::unordered_map<const catalog::Operation*, std::size_t> route_of;
  };
  Table() = default;
  HostRoutes& routes_of(const std::string& host);

  Settings settings_;
  std::vector<std::vector<std::shared_ptr<Health>>> health_;  // of the groups' servers
  mutable std::mutex traffic_mutex_;
  mutable std::vector<std::vector<std::shared_ptr<PoolTraffic>>> traffic_;  // of the groups' pools
  std::unordered_map<std::string, HostRoutes> hosts_;
  std::vector<std::pair<std::string, HostRoutes>> domains_;  // ".example.com"
  std::unique_ptr<HostRoutes> any_;
};

class Registry {
 public:
  Registry();
  ~Registry();  // ends the health checks
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // All or nothing: with an error the last good table stays.
  base::Result<> replace(Settings settings);
  // Changes with every table; 0: there was none yet.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  std::shared_ptr<const Table> table() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Table> table_;
  std::deque<catalog::Operation> operations_;
  std::atomic<std::uint64_t> generation_{0};
  std::unique_ptr<Checker> checker_;
};

}  // namespace jianmen::upstream
