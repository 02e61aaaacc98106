#include "upstream/answer_stream.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "base/log.hpp"
#include "net/loop.hpp"

namespace jianmen::upstream {

namespace {

// A session wants to hear of its stream at least so often.
constexpr std::chrono::milliseconds kTurn{500};

}  // namespace

AnswerStream::AnswerStream(Pool::Lease lease, AnswerBody body, std::shared_ptr<const void> keep)
    : keep_(std::move(keep)),
      lease_(std::move(lease)),
      body_(std::move(body)),
      chunks_(std::numeric_limits<std::size_t>::max() / 2) {}

net::Task<std::optional<std::string>> AnswerStream::next() {
  std::string piece;
  if (!lease_) co_return std::nullopt;
  net::Loop& loop = lease_.connection->stream().loop();
  const auto began = loop.now();
  while (true) {
    const Taken taken = take(piece);
    if (taken == Taken::Piece) co_return std::move(piece);
    if (taken == Taken::End) finish();
    if (taken != Taken::Nothing) co_return std::nullopt;
    Connection& connection = *lease_.connection;
    const auto room = connection.room();
    const auto limit = std::min(net::after(began, kTurn), body_.deadline);
    const net::IoResult got = co_await connection.stream().read_some(room, limit);
    if (got) {
      connection.added(got.bytes);
      silent_since_ = net::kNoDeadline;
      continue;
    }
    if (got.status == net::IoStatus::End && body_.end == http::BodyEnd::Close) {
      lease_.release();
      co_return std::nullopt;
    }
    if (got.status != net::IoStatus::Timeout) {
      fail(got.status == net::IoStatus::End ? "closed in the middle"
                                            : connection.stream().failure(got.status));
      co_return std::nullopt;
    }
    if (silent_since_ == net::kNoDeadline) silent_since_ = began;
    if (loop.now() >= body_.deadline) {
      fail("the whole took too long");
      co_return std::nullopt;
    }
    if (loop.now() >= net::after(silent_since_, lease_.group().timeouts.idle)) {
      fail("no byte in time");
      co_return std::nullopt;
    }
    co_return std::string();
  }
}

AnswerStream::Taken AnswerStream::take(std::string& piece) {
  Connection& connection = *lease_.connection;
  const std::size_t have = connection.input().size();
  if (body_.end == http::BodyEnd::Chunked) {
    std::size_t read_at = 0, content_end = 0;
    const auto state = chunks_.decode(connection.data(), read_at, content_end, have);
    if (state == http::ChunkedDecoder::State::Malformed ||
        state == http::ChunkedDecoder::State::TooLarge) {
      fail(chunks_.reason());
      return Taken::Broken;
    }
    piece.assign(connection.data(), content_end);
    connection.consume(read_at);
    if (state == http::ChunkedDecoder::State::Complete) over_ = true;
  } else if (body_.end == http::BodyEnd::Length) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(have, body_.length));
    piece.assign(connection.data(), size);
    connection.consume(size);
    body_.length -= size;
    over_ = body_.length == 0;
  } else {
    piece.assign(connection.data(), have);
    connection.consume(have);
  }
  if (!piece.empty()) return Taken::Piece;
  return over_ ? Taken::End : Taken::Nothing;
}

void AnswerStream::finish() {
  lease_.succeeded();
  if (body_.reusable && lease_.connection->is_reusable()) {
    lease_.give_back();
  } else {
    lease_.release();
  }
}

void AnswerStream::fail(std::string_view reason) {
  failed_ = true;
  base::log::warning("event=upstream_cut id=" + body_.request_id +
                     " upstream=" + lease_.group().name + " server=" + lease_.server().text +
                     " step=body reason=\"" + std::string(reason) + "\"");
  lease_.failed();
  lease_.release();
}

}  // namespace jianmen::upstream
