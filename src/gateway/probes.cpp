#include "gateway/probes.hpp"

#include <string>

namespace jianmen::gateway {

std::optional<http::Response> answer_probe(const http::Request& request,
                                           const Readiness& readiness) {
  const bool health = request.path == "/healthz";
  if (!health && request.path != "/readyz") return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const std::string_view trouble = health ? std::string_view() : readiness.not_ready_because();
  http::Response response(trouble.empty() ? 200 : 503,
                          trouble.empty() ? "ok\n" : "not ready: " + std::string(trouble) + "\n",
                          "text/plain");
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace jianmen::gateway
