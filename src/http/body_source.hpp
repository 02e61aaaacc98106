#pragma once
// A request's body that is read piece by piece, only as fast as its reader asks for it: memory does
// not grow with its size. Thread safety: lives on the loop of its connection, as long as the
// request.

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/task.hpp"

namespace jianmen::http {

class BodySource {
 public:
  enum class State : std::uint8_t {
    Open,       // more may come
    Complete,   // all of it was given
    Gone,       // the client broke off
    TooSlow,    // no byte in time, or too few
    Malformed,  // its framing is broken
    TooLarge,   // longer than the limit; only of one without a length
    NoRoom,     // too many are kept already
    Failed,     // it could not be kept, or read again
  };

  virtual ~BodySource() = default;
  // As it was declared; nullopt: only its end will tell.
  virtual std::optional<std::uint64_t> length() const = 0;
  // The next piece, valid until the next call. Empty: nothing more comes, or interrupt() was called
  // and the state is still Open. The first call invites a client that waits to be (100 Continue).
  virtual net::Task<std::string_view> next() = 0;
  virtual State state() const = 0;
  // Ends a next() that waits. It may run on before this returns.
  virtual void interrupt() {}
  // From the beginning again; false: what was given already is gone.
  virtual bool rewind() = 0;
};

}  // namespace jianmen::http
