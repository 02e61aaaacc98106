#pragma once
// Work that blocks (argon2, LMDB commits) runs on a few threads of its own; the coroutine goes on
// where it was.
//   auto ok = co_await pool.run(std::move_only_function<bool()>(…));
// On a thread without a loop (tests, tools) run() executes in place.
// Lifetime: the pool outlives every loop that uses it; what the work refers to outlives the await.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace jianmen::net {

class BlockingPool {
 public:
  explicit BlockingPool(unsigned threads);
  // How much may wait before is_crowded(); what is given is done all the same.
  BlockingPool(unsigned threads, std::size_t most_waiting);
  ~BlockingPool();  // finishes what was given
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  template <class T>
  class [[nodiscard]] Run {
   public:
    Run(BlockingPool& pool, std::move_only_function<T()> work)
        : pool_(pool), work_(std::move(work)) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      return pool_.post(
          [this] {
            try {
              value_.emplace(work_());
            } catch (...) {
              exception_ = std::current_exception();
            }
          },
          awaiter);
    }
    T await_resume() {
      if (exception_) std::rethrow_exception(exception_);
      return std::move(*value_);
    }

   private:
    BlockingPool& pool_;
    std::move_only_function<T()> work_;
    std::optional<T> value_;
    std::exception_ptr exception_;
  };

  // So much waits already that more should be refused. From any thread.
  bool is_crowded() const;
  std::size_t waiting() const;

  template <class F>
  auto run(F work) {
    using T = decltype(work());
    return Run<T>(*this, std::move_only_function<T()>(std::move(work)));
  }

 private:
  // False: there is no loop on this thread and the work has been done already.
  bool post(std::move_only_function<void()> work, std::coroutine_handle<> awaiter);

  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace jianmen::net
