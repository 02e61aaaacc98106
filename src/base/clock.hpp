#pragma once
// Time comes in from outside, so that 24 h of life, skew and lock-outs are tested in microseconds
// and an administrator can move it. All times are UTC, microseconds since 1970. Thread safety:
// now() from any thread; MovableClock's changes are atomic.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace jianmen::base {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

// The system's time plus an offset that `jianmen admin clock` moves; set() freezes nothing, time
// goes on from there.
class MovableClock final : public Clock {
 public:
  Time now() const override;
  void advance(Duration by);
  void set(Time to);
  void reset();  // back to the system's time
  Duration offset() const;

 private:
  std::atomic<std::int64_t> offset_us_{0};
};

// For tests: stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_us_(start.time_since_epoch().count()) {}
  Time now() const override { return Time(Duration(now_us_.load())); }
  void advance(Duration by) { now_us_ += by.count(); }
  void set(Time to) { now_us_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_us_;
};

}  // namespace jianmen::base
