#pragma once
// How much of a message is taken, the same for what a server receives and what a client is
// answered.

#include <cstddef>

namespace jianmen::http {

inline constexpr std::size_t kMaxHeaders = 100;

struct Limits {
  std::size_t request_line = 16 * 1024;
  std::size_t head = 64 * 1024;          // request line and all header lines
  std::size_t header_value = 40 * 1024;  // a PKI token of the old kind fits
  std::size_t headers = kMaxHeaders;     // not more than that
  std::size_t body = 12 * 1024 * 1024;   // after de-chunking
  std::size_t streamed_body = 0;         // of one that a handler reads piece by piece, if more
};

}  // namespace jianmen::http
