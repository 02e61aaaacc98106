#pragma once
// A lazy coroutine: starts when awaited, resumes its awaiter when it ends, owned by whoever holds
// the Task. A task that ends without suspending returns to its awaiter like a function; so a loop
// that awaits needs no more stack than its depth, also where the compiler makes no tail calls
// (sanitizers, -O1). Frames come from a free list of the thread (coroutines stay on the loop on
// which they started). Traps of g++ 12 are listed in CONTRIBUTING.md; never a capturing lambda
// coroutine.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

namespace jianmen::net {

template <class T = void>
class [[nodiscard]] Task;

namespace detail {

void* allocate_frame(std::size_t size);
void release_frame(void* frame, std::size_t size) noexcept;

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;
  bool starting =
      false;  // between the awaiter's call and the first suspension: then there is nobody to resume

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    release_frame(frame, size);
  }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> done) noexcept {
      if (std::exchange(done.promise().starting, false)) return std::noop_coroutine();
      return done.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
  void rethrow() const {
    if (exception) std::rethrow_exception(exception);
  }
};

template <class T>
struct Promise final : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    rethrow();
    return std::move(*value);
  }
};

template <>
struct Promise<void> final : PromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() const { rethrow(); }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) {
    promise_type& promise = handle_.promise();
    promise.continuation = awaiter;
    promise.starting = true;
    handle_.resume();
    return std::exchange(promise.starting,
                         false);  // false: it has ended, the awaiter goes on at once
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend promise_type;
  explicit Task(promise_type& promise)
      : handle_(std::coroutine_handle<promise_type>::from_promise(promise)) {}
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
  return Task<T>(*this);
}

inline Task<void> detail::Promise<void>::get_return_object() { return Task<void>(*this); }

}  // namespace jianmen::net
