#pragma once
// What a server allows a connection. The defaults suit an API behind the open internet.

#include <chrono>
#include <cstddef>

#include "http/limits.hpp"

namespace jianmen::http {

struct ServerSettings {
  Limits limits;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds head_timeout{10'000};  // from the first byte of a head to its last;
                                                   // also from accept to the first byte
  std::chrono::milliseconds keep_alive_timeout{75'000};   // between an answer and the next request
  std::chrono::milliseconds body_idle_timeout{60'000};    // without any byte of a body
  std::chrono::milliseconds write_stall_timeout{30'000};  // without any progress of an answer
  std::chrono::milliseconds linger_timeout{2'000};        // for the other side to read a refusal
  std::size_t min_rate =
      1024;  // bytes/s that a body must come, and an answer go, on average after the timeout
  std::size_t max_connections = 20'000;
  // Bytes of large heads and bodies that one worker holds at a time; who would need more is told
  // 503.
  std::size_t max_buffered = 512 * 1024 * 1024;
};

}  // namespace jianmen::http
