#pragma once
// One line a finished request, in a file of its own: JSON or key=value. Lines are handed to a
// thread that writes; when the disk is slower than the requests, or full, lines are left out and
// counted, and no request waits. Thread safety: any thread.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "gateway/journal.hpp"
#include "net/fd.hpp"

namespace jianmen::gateway {

enum class LogFormat { KeyValue, Json };

// What the line says: time, request_id, trace_id, peer, method, host, path, status, verdict,
// operation, account, user, access_key, code, cause, us; what is not known is left out. No query:
// it may hold what is not for a log. Control characters are escaped.
std::string access_line(const JournalEntry& entry, LogFormat format);

class AccessLog {
 public:
  static base::Result<std::unique_ptr<AccessLog>> open(std::filesystem::path file,
                                                       LogFormat format);
  ~AccessLog();  // writes what waits
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void add(const JournalEntry& entry);
  void reopen();  // after the file was moved away
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  AccessLog(std::filesystem::path file, LogFormat format, net::Fd fd);
  void work();
  void write(std::string_view lines);

  const std::filesystem::path file_;
  const LogFormat format_;
  net::Fd fd_;  // the thread's own
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;  // lines
  bool reopen_ = false, closing_ = false;
  std::atomic<std::uint64_t> dropped_{0};  // lines
  std::thread thread_;
};

}  // namespace jianmen::gateway
