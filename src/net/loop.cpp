#include "net/loop.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "net/detail/watch.hpp"
#include "net/fd.hpp"

namespace jianmen::net {

namespace {

// The cap on one turn, so that a thousand ready connections do not keep the timers and the mailbox
// waiting.
constexpr int kEventsPerTurn = 128;

thread_local Loop* current_loop = nullptr;

// OpenSSL writes with write(2): a peer that is gone must be an error, not the end of the process. A
// program that has its own handler for the signal keeps it.
void ignore_sigpipe() {
  static const bool done = [] {
    struct sigaction now = {};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      std::signal(SIGPIPE, SIG_IGN);
    }
    return true;
  }();
  (void)done;
}

int milliseconds_until(Deadline due) {
  if (due == kNoDeadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - SteadyClock::now()).count();
  return left < 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left, 60'000));
}

}  // namespace

struct Loop::State {
  Fd epoll;
  Fd wake;
  Deadline now = SteadyClock::now();
  detail::TimerWheel timers{now};
  std::atomic<bool> stop_asked{false};
  bool cancelled = false;
  std::size_t tasks = 0;

  std::array<epoll_event, kEventsPerTurn> events;
  int event_count = 0;  // of the turn that is being handled
  detail::Watch* watches = nullptr;
  detail::Watch* cancel_next =
      nullptr;  // the walk of cancel_waits(): survives the end of any watch

  std::mutex mail_mutex;
  std::vector<std::move_only_function<void()>> mail;

  void turn();
  void cancel_waits();
  void open_mail();
};

base::Result<std::unique_ptr<Loop>> Loop::create() {
  ignore_sigpipe();
  auto state = std::make_unique<State>();
  state->epoll = Fd(::epoll_create1(EPOLL_CLOEXEC));
  state->wake = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the mailbox
  if (!state->epoll || !state->wake ||
      ::epoll_ctl(state->epoll.get(), EPOLL_CTL_ADD, state->wake.get(), &event) != 0) {
    return base::fail(base::Code::Unavailable,
                      std::string("cannot make an event loop: ") + std::strerror(errno));
  }
  return std::unique_ptr<Loop>(new Loop(std::move(state)));
}

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}

Loop::~Loop() { assert(state_->watches == nullptr && "a stream outlives its loop"); }

Loop* Loop::current() { return current_loop; }
Deadline Loop::now() const { return state_->now; }
bool Loop::cancelled() const { return state_->cancelled; }
void Loop::task_started() { ++state_->tasks; }
void Loop::task_ended() { --state_->tasks; }
detail::TimerWheel& Loop::timers() { return state_->timers; }

void Loop::run() {
  assert(current_loop == nullptr && "one loop a thread");
  current_loop = this;
  state_->now = SteadyClock::now();
  while (!state_->stop_asked.load(std::memory_order_acquire)) state_->turn();
  state_->cancelled = true;
  state_->open_mail();
  state_->cancel_waits();
  while (state_->tasks > 0) state_->turn();
  current_loop = nullptr;
}

void Loop::stop() {
  state_->stop_asked.store(true, std::memory_order_release);
  post([] {});
}

void Loop::post(std::move_only_function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(state_->mail_mutex);
    first = state_->mail.empty();
    state_->mail.push_back(std::move(work));
    // Within the lock: once it is free, the loop may run the work, end and be destroyed.
    const std::uint64_t one = 1;
    if (first) (void)!::write(state_->wake.get(), &one, sizeof one);
  }
}

void Loop::State::turn() {
  const int count = ::epoll_wait(epoll.get(), events.data(), kEventsPerTurn,
                                 milliseconds_until(timers.next_due()));
  now = SteadyClock::now();
  bool mailed = false;
  event_count = count < 0 ? 0 : count;
  for (int i = 0; i < event_count; ++i) {
    auto* watch = static_cast<detail::Watch*>(events[i].data.ptr);
    if (watch) {
      watch->ready();
    } else if (events[i].events != 0) {
      mailed = true;
    }
  }
  event_count = 0;
  if (mailed) open_mail();
  if (now >= timers.next_due()) timers.advance(now);
}

void Loop::State::open_mail() {
  std::uint64_t ignored = 0;
  (void)!::read(wake.get(), &ignored, sizeof ignored);
  std::vector<std::move_only_function<void()>> work;
  {
    const std::lock_guard lock(mail_mutex);
    work.swap(mail);
  }
  for (auto& piece : work) piece();
}

void Loop::State::cancel_waits() {
  for (cancel_next = watches; cancel_next;) {
    detail::Watch* watch = cancel_next;
    cancel_next = watch->next_;
    watch->cancel();
  }
  timers.expire_all();
}

namespace detail {

Watch::Watch(Loop& loop, int fd) : loop_(loop), fd_(fd) {
  auto& state = *loop_.state_;
  next_ = state.watches;
  if (next_) next_->previous_ = this;
  state.watches = this;
}

Watch::~Watch() {
  assert(!operation_ && "a stream ends while an operation waits on it");
  auto& state = *loop_.state_;
  disarm_events();
  (previous_ ? previous_->next_ : state.watches) = next_;
  if (next_) next_->previous_ = previous_;
  if (state.cancel_next == this) state.cancel_next = next_;
  // An event of this turn may still name it.
  for (int i = 0; i < state.event_count; ++i) {
    if (state.events[i].data.ptr == this) state.events[i] = epoll_event{};
  }
}

bool Watch::wait(Operation& operation, Deadline deadline) {
  assert(!operation_ && "one operation at a time");
  if (loop_.cancelled()) {
    operation.status = IoStatus::Cancelled;
    return false;
  }
  if (!arm(operation.wants)) {
    operation.status = IoStatus::Failed;
    return false;
  }
  operation_ = &operation;
  set_deadline(deadline);
  return true;
}

bool Watch::arm(std::uint32_t wants) {
  if (armed_ == wants) return true;
  epoll_event event{};
  event.events = wants;
  event.data.ptr = this;
  if (::epoll_ctl(loop_.state_->epoll.get(), armed_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd_, &event) !=
      0) {
    return false;
  }
  armed_ = wants;
  return true;
}

void Watch::disarm_events() {
  if (armed_) ::epoll_ctl(loop_.state_->epoll.get(), EPOLL_CTL_DEL, fd_, nullptr);
  armed_ = 0;
}

void Watch::ready() {
  if (!operation_) {
    // Nobody waits (the handler works while more input or a hang-up is there): without this, the
    // level-triggered event would come back at once, for ever. The next wait registers again.
    disarm_events();
    return;
  }
  if (operation_->attempt()) {
    finish(operation_->status);
  } else if (!arm(operation_->wants)) {
    finish(IoStatus::Failed);
  }
}

void Watch::finish(IoStatus status) {
  if (!operation_) return;
  disarm();
  Operation* done = std::exchange(operation_, nullptr);
  done->status = status;
  done->awaiter.resume();  // may destroy this watch
}

}  // namespace detail

bool Sleep::await_suspend(std::coroutine_handle<> awaiter) {
  Loop* loop = Loop::current();
  if (!loop) {
    std::this_thread::sleep_for(time_);
    return false;
  }
  if (loop->cancelled()) return false;
  awaiter_ = awaiter;
  loop->timers().arm(*this, after(SteadyClock::now(), time_));
  return true;
}

void Sleep::expire() { awaiter_.resume(); }

}  // namespace jianmen::net
