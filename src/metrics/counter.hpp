#pragma once
// Numbers that one thread writes and any thread reads: a plain addition on the writer's side, no
// locked instruction. Parts keep them as members, one object a worker; who shows them adds up.

#include <atomic>
#include <cstdint>

namespace jianmen::metrics {

// Only grows. Thread safety: add() from one thread, value() from any.
class Counter {
 public:
  void add(std::uint64_t by = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Goes up and down. Thread safety: set() from one thread, value() from any.
class Gauge {
 public:
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// How often a cache knew what it was asked for.
struct CacheCounters {
  Counter hits, misses;
};

}  // namespace jianmen::metrics
