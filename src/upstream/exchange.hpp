#pragma once
// One request put to a server of a group, and its answer. Retried when no byte went out (another
// server) or when a connection that had served before died without a byte of an answer, the method
// is idempotent and all of the body can be sent again. Small answers come whole, others as a stream
// with the connection behind it. Thread safety: runs on the worker's loop.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_source.hpp"
#include "http/message.hpp"
#include "net/task.hpp"
#include "upstream/pool.hpp"

namespace jianmen::upstream {

struct Outgoing {
  std::string head;                    // up to its empty line
  std::string_view body;               // valid until the answer is there
  http::BodySource* source = nullptr;  // in place of `body`
  bool head_only = false;              // HEAD: the answer has no body
  bool idempotent = false;
  std::string request_id;  // for the log
};

struct Incoming {
  http::Response response;
  Failure failure;          // Step::None: the response is the server's
  std::string_view server;  // the last one that was tried; as long as the group lasts
  // There is no answer, since the client did not send all of its body.
  std::optional<http::BodySource::State> cut;
};

// `keep` holds the pool's owner; a streamed answer takes it along.
net::Task<Incoming> exchange(Pool& pool, Outgoing outgoing, std::shared_ptr<const void> keep);

}  // namespace jianmen::upstream
