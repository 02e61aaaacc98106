#pragma once
// The seam between the gateway and a service: what the gateway hands over after it has routed and
// authenticated a request, and what both write into the request's one record. Neither side knows
// the other. Thread safety: a Call belongs to one request on one loop.

#include <array>
#include <chrono>
#include <cstdint>
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

// One step of a request's way. Both texts live for ever: literals, or names of the catalogue.
struct Step {
  std::string_view step;  // "route" | "authenticate" | "scope" | "authorize" | "validate" | "serve"
                          // | "upstream"
  std::string_view
      outcome;          // one short phrase: "ecs:ListServersDetails", "signature ok", "refused"
  std::int64_t us = 0;  // since the step before
};

// The steps of one request, in place: a record costs no allocation. More than fit are dropped.
class Steps {
 public:
  const Step* begin() const { return steps_.data(); }
  const Step* end() const { return steps_.data() + count_; }
  void add(const Step& step) {
    if (count_ < steps_.size()) steps_[count_++] = step;
  }

 private:
  std::array<Step, 6> steps_{};
  std::uint8_t count_ = 0;
};

// What happened to one request, as it happens; the gateway turns it into the journal's entry.
struct Record {
  using Clock = std::chrono::steady_clock;

  Clock::time_point begin = Clock::now();
  Clock::time_point mark = begin;  // when the last step ended
  Steps steps;
  const catalog::Operation* operation = nullptr;
  std::optional<identity::Refusal> refusal;
  std::string error_code, error_message;  // as the caller was told them

  // Ends a step: one look at the clock for the time that it took.
  void step(std::string_view name, std::string_view outcome) {
    const auto now = Clock::now();
    steps.add(
        {name, outcome, std::chrono::duration_cast<std::chrono::microseconds>(now - mark).count()});
    mark = now;
  }
};

struct Call {
  const http::Request& request;
  const catalog::Route& route;
  const identity::Principal* principal;  // nullptr only for an operation that anyone may call
  // The same operation came with a credential that did not hold: what was wrong with it, for
  // functions that need a caller after all (assume_role). nullptr otherwise.
  const identity::Refusal* credential_refusal = nullptr;
  base::Time now;
  std::string_view request_id;
  Record& record;
};

// A service renders its own refusals; one that leaves a refusal in the record, and no error code,
// is answered for by the gateway.
class Service {
 public:
  virtual ~Service() = default;
  virtual net::Task<http::Response> serve(Call& call) = 0;
  // May its requests have a body that still has to be read (http::Request::source)?
  virtual bool takes_stream() const { return false; }
};

// Does any candidate of the route admit callers without a credential?
bool admits_anyone(const catalog::Route& route);

}  // namespace jianmen::call
