#include "upstream/connection.hpp"

#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net/connect.hpp"
#include "net/loop.hpp"

namespace jianmen::upstream {

std::string_view step_name(Step step) {
  switch (step) {
    case Step::None:
      return "none";
    case Step::Connect:
      return "connect";
    case Step::Tls:
      return "tls";
    case Step::Send:
      return "send";
    case Step::FirstByte:
      return "first byte";
    case Step::Head:
      return "head";
    case Step::Body:
      return "body";
  }
  return "none";
}

void Connection::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<char> Connection::room() {
  if (end_ == capacity_) {
    const std::size_t size = end_ - begin_;
    if (begin_ > 0 && size <= capacity_ / 2) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, size);
    } else {
      const std::size_t capacity = capacity_ == 0 ? kFirst : 2 * capacity_;
      std::unique_ptr<char[]> larger(new char[capacity]);
      if (size > 0) std::memcpy(larger.get(), buffer_.get() + begin_, size);
      buffer_ = std::move(larger);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = size;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

net::Task<std::unique_ptr<Connection>> open_connection(const Group& group, const Server& server,
                                                       Failure& failure) {
  net::Loop& loop = *net::Loop::current();
  const auto deadline = net::after(net::SteadyClock::now(), group.timeouts.connect);
  auto attempt = co_await net::attempt_connect(loop, server.address, deadline);
  if (!attempt.stream) {
    failure = {Step::Connect, attempt.fault == net::ConnectFault::Timeout,
               std::move(attempt.reason)};
    co_return nullptr;
  }
  if (!server.address.is_unix()) {
    const int on = 1;
    ::setsockopt(attempt.stream->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (server.secure) {
    auto started = attempt.stream->start_tls(*group.tls, server.tls_name);
    auto status = net::IoStatus::Failed;
    if (started) status = co_await attempt.stream->handshake(deadline);
    if (status != net::IoStatus::Ok) {
      failure = {Step::Tls, status == net::IoStatus::Timeout,
                 started ? attempt.stream->failure(status) : started.error().message};
      co_return nullptr;
    }
  }
  co_return std::make_unique<Connection>(std::move(attempt.stream));
}

}  // namespace jianmen::upstream
