#include "services/frame.hpp"

#include <unordered_map>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "catalog/schema.hpp"
#include "services/error_profile.hpp"

namespace jianmen::services {

namespace {

using catalog::Caller;
using catalog::Operation;
using catalog::OperationScope;
using identity::Cause;
using identity::Principal;
using identity::Refusal;
using identity::Scope;

// A token's scope binds, and that of a key made from one; a project that X-Project-Id chose for a
// permanent key does not: AK/SK has no scope of its own.
bool scope_binds(const Principal& principal) {
  return principal.credential == identity::CredentialKind::Token || principal.roles.has_value();
}

std::unexpected<Fault> refuse(FaultKind kind, Refusal refusal) {
  return std::unexpected<Fault>(Fault{kind, 0, {}, {}, {}, std::move(refusal)});
}

std::string_view scope_text(const Scope& scope) {
  switch (scope.kind) {
    case Scope::Kind::None:
      return "none";
    case Scope::Kind::Domain:
      return "domain";
    case Scope::Kind::Project:
      return scope.project.value;
  }
  return "none";
}

Cause cause_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::Malformed:
      return Cause::RequestMalformed;
    case FaultKind::Parameter:
      return Cause::RequestParameter;
    case FaultKind::NotFound:
      return Cause::ResourceNotFound;
    case FaultKind::Conflict:
      return Cause::ResourceConflict;
    case FaultKind::State:
      return Cause::ResourceState;
    case FaultKind::Quota:
      return Cause::LimitQuota;
    case FaultKind::Denied:
      return Cause::PermissionNotGranted;
    case FaultKind::Scope:
      return Cause::ScopeOtherProject;
    case FaultKind::Unauthenticated:
      return Cause::TokenMissing;
    case FaultKind::TooLarge:
      return Cause::LimitBody;
    case FaultKind::Unavailable:
      return Cause::BackendUnavailable;
    case FaultKind::Internal:
      return Cause::BackendInternal;
  }
  return Cause::Unknown;
}

// The user that the request names, for operations that are free for one's own object (`self_at` of
// the row).
std::string named_user(const directory::Directory& directory, const Operation& operation,
                       const Call& call) {
  const std::string_view at = operation.self_at;
  if (at == "path.access_key") {  // the owner of that key
    const auto key = directory.find_access_key(identity::AccessKeyId(call.path("access_key")));
    return key ? key->user.value : std::string();
  }
  if (at.starts_with("path.")) return std::string(call.path(at.substr(5)));
  if (at.starts_with("query.")) {
    const auto value = call.query(at.substr(6));
    return value ? std::string(*value) : (call.principal ? call.principal->id : std::string());
  }
  if (at.starts_with("body.")) {
    const base::json::value* value = &call.body;
    for (const auto part : base::split(at.substr(5), '.')) {
      value = base::find(*value, part);
      if (!value) return {};
    }
    return value->is_string() ? std::string(value->get_string()) : std::string();
  }
  return {};
}

bool is_own_object(const directory::Directory& directory, const Operation& operation,
                   const Call& call) {
  if (!call.principal || call.principal->kind != Principal::Kind::User) return false;
  return named_user(directory, operation, call) == call.principal->id;
}

// Operations without a documented action still have one for the policy engine, so that `ecs:*:*`
// covers them and a read-only policy covers the reads alone.
std::string action_of(const Operation& operation) {
  if (!operation.action.empty()) return operation.action;
  if (!operation.aliases.empty()) return operation.aliases.front();
  const bool reads = operation.method == "GET" || operation.method == "HEAD";
  return operation.service + ":unlisted:" + (reads ? "get" : "") + operation.name;
}

}  // namespace

struct Frame::Impl {
  const ServiceDefinition& definition;
  const catalog::Catalog& catalog;
  const directory::Directory& directory;
  authz::Authorizer& authorizer;
  Pools pools;
  std::unordered_map<const Operation*, const Function*> functions;

  std::expected<void, Fault> check_scope(Call& call) const;
  std::expected<void, Fault> check_project(Call& call, const Principal& principal) const;
  std::expected<void, Fault> check_permission(const Call& call, const http::Request& request);
  std::expected<void, Fault> check_input(const Call& call) const;
  void fill(Call& call, const call::Call& from) const;
};

Frame::Frame(const ServiceDefinition& definition, const catalog::Catalog& catalog,
             const directory::Directory& directory, authz::Authorizer& authorizer, Pools pools)
    : impl_(new Impl{definition, catalog, directory, authorizer, pools, {}}) {
  for (const auto& function : definition.functions) {
    const auto* operation =
        catalog.find_operation(definition.name + ":" + std::string(function.operation));
    if (operation) impl_->functions.emplace(operation, &function);
  }
}

Frame::~Frame() = default;

// Which project the request acts in: the URL's, else the credential's. It must be of the caller's
// account, and a credential that is bound to a project must be bound to this one.
std::expected<void, Fault> Frame::Impl::check_project(Call& call,
                                                      const Principal& principal) const {
  const std::string_view in_url = call.path("project_id");
  const bool binds = scope_binds(principal);
  std::string wanted(in_url);
  if (wanted.empty() && principal.scope.kind == Scope::Kind::Project)
    wanted = principal.scope.project.value;

  Refusal refusal;
  refusal.with("url_project", wanted).with("token_scope", std::string(scope_text(principal.scope)));
  if (!principal.scope.project_name.empty())
    refusal.with("token_project_name", principal.scope.project_name);

  if (wanted == principal.account.value) {
    refusal.cause = Cause::ScopeAccountIdAsProject;
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  if (wanted.find('{') != std::string::npos) {
    refusal.cause = Cause::RoutePlaceholder;
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  if (binds && principal.scope.kind != Scope::Kind::Project) {
    refusal.cause = Cause::ScopeDomainOnRegional;
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  auto project = directory.find_project(identity::ProjectId(wanted));
  if (!project || project->account != principal.account) {
    refusal.cause = Cause::ScopeProjectNotYours;
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  refusal.with("url_project_name", project->name);
  if (binds && principal.scope.project != project->id) {
    refusal.cause = Cause::ScopeOtherProject;
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  if (!call.region.empty() && call.region != project->region &&
      catalog.find_region(project->region)) {
    refusal.cause = Cause::ScopeOtherProject;
    refusal.with("host_region", call.region);
    return refuse(FaultKind::Scope, std::move(refusal));
  }
  call.scope = Scope{Scope::Kind::Project, project->id, project->name};
  call.region = project->region;
  call.project = std::move(project);
  return {};
}

std::expected<void, Fault> Frame::Impl::check_scope(Call& call) const {
  if (!call.principal) return {};
  const Principal& principal = *call.principal;
  switch (call.operation.scope) {
    case OperationScope::Project:
      return check_project(call, principal);
    case OperationScope::Domain:
      if (scope_binds(principal) && principal.scope.kind != Scope::Kind::Domain) {
        Refusal refusal{Cause::ScopeProjectOnGlobal, {}};
        refusal.with("token_scope", std::string(scope_text(principal.scope)))
            .with("token_project_name", principal.scope.project_name);
        return refuse(FaultKind::Scope, std::move(refusal));
      }
      call.scope = Scope{Scope::Kind::Domain, {}, {}};
      return {};
    case OperationScope::None:
      call.scope = scope_binds(principal) ? principal.scope : Scope{Scope::Kind::Domain, {}, {}};
      // An account id in the path is always the caller's own.
      if (const auto domain = call.path("domain_id");
          !domain.empty() && domain != principal.account.value) {
        Refusal refusal{Cause::PermissionNotGranted, {}};
        refusal.with("url_account", std::string(domain)).with("account", principal.account.value);
        return refuse(FaultKind::Denied, std::move(refusal));
      }
      return {};
  }
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
  if (operation.caller != Caller::Action && is_own_object(directory, operation, call)) return {};
  const std::string action = action_of(operation);
  if (operation.caller == Caller::Self) {
    Refusal refusal{Cause::PermissionNotGranted, {}};
    refusal.with("action", action).with("only_for", named_user(directory, operation, call));
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

std::expected<void, Fault> Frame::Impl::check_input(const Call& call) const {
  if (auto wrong = catalog::check_query(call.operation, call.query_values)) {
    Refusal refusal{Cause::RequestParameter, {}};
    refusal.with("parameter", wrong->where).with("expected", wrong->expected);
    return refuse(FaultKind::Parameter, std::move(refusal));
  }
  if (auto wrong = catalog::check_body(catalog, call.operation, call.body)) {
    Refusal refusal{Cause::RequestMalformed, {}};
    refusal.with("member", wrong->where).with("expected", wrong->expected);
    auto result = refuse(FaultKind::Malformed, std::move(refusal));
    if (call.operation.family == "keystone" && wrong->kind == catalog::SchemaFault::Kind::Missing) {
      result.error().message = "'" + wrong->key + "' is a required property";
    } else if (call.operation.family == "iam" &&
               wrong->kind == catalog::SchemaFault::Kind::Missing) {
      result.error().code = "IAM.0072";
      result.error().message = "'" + wrong->key + "' is a required property.";
    }
    return result;
  }
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

net::Task<http::Response> Frame::serve(call::Call& from) {
  call::Record& record = from.record;
  const std::string_view method = from.request.method;
  const bool reads = method == "GET" || method == "HEAD";

  base::json::value body;
  bool malformed = false;
  if (!reads && !from.request.body.empty()) {
    auto parsed = base::parse_json(from.request.body);
    if (parsed) {
      body = std::move(*parsed);
    } else {
      malformed = method != "DELETE";
    }
  }
  const Operation* chosen = catalog::select(from.route, malformed ? nullptr : &body);
  if (!chosen) {
    malformed = true;
    chosen = from.route.candidates.front();
  }
  record.operation = chosen;

  Call call{.operation = *chosen,
            .principal = from.principal,
            .credential_refusal = from.credential_refusal,
            .scope = {},
            .project = {},
            .region = {},
            .path_values = {},
            .query_values = {},
            .header_values = {},
            .body = std::move(body),
            .host = std::string(from.request.host()),
            .secure = from.request.secure,
            .request_id = from.request_id,
            .now = from.now,
            .may = {}};
  impl_->fill(call, from);

  Outcome outcome = Reply{};
  const auto function = impl_->functions.find(chosen);
  if (auto scope = impl_->check_scope(call); !scope) {
    outcome = std::unexpected(std::move(scope.error()));
    record.step("scope", "refused");
  } else if (auto permission = impl_->check_permission(call, from.request); !permission) {
    outcome = std::unexpected(std::move(permission.error()));
    record.step("authorize", "refused");
  } else if (malformed) {
    outcome = fault(FaultKind::Malformed);
    record.step("validate", "refused");
  } else if (auto input = impl_->check_input(call); !input) {
    outcome = std::unexpected(std::move(input.error()));
    record.step("validate", "refused");
  } else if (function == impl_->functions.end()) {
    outcome = fault(FaultKind::Unavailable, "JIANMEN.0501",
                    "This release knows " + chosen->id + " but does not answer it.", 501);
    record.step("serve", "not answered");
  } else {
    record.step("authorize", "allowed");
    try {
      if (function->second->runs == Runs::OnLoop) {
        outcome = function->second->run(call);
      } else {
        auto& pool = function->second->runs == Runs::OnHashingPool ? impl_->pools.hashing
                                                                   : impl_->pools.writes;
        outcome = co_await pool.run([&call, run = &function->second->run] { return (*run)(call); });
      }
    } catch (const std::exception& error) {
      base::log::error("event=defect operation=" + chosen->id + " error=\"" + error.what() + "\"");
      outcome = fault(FaultKind::Internal);
    }
    record.step("serve", outcome ? "ok" : "refused");
  }

  if (!outcome) {
    Fault& failed = outcome.error();
    if (!failed.refusal) failed.refusal = Refusal{cause_of(failed.kind), {}};
    auto rendered = render(failed, chosen->family, *chosen, from.request_id);
    record.refusal = std::move(failed.refusal);
    record.error_code = std::move(rendered.code);
    record.error_message = std::move(rendered.message);
    add_family_headers(rendered.response, chosen->family, from.request_id);
    co_return std::move(rendered.response);
  }
  Reply& reply = *outcome;
  http::Response response(reply.status ? reply.status : chosen->success);
  // Every answer says that it is JSON: one SDK refuses a body, even an empty one, without
  // Content-Type.
  response.set_body(reply.body.is_null() ? std::string() : base::to_text(reply.body),
                    "application/json");
  for (const auto& [name, value] : reply.headers) response.add(name, value);
  add_family_headers(response, chosen->family, from.request_id);
  co_return response;
}

}  // namespace jianmen::services
