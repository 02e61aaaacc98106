#pragma once
// Runs a loop on this thread until the task is done: for tools and tests.
//   auto answer = net::run(http::fetch(request, settings));
// What else was spawned on the loop is cancelled then and has ended when run() returns.

#include <cassert>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/task.hpp"

namespace jianmen::net {

namespace detail {

template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr exception;
};

template <class T>
Task<void> run_into(Task<T> task, Outcome<T>& outcome, Loop& loop) {
  try {
    Task<T> running = std::move(task);
    outcome.value.emplace(co_await std::move(running));
  } catch (...) {
    outcome.exception = std::current_exception();
  }
  loop.stop();
}

inline Task<bool> run_void(Task<void> task) {
  co_await std::move(task);
  co_return true;
}

}  // namespace detail

template <class T>
T run(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    run(detail::run_void(std::move(task)));
  } else {
    auto loop = Loop::create();
    if (!loop) {
      base::log::error(loop.error().message);
      std::abort();
    }
    detail::Outcome<T> outcome;
    // Started from the loop's own thread, once it runs: spawn() finds the loop there.
    (*loop)->post([&] { spawn(detail::run_into(std::move(task), outcome, **loop), "run"); });
    (*loop)->run();
    if (outcome.exception) std::rethrow_exception(outcome.exception);
    return std::move(*outcome.value);
  }
}

}  // namespace jianmen::net
