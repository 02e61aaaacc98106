#include "gateway/pipeline.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "call/body_refusal.hpp"
#include "catalog/route_refusal.hpp"
#include "gateway/held_body.hpp"
#include "gateway/render.hpp"
#include "gateway/throttling.hpp"
#include "http/traceparent.hpp"

namespace jianmen::gateway {

namespace {

using identity::Cause;
using identity::Refusal;
using identity::Scope;

constexpr std::size_t kKeptText = 2048;  // of a path or query in the journal

void keep(std::string& slot, std::string_view text) { slot.assign(text.substr(0, kKeptText)); }

std::shared_ptr<const JournalPrincipal> journal_principal(const identity::Principal& principal) {
  auto out = std::make_shared<JournalPrincipal>();
  out->account = principal.account_name;
  out->user = principal.name;
  out->access_key_id = principal.access_key.value;
  out->credential = principal.credential;
  out->scope_kind = principal.scope.kind == Scope::Kind::Project  ? "project"
                    : principal.scope.kind == Scope::Kind::Domain ? "domain"
                                                                  : "";
  out->scope_project = principal.scope.project_name;
  out->scope_project_id = principal.scope.project.value;
  return out;
}

Verdict verdict_of(int status) {
  if (status >= 500) return Verdict::Failed;
  return status >= 400 ? Verdict::Refused : Verdict::Allowed;
}

// key=value; the log escapes control characters.
std::string log_line(const JournalEntry& entry) {
  std::string line = "event=request id=" + entry.request_id +
                     " status=" + std::to_string(entry.status) + " method=" + entry.method +
                     " host=" + entry.host + " path=" + entry.path +
                     " operation=" + (entry.operation ? entry.operation->id : "-") +
                     " us=" + std::to_string(entry.us);
  if (entry.principal)
    line += " account=" + entry.principal->account + " user=" + entry.principal->user;
  if (!entry.trace_id.empty()) line += " trace_id=" + entry.trace_id;
  if (!entry.code.empty()) line += " code=" + entry.code;
  if (entry.refusal) line += " cause=" + std::string(identity::cause_id(entry.refusal->cause));
  return line;
}

}  // namespace

// A body that was read and hashed, and the request with it in place of the source.
struct Held {
  Held(const http::Request& received, crypto::Hash hash, const Spool& spool, std::uint64_t& spooled,
       std::uint64_t most)
      : body(hash, spool, spooled, most), request(received) {}

  HeldBody body;
  http::Request request;
  authn::signature::ReadBody read;
};

struct Pipeline::Passage {
  base::Time now{};
  RequestId id;
  std::shared_ptr<const identity::Principal> principal;
  std::shared_ptr<call::Service> service;  // of a route beside the catalogue's
  std::unique_ptr<Held> held;
  call::Record record;
};

Pipeline::Pipeline(const catalog::Catalog& catalog, authn::Authenticator& authenticator,
                   Journal::Shard& journal, Statistics::Shard& statistics, const base::Clock& clock,
                   base::Random& random, Settings settings)
    : catalog_(catalog),
      authenticator_(authenticator),
      journal_(journal),
      statistics_(statistics),
      clock_(clock),
      ids_(random),
      settings_(settings) {}

Pipeline::~Pipeline() = default;

void Pipeline::add_service(std::string_view name, call::Service& service) {
  if (const auto* entry = catalog_.find_service(name))
    services_.emplace_back(entry->name, &service);
}

std::expected<catalog::Route, catalog::NoRoute> Pipeline::find_route(const http::Request& request,
                                                                     Passage& passage) {
  if (routes_) {
    if (auto found = routes_->find(request.host(), request.method, request.path)) {
      if (!*found) return std::unexpected(std::move(found->error()));
      passage.service = std::move((*found)->service);
      return std::move((*found)->route);
    }
  }
  return catalog_.route(request.host(), request.method, request.path);
}

bool Pipeline::takes_stream(const http::Request& head) {
  if (!routes_) return false;
  const auto found = routes_->find(head.host(), head.method, head.path);
  return found && *found && (*found)->service->takes_stream();
}

// Reads the body if the caller's signature covers it, but not for who is no caller whatever the
// body is.
net::Task<std::optional<Refusal>> Pipeline::hold_body(const http::Request& request,
                                                      const catalog::Route& route,
                                                      Passage& passage) {
  auto covered = authenticator_.check_head(request);
  if (!covered) {
    if (call::admits_anyone(route)) co_return std::nullopt;
    co_return std::move(covered.error());
  }
  if (!*covered) co_return std::nullopt;
  passage.held =
      std::make_unique<Held>(request, **covered, spool_, spooled_, settings_.spooled_bodies);
  Held& held = *passage.held;
  const auto state = co_await held.body.take(*request.source);
  if (state != http::BodySource::State::Complete) co_return call::body_refusal(state);
  held.read = {**covered, held.body.digest(), *held.body.length(), passage.now};
  held.request.source = held.body.in_memory() ? nullptr : &held.body;
  held.request.body = held.body.in_memory() ? held.body.memory() : std::string_view();
  co_return std::nullopt;
}

call::Service* Pipeline::service_of(const Passage& passage) const {
  if (passage.service) return passage.service.get();
  const std::string_view name = passage.record.operation->service;
  for (const auto& [known, service] : services_) {
    if (known == name) return service;
  }
  return nullptr;
}

net::Task<http::Response> Pipeline::handle(const http::Request& received) {
  Passage passage;
  passage.now = clock_.now();
  passage.id = ids_.next();
  const auto request_id = passage.id.text();
  call::Record& record = passage.record;

  std::optional<Refusal> refused, credential_refusal;
  http::Response response;
  const auto route = find_route(received, passage);
  // Neither counted nor journalled: probes come every few seconds, for ever.
  if (!route && readiness_) {
    if (auto probed = answer_probe(received, *readiness_)) co_return std::move(*probed);
  }
  const bool throttles = throttle_ && throttle_->may_deny(passage.now);
  if (throttles) refused = throttle_source(*throttle_, received, passage.now);
  if (refused) {
    if (route) record.operation = route->candidates.front();
    record.step("throttle", "refused");
  } else if (!route) {
    refused = catalog::refusal_of(route.error());
    record.step("route", "no operation");
  } else {
    record.operation = route->candidates.front();
    record.step("route", record.operation->id);
    if (received.source) refused = co_await hold_body(received, *route, passage);
    if (refused) record.step("authenticate", "refused");
  }
  const http::Request& request = passage.held ? passage.held->request : received;
  if (!refused) {
    const auto* const read = passage.held ? &passage.held->read : nullptr;
    if (auto principal = authenticator_.authenticate(request, read)) {
      passage.principal = std::move(*principal);
      record.step("authenticate", passage.principal->credential == identity::CredentialKind::Token
                                      ? "token ok"
                                      : "signature ok");
    } else if (call::admits_anyone(*route)) {
      credential_refusal = std::move(principal.error());
      record.step("authenticate", "not needed");
    } else {
      refused = std::move(principal.error());
      record.step("authenticate", "refused");
    }
    if (throttles && !refused) {
      refused =
          throttle_caller(*throttle_, passage.principal.get(), *record.operation, passage.now);
      if (refused) record.step("throttle", "refused");
    }
    if (!refused) {
      call::Service* const service = service_of(passage);
      if (!service) {
        refused = Refusal{Cause::BackendUnavailable, {}};
        record.step("serve", "no service");
      } else if (request.source && !service->takes_stream()) {
        refused = call::body_refusal(http::BodySource::State::NoRoom);  // the routes have changed
        record.step("serve", "refused");
      } else {
        call::Call call{.request = request,
                        .route = *route,
                        .principal = passage.principal.get(),
                        .credential_refusal = credential_refusal ? &*credential_refusal : nullptr,
                        .now = passage.now,
                        .request_id = request_id,
                        .record = record};
        response = co_await service->serve(call);
        // A refusal without words: those are the gateway's.
        if (record.refusal && record.error_code.empty()) {
          refused = std::exchange(record.refusal, std::nullopt);
        }
      }
    }
  }
  if (throttle_ && (refused || record.refusal || credential_refusal)) {
    // Also a credential that was not needed: it was looked at all the same.
    const auto failed = [](const std::optional<Refusal>& refusal) {
      return refusal && is_failed_proof(refusal->cause);
    };
    if (failed(credential_refusal) || failed(refused) || failed(record.refusal)) {
      throttle_->record_failure(request.peer, passage.now);
    }
  }
  if (refused) {
    const GatewayError error = error_for(*refused);
    response = render(error, request_id);
    if (refused->cause == Cause::LimitThrottled) {
      const auto* seconds = refused->find("retry_after");
      response.add("Retry-After", seconds ? *seconds : "1");
    }
    // The real gateway closes after a 401; a client that goes on with a broken credential starts
    // afresh.
    if (error.status == 401) response.close();
    record.error_code = error.code;
    record.error_message = error.message;
    record.refusal = std::move(refused);
  }
  response.add("X-Request-Id", request_id);
  response.add_lines("Server: api-gateway\r\n");
  this->record(request, passage, response);
  co_return response;
}

// By address: a principal is immutable, and while it is kept here no other one takes its place.
std::shared_ptr<const JournalPrincipal> Pipeline::kept(
    const std::shared_ptr<const identity::Principal>& principal) {
  if (!principal) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(principal.get());
  Kept& place = kept_[(address >> 4 ^ address >> 12) % kept_.size()];
  if (place.principal != principal) place = {principal, journal_principal(*principal)};
  return place.as_entry;
}

void Pipeline::record(const http::Request& request, Passage& passage,
                      const http::Response& response) {
  std::string line;
  const Verdict verdict = verdict_of(response.status());
  const std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(
                              passage.record.mark - passage.record.begin)
                              .count();
  statistics_.count(passage.record.operation, verdict, us);
  if (passage.record.refusal) statistics_.count(passage.record.refusal->cause);
  const bool signature_failed =
      passage.record.refusal && passage.record.refusal->cause == Cause::SignatureSecretWrong;
  const auto fill = [&](JournalEntry& entry) {
    entry.request_id.assign(passage.id.text());
    entry.time = passage.now;
    entry.verdict = verdict;
    keep(entry.method, request.method);
    keep(entry.host, request.host());
    keep(entry.path, request.path);
    keep(entry.query, request.query.value_or(std::string_view()));
    keep(entry.peer, request.peer);
    entry.trace_id.clear();
    if (const auto traceparent = request.find(http::HeaderId::Traceparent)) {
      entry.trace_id = http::trace_id(*traceparent).value_or(std::string_view());
    }
    entry.operation = passage.record.operation;
    entry.principal = kept(passage.principal);
    entry.status = response.status();
    entry.code = std::move(passage.record.error_code);
    entry.message = std::move(passage.record.error_message);
    entry.refusal = std::move(passage.record.refusal);
    entry.steps = passage.record.steps;
    entry.us = us;
    if (settings_.log_requests) line = log_line(entry);
    if (access_log_) access_log_->add(entry);
  };
  if (signature_failed) {
    journal_.add_with_evidence(request, passage.now, fill);
  } else {
    journal_.add(fill);
  }
  if (settings_.log_requests) base::log::info(line);
}

http::Response Pipeline::refuse(int status, std::string_view reason) {
  const RequestId request_id = ids_.next();
  const auto id = request_id.text();
  const GatewayError error = error_for_status(status);
  http::Response response = render(error, id);
  response.add("X-Request-Id", id);
  response.add_lines("Server: api-gateway\r\n");
  response.close();
  if (status == 503) response.add("Retry-After", "1");
  const Cause cause = status == 413                    ? Cause::LimitBody
                      : status == 414 || status == 431 ? Cause::LimitHeader
                      : status == 503                  ? Cause::LimitThrottled
                                                       : Cause::RequestMalformed;
  statistics_.count(nullptr, verdict_of(status), 0);
  statistics_.count(cause);
  journal_.add([&](JournalEntry& entry) {
    entry = JournalEntry{};
    entry.request_id = id;
    entry.time = clock_.now();
    entry.verdict = verdict_of(status);
    entry.status = error.status;
    entry.code = error.code;
    entry.message = error.message;
    entry.refusal = Refusal{cause, {}};
    entry.refusal->with("reason", std::string(reason));
    if (status == 503) entry.refusal->with("bucket", "overload");
    entry.steps.add({"parse", "refused", 0});
    if (access_log_) access_log_->add(entry);
  });
  if (settings_.log_requests) {
    base::log::info("event=request id=" + std::string(id) + " status=" + std::to_string(status) +
                    " reason=\"" + std::string(reason) + "\"");
  }
  return response;
}

}  // namespace jianmen::gateway
