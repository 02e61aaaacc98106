#include "upstream/health.hpp"

namespace jianmen::upstream {

bool Health::failed(const Group& group, net::Deadline now) {
  if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 < group.failures_to_eject) return false;
  failures_.store(0, std::memory_order_relaxed);
  ejected_until_.store(ticks(net::after(now, group.eject_time)), std::memory_order_relaxed);
  return true;
}

bool Health::checked(const HealthCheck& check, bool good) {
  const bool down = is_down();
  if (good != down) {
    in_a_row_ = 0;
    return false;
  }
  if (++in_a_row_ < (down ? check.successes : check.failures)) return false;
  in_a_row_ = 0;
  down_.store(!down, std::memory_order_relaxed);
  return true;
}

}  // namespace jianmen::upstream
