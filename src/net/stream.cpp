#include "net/stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

#include "net/detail/tls_session.hpp"

namespace jianmen::net {

Stream::Stream(Loop& loop, Fd socket) : socket_(std::move(socket)), watch_(loop, socket_.get()) {}

Stream::~Stream() {
  if (tls_ && !resets_) tls_->shut_down();
}

void Stream::reset_on_close() {
  resets_ = true;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

base::Result<> Stream::start_tls(const TlsServerContext& context) {
  auto session = detail::TlsSession::accept(context, socket_.get());
  if (!session) return error_of(session);
  tls_ = std::make_unique<detail::TlsSession>(std::move(*session));
  return {};
}

base::Result<> Stream::start_tls(const TlsClientContext& context, const std::string& name) {
  auto session = detail::TlsSession::connect(context, socket_.get(), name);
  if (!session) return error_of(session);
  tls_ = std::make_unique<detail::TlsSession>(std::move(*session));
  return {};
}

std::string_view Stream::protocol() const { return tls_ ? tls_->protocol() : std::string_view(); }

bool Stream::has_pending() const { return tls_ && tls_->has_pending(); }

IoResult Stream::read_now(std::span<char> into, std::uint32_t& wants) {
  if (tls_) return tls_->read(into, wants);
  const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
  if (got > 0) return {IoStatus::Ok, static_cast<std::size_t>(got)};
  if (got == 0) return {IoStatus::End, 0};
  if (errno == EAGAIN || errno == EINTR) {
    wants = EPOLLIN;
    return {IoStatus::WouldBlock, 0};
  }
  system_error_ = errno;
  return {IoStatus::Closed, 0};
}

IoResult Stream::write_now(std::string_view first, std::string_view second, std::uint32_t& wants) {
  if (tls_) return tls_->write(first.empty() ? second : first, wants);
  ssize_t sent = 0;
  if (second.empty() || first.empty()) {
    const std::string_view piece = first.empty() ? second : first;
    sent = ::send(socket_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
  } else {
    std::array<iovec, 2> pieces = {iovec{const_cast<char*>(first.data()), first.size()},
                                   iovec{const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  }
  if (sent >= 0) return {IoStatus::Ok, static_cast<std::size_t>(sent)};
  if (errno == EAGAIN || errno == EINTR) {
    wants = EPOLLOUT;
    return {IoStatus::WouldBlock, 0};
  }
  system_error_ = errno;
  return {IoStatus::Closed, 0};
}

IoResult Stream::try_read(std::span<char> into) {
  std::uint32_t ignored = 0;
  return read_now(into, ignored);
}

void Stream::shutdown_write() {
  if (tls_) tls_->shut_down();
  ::shutdown(socket_.get(), SHUT_WR);
}

std::string Stream::failure(IoStatus status) const {
  if (status == IoStatus::Failed || status == IoStatus::Closed) {
    if (tls_ && !tls_->failure().empty()) return tls_->failure();
    if (system_error_) return std::strerror(system_error_);
  }
  return std::string(describe(status));
}

TlsPeer Stream::tls_peer() const { return tls_ ? tls_->peer() : TlsPeer(); }

bool Stream::ReadSome::attempt() {
  const IoResult result = stream_.read_now(into_, wants);
  bytes_ = result.bytes;
  return done(result.status);
}

Stream::WriteAll::WriteAll(Stream& stream, std::string_view first, std::string_view second,
                           WriteLimits limits)
    : Awaited(stream, kNoDeadline), first_(first), second_(second), limits_(limits) {}

bool Stream::WriteAll::attempt() {
  while (!first_.empty() || !second_.empty()) {
    const IoResult result = stream_.write_now(first_, second_, wants);
    if (!result) {
      if (result.status == IoStatus::WouldBlock && deadline_ == kNoDeadline) {
        deadline_ = std::min(limits_.total, after(stream_.loop().now(), limits_.stall));
      }
      return done(result.status);
    }
    std::size_t sent = result.bytes;
    const std::size_t of_first = std::min(sent, first_.size());
    first_.remove_prefix(of_first);
    second_.remove_prefix(sent - of_first);
    // Progress: the stall is measured anew, whether this operation waits already or will.
    deadline_ = kNoDeadline;
    if (stream_.watch_.waiting()) {
      stream_.watch_.set_deadline(
          std::min(limits_.total, after(stream_.loop().now(), limits_.stall)));
    }
  }
  return done(IoStatus::Ok);
}

bool Stream::WriteOrRead::attempt() {
  std::uint32_t write_wants = EPOLLOUT;
  while (written_ < from_.size()) {
    const IoResult result = stream_.write_now(from_.substr(written_), {}, write_wants);
    written_ += result.bytes;
    if (result.status == IoStatus::WouldBlock) break;
    if (!result) return done(result.status);
  }
  if (written_ == from_.size()) return done(IoStatus::Ok);
  std::uint32_t read_wants = EPOLLIN;
  const IoResult result = stream_.read_now(into_, read_wants);
  read_ = result.bytes;
  wants = write_wants | read_wants;
  if (result.status == IoStatus::WouldBlock && written_ > 0) return done(IoStatus::Ok);
  return done(result.status);
}

bool Stream::Handshake::attempt() { return done(stream_.tls_->handshake(wants).status); }

bool Stream::Connected::attempt() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(stream_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return done(IoStatus::Ok);
  stream_.system_error_ = error;
  return done(IoStatus::Closed);
}

Task<base::Result<std::unique_ptr<Stream>>> connect(Loop& loop, Address address,
                                                    Deadline deadline) {
  auto socket = start_connect(address);
  if (!socket) co_return error_of(socket);
  auto stream = std::make_unique<Stream>(loop, std::move(*socket));
  const IoStatus status = co_await stream->connected(deadline);
  if (status != IoStatus::Ok) {
    co_return base::fail(base::Code::Unavailable,
                         "cannot connect to " + address.text() + ": " + stream->failure(status));
  }
  co_return std::move(stream);
}

}  // namespace jianmen::net
