#include "net/connect.hpp"

#include <cerrno>
#include <cstring>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace jianmen::net {

namespace {

ConnectFault fault_of(int error) {
  switch (error) {
    case ECONNREFUSED:
      return ConnectFault::Refused;
    case ETIMEDOUT:
      return ConnectFault::Timeout;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
      return ConnectFault::Reset;
    default:
      return ConnectFault::Unreachable;
  }
}

ConnectAttempt failed(int error) { return {nullptr, fault_of(error), std::strerror(error)}; }

}  // namespace

Task<ConnectAttempt> attempt_connect(Loop& loop, Address address, Deadline deadline) {
  Fd socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) co_return failed(errno);
  if (::connect(socket.get(), address.data(), address.size()) != 0 && errno != EINPROGRESS) {
    co_return failed(errno);
  }
  auto stream = std::make_unique<Stream>(loop, std::move(socket));
  const IoStatus status = co_await stream->connected(deadline);
  ConnectAttempt attempt;
  if (status == IoStatus::Ok) {
    attempt.stream = std::move(stream);
  } else if (stream->system_error() != 0) {
    attempt = failed(stream->system_error());
  } else {
    attempt.fault = ConnectFault::Timeout;
    attempt.reason = std::string(describe(status));
  }
  co_return std::move(attempt);
}

base::Result<std::vector<Address>> resolve_within(const std::string& host, std::uint16_t port,
                                                  std::chrono::milliseconds limit) {
  using Found = base::Result<std::vector<Address>>;
  std::promise<Found> promise;
  auto found = promise.get_future();
  std::thread([host, port, promise = std::move(promise)]() mutable {
    promise.set_value(Address::resolve(host, port));
  }).detach();
  if (found.wait_for(limit) != std::future_status::ready) {
    return base::fail(base::Code::Unavailable, "cannot resolve " + host + ": no answer within " +
                                                   std::to_string(limit.count()) + " ms");
  }
  return found.get();
}

}  // namespace jianmen::net
