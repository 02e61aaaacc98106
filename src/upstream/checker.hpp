#pragma once
// Active health checks: one thread with a loop of its own asks every server of the last table that
// wants it. Thread safety: called by one thread at a time.

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "base/result.hpp"
#include "net/loop.hpp"

namespace jianmen::upstream {

class Table;

class Checker {
 public:
  Checker();
  ~Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  // In place of the table before. The thread begins with the first that has something to check.
  base::Result<> check(std::shared_ptr<const Table> table);

 private:
  std::unique_ptr<net::Loop> loop_;
  std::thread thread_;
  std::shared_ptr<std::atomic<std::uint64_t>> current_;  // checks of other numbers end
};

}  // namespace jianmen::upstream
