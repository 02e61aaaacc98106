#include "gateway/probes.hpp"

#include <string>

namespace jianmen::gateway {

bool is_probe(const http::Request& head) {
  return (head.path == "/healthz" || head.path == "/readyz") &&
         (head.method == "GET" || head.method == "HEAD");
}

std::optional<http::Response> answer_probe(const http::Request& request,
                                           const Readiness& readiness) {
  if (!is_probe(request)) return std::nullopt;
  const bool health = request.path == "/healthz";
  const std::string_view trouble = health ? std::string_view() : readiness.not_ready_because();
  http::Response response(trouble.empty() ? 200 : 503,
                          trouble.empty() ? "ok\n" : "not ready: " + std::string(trouble) + "\n",
                          "text/plain");
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace jianmen::gateway
