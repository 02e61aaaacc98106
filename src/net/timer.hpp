#pragma once
// Coarse timers: a wheel of 250 ms ticks. Connections set a new deadline on every read and write;
// with the wheel that is one store, since a timer stays filed under its old slot and the sweep
// files it anew when it gets there. A timer fires at or after its deadline, late by at most a tick.
// Thread safety: belongs to one loop.

#include <array>
#include <chrono>
#include <cstdint>

namespace jianmen::net {

using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

// A deadline that does not wrap when the timeout is "for ever".
inline Deadline after(Deadline now, SteadyClock::duration timeout) {
  return timeout >= kNoDeadline - now ? kNoDeadline : now + timeout;
}

namespace detail {

struct TimerLink {
  TimerLink* next = this;
  TimerLink* previous = this;

  bool linked() const { return next != this; }
  void unlink() {
    previous->next = next;
    next->previous = previous;
    next = previous = this;
  }
  void push_back(TimerLink& link) {
    link.previous = previous;
    link.next = this;
    previous->next = &link;
    previous = &link;
  }
};

class Timer : private TimerLink {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { unlink(); }

  void disarm() { deadline_ = kNoDeadline; }
  Deadline deadline() const { return deadline_; }

 protected:
  virtual void expire() = 0;  // may destroy the timer

 private:
  friend class TimerWheel;
  Deadline deadline_ = kNoDeadline;
  Deadline filed_until_ = kNoDeadline;  // when the sweep will look at it, if linked
};

class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{250};

  explicit TimerWheel(Deadline start) : origin_(start) {}

  void arm(Timer& timer, Deadline deadline) {
    timer.deadline_ = deadline;
    if (timer.linked() && timer.filed_until_ <= deadline) return;
    file(timer);
  }
  void advance(Deadline now);  // fires what is due
  void expire_all();           // fires everything armed, due or not
  // No timer is due earlier; kNoDeadline when none is filed. May be early, never late.
  Deadline next_due() const { return next_due_; }

 private:
  static constexpr std::size_t kSlots = 512;  // 128 s; later deadlines are filed again on the way

  std::int64_t tick_of(Deadline time) const { return (time - origin_) / kTick; }
  void file(Timer& timer);
  void find_next_due();

  Deadline origin_;
  std::int64_t swept_ = 0;  // every tick up to this one has been looked at
  Deadline next_due_ = kNoDeadline;
  std::array<TimerLink, kSlots> slots_;
};

}  // namespace detail

}  // namespace jianmen::net
