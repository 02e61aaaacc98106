#include "net/blocking.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "net/loop.hpp"

namespace jianmen::net {

namespace {

struct Job {
  std::move_only_function<void()> work;
  Loop* loop;
  std::coroutine_handle<> awaiter;
};

}  // namespace

struct BlockingPool::Threads {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  bool closing = false;
  std::atomic<std::size_t> waiting{0};
  std::size_t most_waiting = std::numeric_limits<std::size_t>::max();
  std::vector<std::thread> threads;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closing || !jobs.empty(); });
      if (jobs.empty()) return;
      Job job = std::move(jobs.front());
      jobs.pop_front();
      waiting.store(jobs.size(), std::memory_order_relaxed);
      lock.unlock();
      job.work();
      job.work =
          nullptr;  // it refers to the awaiter's frame, which may end as soon as it is resumed
      job.loop->post([awaiter = job.awaiter] { awaiter.resume(); });
      lock.lock();
    }
  }
};

BlockingPool::BlockingPool(unsigned threads) : threads_(std::make_unique<Threads>()) {
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    threads_->threads.emplace_back([state = threads_.get()] { state->work(); });
  }
}

BlockingPool::BlockingPool(unsigned threads, std::size_t most_waiting) : BlockingPool(threads) {
  threads_->most_waiting = most_waiting;
}

std::size_t BlockingPool::waiting() const {
  return threads_->waiting.load(std::memory_order_relaxed);
}

bool BlockingPool::is_crowded() const { return waiting() >= threads_->most_waiting; }

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(threads_->mutex);
    threads_->closing = true;
  }
  threads_->changed.notify_all();
  for (auto& thread : threads_->threads) thread.join();
}

bool BlockingPool::post(std::move_only_function<void()> work, std::coroutine_handle<> awaiter) {
  Loop* loop = Loop::current();
  if (!loop) {
    work();
    return false;
  }
  {
    const std::lock_guard lock(threads_->mutex);
    threads_->jobs.push_back(Job{std::move(work), loop, awaiter});
    threads_->waiting.store(threads_->jobs.size(), std::memory_order_relaxed);
  }
  threads_->changed.notify_one();
  return true;
}

}  // namespace jianmen::net
