#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "authn/authenticator.hpp"

namespace jianmen::authn {

namespace {

struct Failures {
  unsigned in_a_row = 0;
  base::Time locked_until = base::Time::min();
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

struct Lockouts::Table {
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Failures, TextHash, std::equal_to<>> keys;
  };
  unsigned failures_to_lock;
  base::Duration lock_time;
  std::array<Shard, 16> shards;
  // How many keys have failures: nearly always none, and then nobody takes a mutex.
  std::atomic<std::size_t> count{0};

  Shard& shard_of(std::string_view id) { return shards[TextHash{}(id) % shards.size()]; }
};

Lockouts::Lockouts(const Settings& settings) : table_(std::make_unique<Table>()) {
  table_->failures_to_lock = settings.failures_to_lock;
  table_->lock_time = settings.lock_time;
}

Lockouts::~Lockouts() = default;

bool Lockouts::is_locked(std::string_view access_key_id, base::Time now) const {
  if (table_->count.load(std::memory_order_relaxed) == 0) return false;
  auto& shard = table_->shard_of(access_key_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.keys.find(access_key_id);
  return found != shard.keys.end() && now < found->second.locked_until;
}

void Lockouts::record_failure(std::string_view access_key_id, base::Time now) {
  auto& shard = table_->shard_of(access_key_id);
  const std::lock_guard lock(shard.mutex);
  auto found = shard.keys.find(access_key_id);
  if (found == shard.keys.end()) {
    found = shard.keys.emplace(std::string(access_key_id), Failures()).first;
    table_->count.fetch_add(1, std::memory_order_relaxed);
  }
  auto& failures = found->second;
  if (++failures.in_a_row > table_->failures_to_lock) {
    failures.in_a_row = 0;
    failures.locked_until = now + table_->lock_time;
  }
}

void Lockouts::record_success(std::string_view access_key_id) {
  if (table_->count.load(std::memory_order_relaxed) == 0) return;
  auto& shard = table_->shard_of(access_key_id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.keys.find(access_key_id);
  if (found == shard.keys.end()) return;
  shard.keys.erase(found);
  table_->count.fetch_sub(1, std::memory_order_relaxed);
}

void Lockouts::clear() {
  for (auto& shard : table_->shards) {
    const std::lock_guard lock(shard.mutex);
    table_->count.fetch_sub(shard.keys.size(), std::memory_order_relaxed);
    shard.keys.clear();
  }
}

}  // namespace jianmen::authn
