#pragma once
// The seam between the gateway and a service: what the gateway hands over after it has routed and authenticated a
// request, and what both write into the request's one record. Neither side knows the other.
// Thread safety: a Call belongs to one request on one loop.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "catalog/catalog.hpp"
#include "http/message.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "net/task.hpp"

namespace jianmen::call {

struct Step {
  std::string_view step;  // "route" | "authenticate" | "scope" | "authorize" | "validate" | "serve"
  std::string outcome;    // one short phrase: "ecs:ListServersDetails", "signature ok", "refused: …"
  std::int64_t us = 0;    // time that the step took
};

// What happened to one request, as it happens; the gateway turns it into the journal's entry.
struct Record {
  std::vector<Step> steps;
  const catalog::Operation* operation = nullptr;
  std::optional<identity::Refusal> refusal;
  std::string error_code, error_message;  // as the caller was told them
};

struct Call {
  const http::Request& request;
  const catalog::Route& route;
  const identity::Principal* principal;  // nullptr only for an operation that anyone may call
  // The same operation came with a credential that did not hold: what was wrong with it, for functions that
  // need a caller after all (assume_role). nullptr otherwise.
  const identity::Refusal* credential_refusal = nullptr;
  base::Time now;
  std::string_view request_id;
  Record& record;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual net::Task<http::Response> serve(Call& call) = 0;
};

// Does any candidate of the route admit callers without a credential?
bool admits_anyone(const catalog::Route& route);

}  // namespace jianmen::call
