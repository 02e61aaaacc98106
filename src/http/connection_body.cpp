#include "http/connection_body.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "net/loop.hpp"

namespace jianmen::http {

namespace {

constexpr std::uint64_t kLongest = 1'000'000'000;  // seconds
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

ConnectionBody::ConnectionBody(net::Stream& stream, const ServerSettings& settings,
                               std::string_view received, std::uint64_t length, Invite invite)
    : stream_(stream),
      settings_(settings),
      received_(received),
      length_(length),
      left_(length - received.size()),
      chunks_(0),
      invite_(invite) {}

ConnectionBody::ConnectionBody(net::Stream& stream, const ServerSettings& settings,
                               std::string_view received, const ChunkedDecoder& chunks,
                               Invite invite)
    : stream_(stream), settings_(settings), received_(received), chunks_(chunks), invite_(invite) {}

net::Task<std::string_view> ConnectionBody::next() {
  if (!received_.empty()) {
    begun_ = true;
    if (length_ && left_ == 0) state_ = State::Complete;
    co_return std::exchange(received_, {});
  }
  if (std::exchange(invite_, Invite::No) == Invite::Yes && state_ == State::Open) {
    const bool invited = co_await invite();
    if (!invited) co_return std::string_view();
  }
  while (state_ == State::Open) {
    const std::size_t bytes = co_await read();
    if (bytes == 0) break;
    begun_ = true;
    if (length_) {
      left_ -= bytes;
      if (left_ == 0) state_ = State::Complete;
      co_return std::string_view(buffer_.get(), bytes);
    }
    const std::string_view piece = decode(bytes);
    if (!piece.empty()) co_return piece;
  }
  co_return std::string_view();
}

void ConnectionBody::interrupt() {
  if (!reading_) return;
  interrupted_ = true;
  stream_.cancel();
}

net::Task<bool> ConnectionBody::invite() {
  const net::WriteLimits limits{
      .stall = settings_.write_stall_timeout,
      .total = net::after(stream_.loop().now(), settings_.write_stall_timeout)};
  const auto status = co_await stream_.write_all(kContinue, {}, limits);
  if (status != net::IoStatus::Ok) state_ = State::Gone;
  co_return status == net::IoStatus::Ok;
}

// 0: nothing came; either the state says why, or it was interrupted.
net::Task<std::size_t> ConnectionBody::read() {
  if (!buffer_) buffer_.reset(new char[kPiece]);
  // Never into the next message, where that is known.
  const std::span<char> room(buffer_.get(),
                             length_ ? std::min<std::uint64_t>(kPiece, left_) : kPiece);
  const net::Deadline began = stream_.loop().now();
  reading_ = true;
  interrupted_ = false;
  const net::Deadline until = deadline();
  const net::IoResult got = co_await stream_.read_some(room, until);
  reading_ = false;
  waited_ += stream_.loop().now() - began;
  if (got) {
    read_ += got.bytes;
    co_return got.bytes;
  }
  if (got.status == net::IoStatus::Timeout) {
    state_ = State::TooSlow;
  } else if (got.status != net::IoStatus::Cancelled || !interrupted_) {
    state_ = State::Gone;
  }
  co_return std::size_t{0};
}

// Never silent for longer than the timeout, and at least the minimum rate on average: of the time
// that the client was waited for, since it is not its fault when its bytes are not taken.
net::Deadline ConnectionBody::deadline() const {
  const net::Deadline now = stream_.loop().now();
  const std::chrono::seconds earned(
      std::min(read_ / std::max<std::uint64_t>(settings_.min_rate, 1), kLongest));
  return std::min(net::after(now, settings_.body_idle_timeout),
                  net::after(now, settings_.body_idle_timeout + earned - waited_));
}

std::string_view ConnectionBody::decode(std::size_t received) {
  std::size_t read_at = 0, content_end = 0;
  switch (chunks_.decode(buffer_.get(), read_at, content_end, received)) {
    case ChunkedDecoder::State::NeedMore:
      break;
    case ChunkedDecoder::State::Complete:
      state_ = State::Complete;
      behind_ = {buffer_.get() + read_at, received - read_at};
      break;
    case ChunkedDecoder::State::Malformed:
      state_ = State::Malformed;
      return {};
    case ChunkedDecoder::State::TooLarge:
      state_ = State::TooLarge;
      return {};
  }
  return {buffer_.get(), content_end};
}

}  // namespace jianmen::http
