#pragma once
// What of a request goes on to an upstream, and what of its answer comes back: everything is
// written anew from the parsed message, nothing raw passes. Left behind are fields of one
// connection (RFC 9110 section 7.6.1) with those that Connection names, the caller's credentials,
// and whatever from outside looks like the identity that the gateway vouches for. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/response_parser.hpp"

namespace jianmen::upstream {

struct Forwarded {
  std::string_view host = {};      // Host that the upstream sees
  std::string_view identity = {};  // "Name: value\r\n" lines that authn's principal gave
  std::string_view request_id = {};
  bool has_body_length = false;  // a body of known length, which may be 0
  std::uint64_t body_length = 0;
  bool chunked = false;  // the body's end is not known yet
};

// The whole head, its empty line included.
void write_request_head(std::string& out, const http::Request& request, const Forwarded& forwarded);

// The fields of an answer, but for those of its connection and those that the gateway writes
// itself.
void copy_answer_fields(const http::ResponseView& answer, http::Response& response);

// May the path be handed on to a server that may decode it once more? No encoded slash, backslash
// or NUL, no segment that some servers read as "..".
bool is_unambiguous(std::string_view path);

}  // namespace jianmen::upstream
