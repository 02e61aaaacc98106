#include "gateway/access_log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "identity/refusal.hpp"

namespace jianmen::gateway {

namespace {

constexpr std::size_t kMostWaiting = std::size_t{4} << 20;
constexpr std::chrono::milliseconds kGather{100};
constexpr mode_t kMode = 0640;

net::Fd open_file(const std::filesystem::path& file) {
  return net::Fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode));
}

// Quoted when it could be misread: a value is never two.
void append_pair(std::string& line, std::string_view name, std::string_view value) {
  if (!line.empty()) line += ' ';
  line.append(name).append("=");
  const std::string safe = base::escape_controls(value);
  if (!safe.empty() && safe.find_first_of(" \"=\\") == safe.npos) {
    line += safe;
    return;
  }
  line += '"';
  for (const char c : safe) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += '"';
}

// Name by name, in one order for both forms.
template <class Text, class Number>
void visit(const JournalEntry& entry, Text text, Number number) {
  text("time", base::to_iso_micros(entry.time));
  text("request_id", entry.request_id);
  if (!entry.trace_id.empty()) text("trace_id", entry.trace_id);
  if (!entry.peer.empty()) text("peer", entry.peer);
  if (!entry.method.empty()) {
    text("method", entry.method);
    text("host", entry.host);
    text("path", entry.path);
  }
  number("status", entry.status);
  text("verdict", verdict_name(entry.verdict));
  if (entry.operation) text("operation", entry.operation->id);
  if (entry.principal) {
    text("account", entry.principal->account);
    text("user", entry.principal->user);
    if (!entry.principal->access_key_id.empty()) {
      text("access_key", entry.principal->access_key_id);
    }
  }
  if (!entry.code.empty()) text("code", entry.code);
  if (entry.refusal) text("cause", identity::cause_id(entry.refusal->cause));
  number("us", entry.us);
}

std::string json_line(const JournalEntry& entry) {
  base::json::object line;
  visit(
      entry, [&](std::string_view name, std::string_view value) { line.emplace(name, value); },
      [&](std::string_view name, std::int64_t value) { line.emplace(name, value); });
  return base::to_text(line);
}

std::string key_value_line(const JournalEntry& entry) {
  std::string line;
  visit(
      entry, [&](std::string_view name, std::string_view value) { append_pair(line, name, value); },
      [&](std::string_view name, std::int64_t value) {
        append_pair(line, name, std::to_string(value));
      });
  return line;
}

}  // namespace

std::string access_line(const JournalEntry& entry, LogFormat format) {
  return (format == LogFormat::Json ? json_line(entry) : key_value_line(entry)) + "\n";
}

base::Result<std::unique_ptr<AccessLog>> AccessLog::open(std::filesystem::path file,
                                                         LogFormat format) {
  auto fd = open_file(file);
  if (!fd) {
    return base::fail(base::Code::InvalidArgument,
                      "cannot write the access log " + file.string() + ": " + std::strerror(errno));
  }
  return std::unique_ptr<AccessLog>(new AccessLog(std::move(file), format, std::move(fd)));
}

AccessLog::AccessLog(std::filesystem::path file, LogFormat format, net::Fd fd)
    : file_(std::move(file)), format_(format), fd_(std::move(fd)), thread_([this] { work(); }) {}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void AccessLog::add(const JournalEntry& entry) {
  const std::string line = access_line(entry, format_);
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaiting) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    first = waiting_.empty();
    waiting_ += line;
  }
  if (first) changed_.notify_one();
}

void AccessLog::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  changed_.notify_one();
}

void AccessLog::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closing_ || reopen_ || !waiting_.empty(); });
    // A moment for more, so that many lines are one write.
    changed_.wait_for(lock, kGather, [this] { return closing_ || reopen_; });
    const std::string lines = std::exchange(waiting_, {});
    const bool reopens = std::exchange(reopen_, false), closes = closing_;
    lock.unlock();
    write(lines);
    if (reopens) {
      if (auto fd = open_file(file_)) {
        fd_ = std::move(fd);
      } else {
        base::log::error("event=access_log outcome=\"kept the file that was open\" error=\"" +
                         std::string(std::strerror(errno)) + "\"");
      }
    }
    if (closes) return;
    lock.lock();
  }
}

// What a full disk does not take is left out; a line that was cut ends at the next one's begin.
void AccessLog::write(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(fd_.get(), lines.data(), lines.size());
    if (written > 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      break;
    }
  }
  if (!lines.empty()) {
    dropped_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')),
                       std::memory_order_relaxed);
  }
}

}  // namespace jianmen::gateway
