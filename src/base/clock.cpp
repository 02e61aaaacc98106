#include "base/clock.hpp"

namespace jianmen::base {

namespace {
Time system_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}
}  // namespace

Time MovableClock::now() const { return system_now() + offset(); }
void MovableClock::advance(Duration by) { offset_us_ += by.count(); }
void MovableClock::set(Time to) { offset_us_ = (to - system_now()).count(); }
void MovableClock::reset() { offset_us_ = 0; }
Duration MovableClock::offset() const {
  return Duration(offset_us_.load(std::memory_order_relaxed));
}

}  // namespace jianmen::base
