#include "net/spawn.hpp"

#include <cassert>
#include <exception>
#include <string>

#include "base/log.hpp"
#include "net/loop.hpp"

namespace jianmen::net {

namespace {

// Runs at once and frees its own frame at the end.
struct Detached {
  struct promise_type {
    static void* operator new(std::size_t size) { return detail::allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept {
      detail::release_frame(frame, size);
    }
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }  // watch() below lets none through
  };
};

void log_failure(std::string_view what, std::string_view why) {
  std::string line("task failed task=");
  line.append(what).append(" error=\"").append(why).append("\"");
  base::log::error(line);
}

class Counted {
 public:
  explicit Counted(Loop& loop) : loop_(loop) { loop_.task_started(); }
  ~Counted() { loop_.task_ended(); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Loop& loop_;
};

template <class T>
Detached watch(Task<T> task, std::string_view what) {
  const Counted counted(*Loop::current());
  try {
    // A name of its own, so that the task's frame ends before it is no longer counted.
    Task<T> running = std::move(task);
    if constexpr (std::is_void_v<T>) {
      co_await std::move(running);
    } else {
      T result = co_await std::move(running);
      if (!result) log_failure(what, result.error().message);
    }
  } catch (const std::exception& error) {
    log_failure(what, error.what());
  } catch (...) {
    log_failure(what, "an exception of unknown type");
  }
}

}  // namespace

void spawn(Task<void> task, std::string_view what) {
  assert(Loop::current() && "spawn() needs a loop on this thread");
  watch(std::move(task), what);
}

void spawn(Task<base::Result<>> task, std::string_view what) {
  assert(Loop::current() && "spawn() needs a loop on this thread");
  watch(std::move(task), what);
}

}  // namespace jianmen::net
