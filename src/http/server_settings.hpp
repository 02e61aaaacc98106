#pragma once
// What a server allows a connection. The defaults suit an API behind the open internet.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "http/limits.hpp"

namespace jianmen::http {

struct Request;  // message.hpp

// Of one HTTP/2 connection. What floods it with frames that ask for nothing is told GOAWAY
// ENHANCE_YOUR_CALM.
struct Http2Settings {
  bool enabled = true;
  std::uint32_t streams = 100;  // open at once, and handlers at work at once (reset or not)
  std::uint32_t stream_window = 256 * 1024;       // bytes of a body that may be on their way
  std::uint32_t connection_window = 1024 * 1024;  // the same, of all bodies together
  std::uint32_t resets = 200;                     // streams that the client may reset in a row …
  std::uint32_t resets_per_second = 20;           // … and how fast that comes back
  std::uint32_t control_frames = 2'000;           // PING, SETTINGS, tiny DATA … in a row …
  std::uint32_t control_frames_per_second = 200;  // … and how fast that comes back
  std::uint32_t buffered_bodies = 4;  // bodies of the largest size held for one connection
};

struct ServerSettings {
  Limits limits;
  Http2Settings http2;
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
  // Of one worker, beyond those: they are answered 503 and end. Whoever comes on top is closed.
  std::size_t surplus_connections = 64;
  // At the limit, connections that have waited for a request so long make room.
  std::chrono::milliseconds idle_at_limit{5'000};
  // What is answered even then (a probe); by its head alone. nullptr: nothing.
  bool (*is_essential)(const Request& head) = nullptr;
  // Descriptors of one worker that are kept for when the process has no other left: each serves one
  // connection, a regular one if `essential`, else to say 503.
  std::size_t spare_descriptors = 4;
  bool essential = false;
  // Bytes of large heads and bodies that one worker holds at a time; who would need more is told
  // 503.
  std::size_t max_buffered = 512 * 1024 * 1024;
};

}  // namespace jianmen::http
