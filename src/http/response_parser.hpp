#pragma once
// The head of an answer (RFC 9112), as strict as for requests: an upstream that can be read in two
// ways is refused.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "http/client.hpp"
#include "http/limits.hpp"
#include "http/message.hpp"

namespace jianmen::http {

enum class BodyEnd : std::uint8_t { None, Length, Chunked, Close };

// In place: everything points into the input. Large, and made to be used again and again.
struct ResponseView {
  int status = 0;
  std::string_view reason;
  std::size_t size = 0;  // bytes of the head; 0: more are needed
  BodyEnd body = BodyEnd::None;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::size_t count = 0;
  std::array<Header, kMaxHeaders> fields;

  std::span<const Header> headers() const { return {fields.data(), count}; }
};

// `input` begins at the status line. `head_only`: the answer to HEAD, which has no body whatever it
// says.
base::Result<> parse_response_head(std::string_view input, bool head_only, const Limits& limits,
                                   ResponseView& view);

// The same as a value of its own.
struct ResponseHead {
  ClientResponse response;  // its body is empty
  std::size_t size = 0;     // bytes of the head; 0: more are needed
  BodyEnd body = BodyEnd::None;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
};

base::Result<ResponseHead> parse_response_head(std::string_view input, bool head_only,
                                               const Limits& limits);

}  // namespace jianmen::http
