#include "upstream/proxy.hpp"

#include <chrono>
#include <deque>
#include <utility>

#include "authz/scope.hpp"
#include "call/body_refusal.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "upstream/exchange.hpp"
#include "upstream/forwarding.hpp"
#include "upstream/pool.hpp"

namespace jianmen::upstream {

namespace {

using catalog::Caller;
using catalog::OperationScope;
using identity::Cause;
using identity::Principal;
using identity::Refusal;
using identity::Scope;

constexpr std::chrono::seconds kSweep{1};

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS";
}

bool usually_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::string_view outcome_of(Step step) {
  switch (step) {
    case Step::None:
      return "answered";
    case Step::Connect:
      return "connect failed";
    case Step::Tls:
      return "tls failed";
    case Step::Send:
      return "send failed";
    case Step::FirstByte:
      return "no answer";
    case Step::Head:
      return "bad answer";
    case Step::Body:
      return "answer cut off";
  }
  return "failed";
}

}  // namespace

// One route on one worker.
class Proxy::RouteService final : public call::Service {
 public:
  RouteService(Proxy& proxy, const Route& route, Pool& pool, std::weak_ptr<const void> owner)
      : proxy_(proxy), route_(route), pool_(pool), owner_(std::move(owner)) {}

  net::Task<http::Response> serve(call::Call& call) override;
  bool takes_stream() const override { return true; }

 private:
  std::expected<authz::ActsIn, Refusal> admit(const call::Call& call) const;

  Proxy& proxy_;
  const Route& route_;
  Pool& pool_;
  std::weak_ptr<const void> owner_;
};

// A table with this worker's connections. Requests that run on it keep it.
class Proxy::WorkerTable {
 public:
  explicit WorkerTable(std::shared_ptr<const Table> the_table) : table(std::move(the_table)) {
    const auto& groups = table->settings().groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      pools.emplace_back(groups[i], table->health(i), table->add_traffic(i));
    }
  }
  static net::Task<void> sweep(std::weak_ptr<WorkerTable> mine);

  std::shared_ptr<const Table> table;
  std::deque<Pool> pools;             // of the groups
  std::deque<RouteService> services;  // of the routes
};

net::Task<void> Proxy::WorkerTable::sweep(std::weak_ptr<WorkerTable> mine) {
  net::Loop& loop = *net::Loop::current();
  while (!loop.cancelled()) {
    co_await net::sleep_for(kSweep);
    const auto table = mine.lock();
    if (!table) co_return;
    for (Pool& pool : table->pools) pool.sweep(loop.now());
  }
}

Proxy::Proxy(const Dependencies& dependencies)
    : dependencies_(dependencies),
      identity_(dependencies.directory, dependencies.authorizer, dependencies.issuer,
                dependencies.token_life) {}

Proxy::~Proxy() = default;

void Proxy::refresh() {
  generation_ = dependencies_.registry.generation();
  auto table = dependencies_.registry.table();
  table_.reset();
  if (!table || table->settings().routes.empty()) return;
  table_ = std::make_shared<WorkerTable>(std::move(table));
  for (const Route& route : table_->table->settings().routes) {
    table_->services.emplace_back(*this, route, table_->pools[route.group], table_);
  }
  net::spawn(WorkerTable::sweep(table_), "idle upstream connections");
}

std::optional<std::expected<call::Handover, catalog::NoRoute>> Proxy::find(std::string_view host,
                                                                           std::string_view method,
                                                                           std::string_view path) {
  if (generation_ != dependencies_.registry.generation()) refresh();
  if (!table_) return std::nullopt;
  auto match = table_->table->find(dependencies_.catalog, host, method, path);
  if (!match) return std::nullopt;
  if (!*match) return std::unexpected(std::move(match->error()));
  if (!is_unambiguous(path)) {
    return std::unexpected(catalog::NoRoute{catalog::NoRoute::Reason::UnknownPath, {}});
  }
  return call::Handover{std::move((*match)->route),
                        std::shared_ptr<call::Service>(table_, &table_->services[(*match)->index])};
}

// In which scope the caller acts, if it may at all.
std::expected<authz::ActsIn, Refusal> Proxy::RouteService::admit(const call::Call& call) const {
  if (!call.principal) return authz::ActsIn();
  const Principal& principal = *call.principal;
  const catalog::Operation& operation = route_.operation;
  const authz::ScopeQuestion question{.rule = operation.scope,
                                      .project_id = call.route.value("project_id"),
                                      .domain_id = call.route.value("domain_id")};
  auto acts_in = authz::find_scope(proxy_.dependencies_.directory, proxy_.dependencies_.catalog,
                                   principal, question);
  if (!acts_in) {
    call.record.step("scope", "refused");
    return acts_in;
  }
  // Where no scope is asked for, a credential that has one keeps it.
  if (operation.scope == OperationScope::None && principal.scope.kind != Scope::Kind::None) {
    acts_in->scope = principal.scope;
  }
  if (!route_.authorize) return acts_in;
  const authz::Question may{.action = operation.action,
                            .service = operation.service,
                            .region = acts_in->region,
                            .scope = acts_in->scope,
                            .peer = call.request.peer,
                            .secure = call.request.secure,
                            .now = call.now};
  authz::Authorizer& authorizer = proxy_.dependencies_.authorizer;
  if (!authorizer.decide(principal, may).allowed()) {
    call.record.step("authorize", "refused");
    return std::unexpected(authorizer.explain(principal, may));
  }
  call.record.step("authorize", "allowed");
  return acts_in;
}

net::Task<http::Response> Proxy::RouteService::serve(call::Call& call) {
  auto acts_in = admit(call);
  if (!acts_in) {
    call.record.refusal = std::move(acts_in.error());
    co_return http::Response(403);
  }
  const Group& group = pool_.group();
  const http::Request& request = call.request;
  Outgoing outgoing;
  outgoing.body = request.body;
  outgoing.source = request.source;
  outgoing.head_only = request.method == "HEAD";
  outgoing.idempotent = is_idempotent(request.method);
  outgoing.request_id = call.request_id;
  outgoing.head.reserve(2'048);
  {
    Forwarded forwarded;
    forwarded.host = group.host.empty() ? request.host() : std::string_view(group.host);
    if (call.principal) {
      forwarded.identity = proxy_.identity_.lines(*call.principal, acts_in->scope, call.now);
    }
    forwarded.request_id = call.request_id;
    if (request.source) {
      forwarded.has_body_length = request.source->length().has_value();
      forwarded.body_length = request.source->length().value_or(0);
      forwarded.chunked = !forwarded.has_body_length;
    } else {
      forwarded.has_body_length = !request.body.empty() || usually_has_body(request.method);
      forwarded.body_length = request.body.size();
    }
    write_request_head(outgoing.head, request, forwarded);
  }
  Incoming incoming = co_await exchange(pool_, std::move(outgoing), owner_.lock());
  if (incoming.cut) {
    call.record.step("upstream", "request cut off");
    call.record.refusal = call::body_refusal(*incoming.cut);
    co_return http::Response(400);
  }
  const Failure& failure = incoming.failure;
  call.record.step("upstream", outcome_of(failure.step));
  if (failure.step != Step::None) {
    Refusal refusal{failure.timeout ? Cause::BackendTimeout : Cause::BackendUnavailable, {}};
    refusal.with("upstream", group.name)
        .with("server", std::string(incoming.server))
        .with("step", std::string(step_name(failure.step)))
        .with("reason", failure.reason);
    call.record.refusal = std::move(refusal);
  }
  co_return std::move(incoming.response);
}

}  // namespace jianmen::upstream
