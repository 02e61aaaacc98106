#pragma once
// A body that is made while it is sent, for answers without a foreseeable end (server-sent
// events) or too large to be held (an upstream's). The session asks for a piece, sends it, and asks
// for the next one only when the last has gone: a client that does not read makes nothing grow.
// Thread safety: lives on the loop of its connection; refers to nothing of the Request.

#include <optional>
#include <string>

#include "net/task.hpp"

namespace jianmen::http {

class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // The next piece; nullopt: that was all. When there is nothing to send it waits for it, but comes
  // back within a second with an empty piece, so that the session sees whether it should end. That
  // a client has gone is seen when something is sent to it.
  virtual net::Task<std::optional<std::string>> next() = 0;
  // Asked after nullopt: it broke off, and the client must not take what it got for the whole.
  virtual bool failed() const { return false; }
  // A stream with an end of its own is finished when the server stops; one without is ended then.
  virtual bool has_end() const { return false; }
};

}  // namespace jianmen::http
