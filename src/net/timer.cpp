#include "net/timer.hpp"

#include <algorithm>

namespace jianmen::net::detail {

void TimerWheel::file(Timer& timer) {
  timer.unlink();
  if (timer.deadline_ == kNoDeadline) return;
  // One tick up, so that the slot's time is not before the deadline; the far future waits in the
  // last slot.
  const std::int64_t tick = std::clamp<std::int64_t>(
      tick_of(timer.deadline_) + 1, swept_ + 1, swept_ + static_cast<std::int64_t>(kSlots) - 1);
  timer.filed_until_ = origin_ + tick * kTick;
  slots_[tick % kSlots].push_back(timer);
  next_due_ = std::min(next_due_, timer.filed_until_);
}

void TimerWheel::advance(Deadline now) {
  const std::int64_t until = tick_of(now);
  // After a long stall no slot needs more than one look.
  if (until - swept_ > static_cast<std::int64_t>(kSlots))
    swept_ = until - static_cast<std::int64_t>(kSlots);
  while (swept_ < until) {
    ++swept_;
    TimerLink due;
    TimerLink& slot = slots_[swept_ % kSlots];
    while (slot.linked()) {
      TimerLink& link = *slot.next;
      link.unlink();
      due.push_back(link);
    }
    while (due.linked()) {
      auto& timer = static_cast<Timer&>(*due.next);
      timer.unlink();
      if (timer.deadline_ > now) {
        file(timer);
      } else {
        timer.disarm();
        timer.expire();
      }
    }
  }
  find_next_due();
}

void TimerWheel::expire_all() {
  for (auto& slot : slots_) {
    while (slot.linked()) {
      auto& timer = static_cast<Timer&>(*slot.next);
      timer.unlink();
      const bool armed = timer.deadline_ != kNoDeadline;
      timer.disarm();
      if (armed) timer.expire();
    }
  }
  find_next_due();
}

void TimerWheel::find_next_due() {
  next_due_ = kNoDeadline;
  for (std::int64_t tick = swept_ + 1; tick < swept_ + static_cast<std::int64_t>(kSlots); ++tick) {
    if (slots_[tick % kSlots].linked()) {
      next_due_ = origin_ + tick * kTick;
      return;
    }
  }
}

}  // namespace jianmen::net::detail
