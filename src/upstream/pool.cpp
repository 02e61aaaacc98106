#include "upstream/pool.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "net/loop.hpp"

namespace jianmen::upstream {

Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    connection = std::move(other.connection);
    pool_ = std::exchange(other.pool_, nullptr);
    server_ = other.server_;
  }
  return *this;
}

void Pool::Lease::release() {
  connection.reset();
  Pool* const pool = std::exchange(pool_, nullptr);
  if (!pool) return;
  --pool->servers_[server_].busy;
  pool->count(server_);
}

void Pool::Lease::failed() {
  const Group& group = pool_->group_;
  pool_->traffic_->servers[server_].failures.add();
  if (pool_->servers_[server_].health->failed(group, net::Loop::current()->now())) {
    base::log::warning("event=upstream_ejected upstream=" + group.name +
                       " server=" + server().text);
  }
}

void Pool::Lease::give_back() {
  connection->used = true;
  connection->idle_since = connection->stream().loop().now();
  pool_->servers_[server_].idle.push_back(std::move(connection));
  release();
}

Pool::Pool(const Group& group, const std::vector<std::shared_ptr<Health>>& health,
           std::shared_ptr<PoolTraffic> traffic)
    : group_(group),
      traffic_(std::move(traffic)),
      state_(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(this) >> 4) | 1) {
  servers_.resize(group.servers.size());
  for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i].health = health[i];
}

void Pool::count(std::size_t server) {
  ServerTraffic& traffic = traffic_->servers[server];
  traffic.busy.set(servers_[server].busy);
  traffic.idle.set(servers_[server].idle.size());
}

// xorshift: which of two servers is asked is no secret.
std::uint32_t Pool::chance(std::uint32_t below) {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 17;
  state_ ^= state_ << 5;
  return state_ % below;
}

bool Pool::may_take(std::size_t server, std::uint64_t tried) const {
  return (tried >> server & 1) == 0 && servers_[server].busy < group_.connections;
}

Pool::Lease Pool::choose(std::uint64_t tried, net::Deadline now) {
  std::array<std::uint8_t, 64> fit;
  std::size_t count = 0;
  // When none is in good health, any may be asked: to refuse for sure would not be better.
  for (const bool any : {false, true}) {
    for (std::size_t i = 0; i < servers_.size() && i < fit.size(); ++i) {
      if (may_take(i, tried) && (any || servers_[i].health->is_good(now))) {
        fit[count++] = static_cast<std::uint8_t>(i);
      }
    }
    if (count > 0) break;
  }
  if (count == 0) return {};
  if (count == 1) return {*this, fit[0]};
  const std::size_t first = chance(static_cast<std::uint32_t>(count));
  std::size_t second = chance(static_cast<std::uint32_t>(count - 1));
  if (second >= first) ++second;
  const bool less = servers_[fit[second]].busy < servers_[fit[first]].busy;
  return {*this, less ? fit[second] : fit[first]};
}

std::unique_ptr<Connection> Pool::take_idle(std::size_t server) {
  auto& idle = servers_[server].idle;
  while (!idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    count(server);
    if (connection->is_reusable()) return connection;
  }
  return nullptr;
}

void Pool::sweep(net::Deadline now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    std::erase_if(servers_[i].idle, [&](const auto& connection) {
      return !connection->is_reusable() ||
             now >= net::after(connection->idle_since, group_.keep_alive);
    });
    count(i);
  }
}

}  // namespace jianmen::upstream
