#pragma once
// One connection to a server, and what was received on it and not yet used. Thread safety: belongs
// to one loop.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/response_parser.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "upstream/settings.hpp"

namespace jianmen::upstream {

// Where an exchange with an upstream failed.
enum class Step { None, Connect, Tls, Send, FirstByte, Head, Body };

std::string_view step_name(Step step);

struct Failure {
  Step step = Step::None;
  bool timeout = false;
  std::string reason;
};

class Connection {
 public:
  explicit Connection(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

  net::Stream& stream() { return *stream_; }

  // Received and not used.
  std::string_view input() const { return {buffer_.get() + begin_, end_ - begin_}; }
  char* data() { return buffer_.get() + begin_; }
  void consume(std::size_t bytes);
  // Room behind the input, at least one byte; the input may move.
  std::span<char> room();
  void added(std::size_t bytes) { end_ += bytes; }
  // The same with bytes dropped at the end: what was decoded in place is shorter.
  void truncate(std::size_t size) { end_ = begin_ + size; }

  // May the next request go out on it? Nothing came and nobody hung up.
  bool is_reusable() const { return begin_ == end_ && stream_->is_quiet(); }

  bool used = false;  // it has carried a request already
  net::Deadline idle_since{};

 private:
  static constexpr std::size_t kFirst = 16 * 1024;

  std::unique_ptr<net::Stream> stream_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

// Connects, with TLS when the server wants it; nullptr with `failure` filled in.
net::Task<std::unique_ptr<Connection>> open_connection(const Group& group, const Server& server,
                                                       Failure& failure);

}  // namespace jianmen::upstream
