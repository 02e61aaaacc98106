#pragma once
// Is a server fit for traffic? Passive: failures in a row of real requests take it out for a while.
// Active: a checker's answers. Shared by all workers. Thread safety: any thread.

#include <atomic>
#include <cstdint>

#include "net/timer.hpp"
#include "upstream/settings.hpp"

namespace jianmen::upstream {

class Health {
 public:
  bool is_good(net::Deadline now) const {
    return !down_.load(std::memory_order_relaxed) &&
           ejected_until_.load(std::memory_order_relaxed) <= ticks(now);
  }
  void succeeded() {
    if (failures_.load(std::memory_order_relaxed) != 0) {
      failures_.store(0, std::memory_order_relaxed);
    }
  }
  // True: this failure took it out.
  bool failed(const Group& group, net::Deadline now);
  // One answer of the checker; true: it went down or came up.
  bool checked(const HealthCheck& check, bool good);
  bool is_down() const { return down_.load(std::memory_order_relaxed); }

 private:
  static std::int64_t ticks(net::Deadline time) { return time.time_since_epoch().count(); }

  std::atomic<unsigned> failures_{0};
  std::atomic<std::int64_t> ejected_until_{0};
  std::atomic<bool> down_{false};
  unsigned in_a_row_ = 0;  // the checker's own: answers that contradict down_
};

}  // namespace jianmen::upstream
