#pragma once
// The one thread that writes. It takes all transactions that wait into one LMDB transaction, each
// at a revision of its own and each seeing those before it, commits, and answers them all: many
// callers share one flush of the disk. When a batch cannot be written (a full disk, the size limit)
// its transactions are tried one by one; those that still cannot answer Unavailable, nothing of
// them stays, and the next batch tries afresh. Thread safety: commit(), head() and trouble() from
// any thread.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "store/detail/watchers.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/write_table.hpp"
#include "store/store.hpp"

namespace jianmen::store::lmdb {

class Writer final {
 public:
  Writer(const Environment& environment, const LmdbSettings& settings, const base::Clock& clock,
         detail::Watchers& watchers, Revision head);
  ~Writer();  // after what waits is written
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  CommitResult commit(const Transaction& transaction, std::string_view idempotency_key);
  Revision head() const { return head_.load(std::memory_order_acquire); }
  std::string trouble() const;  // why the last write failed; empty when it did not

 private:
  struct Waiting {
    const Transaction* transaction = nullptr;
    std::string_view idempotency_key;
    CommitResult outcome;
    std::promise<CommitResult> answer;
  };
  using Batch = std::vector<Waiting>;

  void run();
  Batch next_batch();
  void housekeep();
  void write(Batch batch);
  base::Result<> try_write(std::span<Waiting> batch);
  base::Result<> perform(Waiting& waiting, WriteTable& table, bool full, Revision& revision);
  bool is_full() const;
  void note(const base::Result<>& written);

  const Environment& environment_;
  const LmdbSettings settings_;
  const base::Clock& clock_;
  detail::Watchers& watchers_;
  std::atomic<Revision> head_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  std::string trouble_;
  bool stopping_ = false;

  std::chrono::steady_clock::time_point housekept_;  // the writer's thread only
  std::thread thread_;
};

}  // namespace jianmen::store::lmdb
