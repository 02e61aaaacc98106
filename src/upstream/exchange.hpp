#pragma once
// One request put to a server of a group, and its answer. Retried when no byte went out (another
// server) or when a connection that had served before died without a byte of an answer and the
// method is idempotent. Small answers come whole, others as a stream with the connection behind it.
// Thread safety: runs on the worker's loop.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "net/task.hpp"
#include "upstream/pool.hpp"

namespace jianmen::upstream {

struct Outgoing {
  std::string head;        // up to its empty line
  std::string_view body;   // valid until the answer is there
  bool head_only = false;  // HEAD: the answer has no body
  bool idempotent = false;
  std::string request_id;  // for the log
};

struct Incoming {
  http::Response response;
  Failure failure;          // Step::None: the response is the server's
  std::string_view server;  // the last one that was tried; as long as the group lasts
};

// `keep` holds the pool's owner; a streamed answer takes it along.
net::Task<Incoming> exchange(Pool& pool, Outgoing outgoing, std::shared_ptr<const void> keep);

}  // namespace jianmen::upstream
