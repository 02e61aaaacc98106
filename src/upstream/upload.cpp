#include "upstream/upload.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "net/loop.hpp"
#include "net/spawn.hpp"

namespace jianmen::upstream {

namespace {

using State = http::BodySource::State;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace

http::ResponseView& answer_view() {
  thread_local const auto view = std::make_unique<http::ResponseView>();
  return *view;
}

// Waits for the server to speak, or to hang up, while the client's next piece is waited for.
struct Upload::Ear {
  ~Ear() {
    if (std::exchange(open, false)) server.cancel();  // ends the listening at once
  }
  net::Stream& server;
  http::BodySource& client;
  bool open = true;  // nothing was heard yet
  net::IoStatus heard = net::IoStatus::Ok;
};

Upload::Upload(Connection& connection, http::BodySource& source, std::chrono::milliseconds idle,
               net::Deadline deadline)
    : connection_(connection), source_(source), idle_(idle), deadline_(deadline) {}

net::Task<Upload::End> Upload::run() {
  const bool chunked = !source_.length();
  while (true) {
    const auto ended = co_await take_piece();
    if (ended) co_return *ended;
    if (piece_.empty()) {
      if (source_.state() == State::Open) continue;
      cut_ = source_.state();
      if (cut_ != State::Complete) co_return End::Cut;
      break;
    }
    std::string_view bytes = std::exchange(piece_, {});
    if (chunked) {
      std::array<char, 16> size{};
      const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
      chunk_.assign(size.data(), end).append("\r\n").append(bytes).append("\r\n");
      bytes = chunk_;
    }
    const auto stopped = co_await write(bytes);
    if (stopped) co_return *stopped;
  }
  if (chunked) {
    const auto stopped = co_await write(kLastChunk);
    if (stopped) co_return *stopped;
  }
  co_return End::Sent;
}

net::Task<void> Upload::listen(Ear& ear, net::Deadline deadline) {
  const auto status = co_await ear.server.readable(deadline);
  if (!std::exchange(ear.open, false)) co_return;
  ear.heard = status;
  ear.client.interrupt();  // whoever waits for the piece goes on, and this ear may be gone
}

// Into piece_; a piece that came is kept whatever the server says.
net::Task<std::optional<Upload::End>> Upload::take_piece() {
  if (source_.state() != State::Open) co_return std::nullopt;
  net::Stream& server = connection_.stream();
  Ear ear{server, source_};
  net::spawn(listen(ear, deadline_), "early answer");
  if (ear.open) piece_ = co_await source_.next();
  if (ear.open) co_return std::nullopt;
  if (ear.heard == net::IoStatus::Timeout) {  // which is no fault of the server
    cut_ = State::TooSlow;
    co_return End::Cut;
  }
  if (ear.heard != net::IoStatus::Ok) {
    status_ = ear.heard;
    co_return End::Failed;
  }
  co_return hear();
}

net::Task<std::optional<Upload::End>> Upload::write(std::string_view bytes) {
  net::Stream& server = connection_.stream();
  while (!bytes.empty()) {
    const auto room = connection_.room();
    const auto until = within_idle();
    const net::Moved moved = co_await server.write_or_read(bytes, room, until);
    bytes.remove_prefix(moved.written);
    if (moved.read > 0) {
      connection_.added(moved.read);
      if (is_answered()) co_return End::Answered;
      continue;
    }
    if (moved.status == net::IoStatus::Ok) continue;
    status_ = moved.status;
    co_return End::Failed;
  }
  co_return std::nullopt;
}

// Not every readiness is for us: TLS has messages of its own.
std::optional<Upload::End> Upload::hear() {
  const net::IoResult got = connection_.stream().try_read(connection_.room());
  if (got.status == net::IoStatus::WouldBlock) return std::nullopt;
  if (!got) {
    status_ = got.status;
    return End::Failed;
  }
  connection_.added(got.bytes);
  if (is_answered()) return End::Answered;
  return std::nullopt;
}

// Drops interim answers; what is cut in its head may become one.
bool Upload::is_answered() {
  while (!connection_.input().empty()) {
    http::ResponseView& view = answer_view();
    const auto parsed = http::parse_response_head(connection_.input(), false, kAnswerLimits, view);
    if (!parsed) return true;  // badly: whoever reads it says so
    if (view.size == 0) return false;
    const bool interim = view.status < 200 && view.status != 101;
    if (!interim || ++interim_ > kMaxInterim) return true;
    connection_.consume(view.size);
  }
  return false;
}

net::Deadline Upload::within_idle() const {
  return std::min(net::after(connection_.stream().loop().now(), idle_), deadline_);
}

}  // namespace jianmen::upstream
