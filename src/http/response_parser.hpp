#pragma once
// The head of an answer (RFC 9112), as strict as for requests: an upstream that can be read in two
// ways is refused.

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "http/client.hpp"
#include "http/limits.hpp"

namespace jianmen::http {

enum class BodyEnd : std::uint8_t { None, Length, Chunked, Close };

struct ResponseHead {
  ClientResponse response;  // its body is empty
  std::size_t size = 0;     // bytes of the head; 0: more are needed
  BodyEnd body = BodyEnd::None;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
};

// `input` begins at the status line. `head_only`: the answer to HEAD, which has no body whatever it
// says.
base::Result<ResponseHead> parse_response_head(std::string_view input, bool head_only,
                                               const Limits& limits);

}  // namespace jianmen::http
