#include "services/frame.hpp"

#include <unordered_map>

#include "authz/scope.hpp"
#include "base/log.hpp"
#include "catalog/schema.hpp"
#include "net/loop.hpp"
#include "services/error_profile.hpp"
#include "services/misread.hpp"
#include "services/own_object.hpp"

namespace jianmen::services {

namespace {

using catalog::Caller;
using catalog::Operation;
using identity::Cause;
using identity::Refusal;
using identity::Scope;

std::unexpected<Fault> refuse(FaultKind kind, Refusal refusal) {
  return std::unexpected<Fault>(Fault{kind, 0, {}, {}, {}, std::move(refusal)});
}

// Operations without a documented action still have one for the policy engine, so that `ecs:*:*`
// covers them and a read-only policy covers the reads alone.
std::string action_of(const Operation& operation) {
  if (!operation.action.empty()) return operation.action;
  if (!operation.aliases.empty()) return operation.aliases.front();
  const bool reads = operation.method == "GET" || operation.method == "HEAD";
  return operation.service + ":unlisted:" + (reads ? "get" : "") + operation.name;
}

struct Body {
  base::json::value value;  // null when there was none
  bool malformed = false;   // not JSON
  // JSON, but it names none of the operations that share this method and path.
  std::optional<catalog::SchemaFault> unnamed = {};
};

// Clients send bodies with GET and HEAD, and with DELETE anything: only where one is looked at must
// it be JSON.
Body read_body(const http::Request& request) {
  if (request.method == "GET" || request.method == "HEAD" || request.body.empty()) return {};
  auto parsed = base::parse_json(request.body);
  if (parsed) return {std::move(*parsed)};
  return {{}, request.method != "DELETE"};
}

// What a function throws is a defect of ours: it goes to the log, not to the caller.
Outcome run(const Function& function, const Call& call) {
  try {
    return function.run(call);
  } catch (const std::exception& error) {
    base::log::error("event=defect operation=" + call.operation.id + " error=\"" + error.what() +
                     "\"");
  }
  return fault(FaultKind::Internal);
}

// The newest is refused at once; those that wait already get their turn.
Fault overloaded() {
  Refusal refusal{Cause::LimitThrottled, {}};
  refusal.with("bucket", "overload").with("reason", "too many requests wait for a thread");
  return {FaultKind::Unavailable, 0, {}, {}, {}, std::move(refusal)};
}

http::Response answer(Reply& reply, const Operation& operation, std::string_view request_id) {
  http::Response response(reply.status ? reply.status : operation.success);
  // Every answer says that it is JSON: one SDK refuses a body, even an empty one, without
  // Content-Type.
  response.set_body(reply.body.is_null() ? std::move(reply.text) : base::to_text(reply.body),
                    "application/json");
  for (const auto& [name, value] : reply.headers) response.add(name, value);
  add_family_headers(response, operation.family, request_id);
  return response;
}

http::Response refusal_of(Fault failed, const Operation& operation, std::string_view request_id,
                          call::Record& record) {
  if (!failed.refusal) failed.refusal = Refusal{cause_of(failed.kind), {}};
  auto rendered = render(failed, operation.family, operation, request_id);
  record.refusal = std::move(failed.refusal);
  record.error_code = std::move(rendered.code);
  record.error_message = std::move(rendered.message);
  add_family_headers(rendered.response, operation.family, request_id);
  return std::move(rendered.response);
}

http::Response planned_answer(const PlannedFault& planned, const Operation& operation,
                              std::string_view request_id, call::Record& record) {
  const bool resets = planned.kind == PlannedFault::Kind::Reset;
  Refusal refusal{Cause::BackendPlannedFault, {}};
  refusal.with("planned", resets ? "reset" : "answer");
  if (planned.left) refusal.with("left", std::to_string(*planned.left));
  Fault fault{FaultKind::Internal, planned.status, planned.code, planned.message, {},
              std::move(refusal)};
  auto response = refusal_of(std::move(fault), operation, request_id, record);
  if (resets) response.drop();
  return response;
}

}  // namespace

struct Frame::Impl {
  const ServiceDefinition& definition;
  const catalog::Catalog& catalog;
  const directory::Directory& directory;
  authz::Authorizer& authorizer;
  Pools pools;
  PlannedFaults& faults;
  std::unordered_map<const Operation*, const Function*> functions;

  std::expected<void, Fault> check_scope(Call& call) const;
  std::expected<void, Fault> check_permission(const Call& call, const http::Request& request);
  std::expected<void, Fault> check_input(const Call& call, const Body& body) const;
  std::expected<const Function*, Fault> check(Call& call, const call::Call& from, const Body& body,
                                              call::Record& record);
  void fill(Call& call, const call::Call& from) const;
};

Frame::Frame(const ServiceDefinition& definition, const catalog::Catalog& catalog,
             const directory::Directory& directory, authz::Authorizer& authorizer, Pools pools,
             PlannedFaults& faults)
    : impl_(new Impl{definition, catalog, directory, authorizer, pools, faults, {}}) {
  for (const auto& function : definition.functions) {
    const auto* operation =
        catalog.find_operation(definition.name + ":" + std::string(function.operation));
    if (operation) impl_->functions.emplace(operation, &function);
  }
}

Frame::~Frame() = default;

std::expected<void, Fault> Frame::Impl::check_scope(Call& call) const {
  if (!call.principal) return {};
  const authz::ScopeQuestion question{.rule = call.operation.scope,
                                      .project_id = call.path("project_id"),
                                      .domain_id = call.path("domain_id"),
                                      .region = call.region};
  auto acts_in = authz::find_scope(directory, catalog, *call.principal, question);
  if (!acts_in) {
    const bool denied = acts_in.error().cause == Cause::PermissionNotGranted;
    return refuse(denied ? FaultKind::Denied : FaultKind::Scope, std::move(acts_in.error()));
  }
  call.scope = std::move(acts_in->scope);
  call.region = std::move(acts_in->region);
  call.project = std::move(acts_in->project);
  return {};
}

std::expected<void, Fault> Frame::Impl::check_permission(const Call& call,
                                                         const http::Request& request) {
  const Operation& operation = call.operation;
  if (operation.caller == Caller::Anyone) return {};
  if (!call.principal) {
    return refuse(FaultKind::Unauthenticated, call.credential_refusal
                                                  ? *call.credential_refusal
                                                  : Refusal{Cause::TokenMissing, {}});
  }
  if (operation.caller == Caller::AnyIdentity) return {};
  if (operation.caller != Caller::Action && is_own_object(directory, call)) return {};
  const std::string action = action_of(operation);
  if (operation.caller == Caller::Self) {
    Refusal refusal{Cause::PermissionNotGranted, {}};
    refusal.with("action", action).with("only_for", named_user(directory, call));
    return refuse(FaultKind::Denied, std::move(refusal));
  }
  authz::Question question{
      .action = action,
      .aliases = operation.aliases,
      .service = operation.service,
      .region = call.region,
      .scope = call.scope,
      .resource = {},
      .uri = {},
      .peer = request.peer,
      .secure = request.secure,
      .now = call.now,
  };
  if (authorizer.decide(*call.principal, question).allowed()) return {};
  return refuse(FaultKind::Denied, authorizer.explain(*call.principal, question));
}

std::expected<void, Fault> Frame::Impl::check_input(const Call& call, const Body& body) const {
  const auto refuse = [&](const catalog::SchemaFault& wrong, Part part) {
    return std::unexpected(misread(definition, wrong, part, call.operation.family));
  };
  if (body.malformed) return fault(FaultKind::Malformed);
  if (body.unnamed) return refuse(*body.unnamed, Part::Body);
  if (const auto wrong = catalog::check_query(call.operation, call.query_values))
    return refuse(*wrong, Part::Query);
  if (const auto wrong = catalog::check_body(catalog, call.operation, call.body))
    return refuse(*wrong, Part::Body);
  return {};
}

void Frame::Impl::fill(Call& call, const call::Call& from) const {
  for (const auto& value : from.route.values)
    call.path_values.emplace_back(value.name, value.value);
  if (from.request.query) call.query_values = http::parse_query(*from.request.query);
  if (const auto* headers = base::find_object(call.operation.request, "headers")) {
    for (const auto& [name, schema] : *headers) {
      if (auto value = from.request.find(std::string_view(name)))
        call.header_values.emplace_back(name, *value);
    }
  }
  if (from.route.region) call.region = from.route.region->id;
  call.may = [this, &call](std::string_view action, const identity::Project& project) {
    if (!call.principal || project.account != call.principal->account) return false;
    authz::Authorizer fresh(directory);  // this may be a pool thread
    const authz::Question question{
        .action = action,
        .aliases = {},
        .service = action.substr(0, action.find(':')),
        .region = project.region,
        .scope = {Scope::Kind::Project, project.id, project.name},
        .resource = {},
        .uri = {},
        .peer = {},
        .secure = false,
        .now = call.now,
    };
    return fresh.decide(*call.principal, question).allowed();
  };
}

std::expected<const Function*, Fault> Frame::Impl::check(Call& call, const call::Call& from,
                                                         const Body& body, call::Record& record) {
  if (auto scope = check_scope(call); !scope) {
    record.step("scope", "refused");
    return std::unexpected(std::move(scope.error()));
  }
  if (auto permission = check_permission(call, from.request); !permission) {
    record.step("authorize", "refused");
    return std::unexpected(std::move(permission.error()));
  }
  record.step("authorize", "allowed");
  // Before the schema: mending the body would not help. A body that names no operation is the
  // exception, since it may be another one that is meant.
  const auto function = functions.find(&call.operation);
  if (function == functions.end() && !body.malformed && !body.unnamed) {
    record.step("serve", "not answered");
    return fault(FaultKind::Unavailable, "JIANMEN.0501",
                 "This release knows " + call.operation.id + " but does not answer it.", 501);
  }
  if (auto input = check_input(call, body); !input) {
    record.step("validate", "refused");
    return std::unexpected(std::move(input.error()));
  }
  return function->second;
}

net::Task<http::Response> Frame::serve(call::Call& from) {
  call::Record& record = from.record;
  Body body = read_body(from.request);
  const Operation* chosen = catalog::select(from.route, body.malformed ? nullptr : &body.value);
  if (!chosen) {
    chosen = from.route.candidates.front();
    body.unnamed = names_no_operation(from.route.candidates);
  }
  from.record.operation = chosen;

  Call call{.operation = *chosen,
            .principal = from.principal,
            .credential_refusal = from.credential_refusal,
            .scope = {},
            .project = {},
            .region = {},
            .path_values = {},
            .query_values = {},
            .header_values = {},
            .body = std::move(body.value),
            .host = from.request.host(),
            .secure = from.request.secure,
            .request_id = from.request_id,
            .now = from.now,
            .may = {}};
  impl_->fill(call, from);

  auto function = impl_->check(call, from, body, record);
  if (!function)
    co_return refusal_of(std::move(function.error()), *chosen, from.request_id, from.record);
  if (const auto planned = impl_->faults.take(chosen->id)) {
    if (planned->kind != PlannedFault::Kind::Delay) {
      record.step("serve", "planned fault");
      co_return planned_answer(*planned, *chosen, from.request_id, record);
    }
    co_await net::sleep_for(planned->delay);
    record.step("fault", "delayed");
  }
  Outcome outcome = Reply{};
  if ((*function)->runs == Runs::OnLoop) {
    outcome = run(**function, call);
  } else {
    const bool hashes = (*function)->runs == Runs::OnHashingPool;
    auto& pool = hashes ? impl_->pools.hashing : impl_->pools.writes;
    if (pool.is_crowded()) {
      record.step("serve", "overloaded");
      co_return refusal_of(overloaded(), *chosen, from.request_id, from.record);
    }
    outcome = co_await pool.run([&call, &function] { return run(**function, call); });
  }
  record.step("serve", outcome ? "ok" : "refused");
  if (!outcome)
    co_return refusal_of(std::move(outcome.error()), *chosen, from.request_id, from.record);
  co_return answer(*outcome, *chosen, from.request_id);
}

}  // namespace jianmen::services
