#pragma once
// What whoever runs Jianmen looks at: GET /metrics (Prometheus' text), /healthz and /readyz, on the
// administration socket and, when configured, on a listener of its own. Names and numbers only: no
// account, user, key or address. Thread safety: answer() from any thread.

#include <memory>
#include <optional>
#include <string>

#include "http/handler.hpp"
#include "http/server.hpp"
#include "server/installation.hpp"

namespace jianmen::app {

class Operations {
 public:
  // Both outlive it. `gateway`: the server whose connections are told about.
  Operations(Installation& installation, const http::Server& gateway)
      : installation_(installation), gateway_(gateway) {}

  // nullopt: another path.
  std::optional<http::Response> answer(const http::Request& request) const;
  std::string metrics() const;
  // For a listener that answers nothing else.
  std::unique_ptr<http::Handler> alone() const;

 private:
  Installation& installation_;
  const http::Server& gateway_;
};

}  // namespace jianmen::app
