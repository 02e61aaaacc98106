#pragma once
// What answers a request. Called on the loop of the connection; the request outlives the task. Must
// not block.

#include "http/message.hpp"
#include "net/task.hpp"

namespace jianmen::http {

class Handler {
 public:
  virtual ~Handler() = default;
  virtual net::Task<Response> handle(const Request& request) = 0;
  // Asked when a body is known to come and is not here yet: does handle() want to read it by itself
  // (Request::source)? `head` has neither a body nor a source.
  virtual bool takes_stream(const Request& /*head*/) { return false; }
  // The answer to what the grammar or a limit refuses, before there is a Request (400, 408, 413,
  // 431, 505 …). The session closes the connection after it.
  virtual Response refuse(int status, std::string_view reason) = 0;
};

}  // namespace jianmen::http
