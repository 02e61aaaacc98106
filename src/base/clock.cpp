#include "base/clock.hpp"

#include <algorithm>

namespace jianmen::base {

namespace {

// About 7,000 years either way: nobody's typing error may overflow a time.
constexpr Duration kFarthest = std::chrono::days(7000 * 365);

Duration bounded(Duration by) { return std::clamp(by, -kFarthest, kFarthest); }

Time system_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace

Time MovableClock::now() const { return system_now() + offset(); }

void MovableClock::advance(Duration by) { offset_us_ += bounded(by).count(); }

void MovableClock::set(Time to) {
  offset_us_ = (bounded(to.time_since_epoch()) - system_now().time_since_epoch()).count();
}

void MovableClock::reset() { offset_us_ = 0; }

Duration MovableClock::offset() const {
  return bounded(Duration(offset_us_.load(std::memory_order_relaxed)));
}

}  // namespace jianmen::base
