#pragma once
// How an operation on a stream ended. An enum of its own, since callers branch on it and the hot
// path builds no text.

#include <cstddef>
#include <string_view>

namespace jianmen::net {

enum class IoStatus {
  Ok,
  End,         // the other side has finished sending
  WouldBlock,  // only from try_read: nothing there yet
  Timeout,     // the deadline passed
  Cancelled,   // the loop stops, or cancel() was called
  Closed,      // the other side is gone: reset, or cut off in the middle of TLS
  Failed,      // TLS or the system refuses; Stream::failure() has the words
};

std::string_view describe(IoStatus status);

struct IoResult {
  IoStatus status = IoStatus::Ok;
  std::size_t bytes = 0;
  explicit operator bool() const { return status == IoStatus::Ok; }
};

}  // namespace jianmen::net
