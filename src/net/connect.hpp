#pragma once
// One attempt at a connection that tells why it failed, for tools that explain. Servers and clients
// that only need the sentence use connect() of net/stream.hpp.

#include <chrono>
#include <memory>
#include <string>

#include "net/socket.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

namespace jianmen::net {

enum class ConnectFault {
  None,
  Refused,      // nothing listens there
  Timeout,      // no answer by the deadline
  Reset,        // the other side, or something between, cut it
  Unreachable,  // no route, or this machine forbids it
};

struct ConnectAttempt {
  std::unique_ptr<Stream> stream;  // nullptr when `fault` is set
  ConnectFault fault = ConnectFault::None;
  std::string reason;
};

Task<ConnectAttempt> attempt_connect(Loop& loop, Address address, Deadline deadline);

// Address::resolve() with a limit: Unavailable when the system's resolver is slower. It then goes
// on by itself on a thread of its own, and what it finds is dropped. Blocks the calling thread.
base::Result<std::vector<Address>> resolve_within(const std::string& host, std::uint16_t port,
                                                  std::chrono::milliseconds limit);

}  // namespace jianmen::net
