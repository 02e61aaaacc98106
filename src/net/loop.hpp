#pragma once
// The event loop: one a thread, epoll below, coroutines above. A connection lives on one loop for
// its whole life. Whoever is started with spawn() is counted; run() returns when stop() was called
// and the last of them has ended: from stop() on every wait ends at once with IoStatus::Cancelled,
// so tasks end by their usual paths. Thread safety: post() and stop() from any thread; all else on
// the loop's own thread.

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "net/timer.hpp"

namespace jianmen::net {

namespace detail {
class Watch;
}

class Loop {
 public:
  static base::Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  static Loop* current();  // the loop that runs on this thread, or nullptr

  void run();
  void stop();
  void post(std::move_only_function<void()> work);

  Deadline now() const;    // as of this turn
  bool cancelled() const;  // stop() has been seen: no wait succeeds any more

  // For the folder itself: what spawn(), sleep_for() and the streams need.
  void task_started();
  void task_ended();
  detail::TimerWheel& timers();

 private:
  friend class detail::Watch;
  struct State;
  explicit Loop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Waits at least that long, in steps of 250 ms; ends early when the loop stops. Blocks on a thread
// without a loop.
class [[nodiscard]] Sleep final : private detail::Timer {
 public:
  explicit Sleep(SteadyClock::duration time) : time_(time) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter);
  void await_resume() const noexcept {}

 private:
  void expire() override;
  SteadyClock::duration time_;
  std::coroutine_handle<> awaiter_;
};

inline Sleep sleep_for(SteadyClock::duration time) { return Sleep(time); }

}  // namespace jianmen::net
