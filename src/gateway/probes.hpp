#pragma once
// GET /healthz: the process lives and its loop turns. GET /readyz: it may be sent requests. For
// whoever watches over the process; no credential is asked for, and nothing else is told.

#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace jianmen::gateway {

class Readiness {
 public:
  virtual ~Readiness() = default;
  // Why no requests should come; empty: they may. From any thread, quickly.
  virtual std::string_view not_ready_because() const = 0;
};

// By method and path alone.
bool is_probe(const http::Request& head);

// nullopt: the request is no probe.
std::optional<http::Response> answer_probe(const http::Request& request,
                                           const Readiness& readiness);

}  // namespace jianmen::gateway
