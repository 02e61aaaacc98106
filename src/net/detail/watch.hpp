#pragma once
// One descriptor on a loop: which readiness it is registered for, the one operation that waits, and
// its deadline. Level-triggered and lazy: the registration changes only when an operation wants
// another direction, so a connection that reads, answers and reads again makes no epoll_ctl call at
// all.

#include <coroutine>
#include <cstdint>

#include <sys/epoll.h>

#include "net/io_status.hpp"
#include "net/loop.hpp"
#include "net/timer.hpp"

namespace jianmen::net::detail {

// What waits for readiness. attempt() is called when the descriptor is ready: true when the
// operation is done.
class Operation {
 public:
  virtual bool attempt() = 0;

  IoStatus status = IoStatus::Ok;
  std::uint32_t wants = EPOLLIN;  // EPOLLIN or EPOLLOUT
  std::coroutine_handle<> awaiter;

 protected:
  ~Operation() = default;
};

class Watch final : private Timer {
 public:
  Watch(Loop& loop, int fd);
  ~Watch() override;

  Loop& loop() const { return loop_; }
  int fd() const { return fd_; }

  // False: the wait is over before it began (the loop stops, or the descriptor cannot be watched).
  bool wait(Operation& operation, Deadline deadline);
  void set_deadline(Deadline deadline) { loop_.timers().arm(*this, deadline); }
  // Something has happened while nobody waited.
  bool disturbed() const { return armed_ == 0; }
  bool waiting() const { return operation_ != nullptr; }
  void cancel() { finish(IoStatus::Cancelled); }  // ends the wait, if there is one

 private:
  friend class jianmen::net::Loop;
  bool arm(std::uint32_t wants);
  void disarm_events();
  void ready();
  void finish(IoStatus status);
  void expire() override { finish(IoStatus::Timeout); }

  Loop& loop_;
  int fd_;
  std::uint32_t armed_ = 0;  // 0: not registered
  Operation* operation_ = nullptr;
  Watch* next_ = nullptr;  // all watches of the loop
  Watch* previous_ = nullptr;
};

}  // namespace jianmen::net::detail
