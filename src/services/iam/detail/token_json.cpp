#include "services/iam/detail/token_json.hpp"

#include "authz/authorize.hpp"
#include "base/time_text.hpp"
#include "services/iam/detail/service_catalog.hpp"

namespace jianmen::services::iam {

namespace {

namespace json = base::json;
using identity::Principal;
using identity::Scope;

json::object account_json(const identity::AccountId& id, std::string_view name) {
  return {{"id", id.value}, {"name", name}};
}

json::array methods_json(const Principal& principal) {
  json::array methods;
  for (const auto& method : principal.methods) methods.emplace_back(method);
  return methods;
}

json::array roles_json(const Dependencies& with, const Principal& principal) {
  json::array roles;
  if (principal.scope.kind == Scope::Kind::None) return roles;
  authz::Authorizer authorizer(with.directory);  // pool threads have none of their own
  // The id is "0" for every role: services test names.
  for (const auto& name : authorizer.role_names(principal, principal.scope)) {
    roles.push_back(json::object{{"id", "0"}, {"name", name}});
  }
  return roles;
}

}  // namespace

json::object token_json(const Dependencies& with, const Call& call, const Principal& principal) {
  const auto domain = account_json(principal.account, principal.account_name);
  json::object token{{"methods", methods_json(principal)},
                     {"issued_at", base::to_iso_micros(principal.issued)},
                     {"expires_at", base::to_iso_micros(principal.expires)},
                     {"user", json::object{{"id", principal.id},
                                           {"name", principal.name},
                                           {"password_expires_at", ""},
                                           {"domain", domain}}}};
  std::string region;
  if (principal.scope.kind == Scope::Kind::Project) {
    const auto project = with.directory.find_project(principal.scope.project);
    if (project) region = project->region;
    token["project"] =
        json::object{{"id", principal.scope.project.value},
                     {"name", project ? project->name : principal.scope.project_name},
                     {"domain", domain}};
  } else if (principal.scope.kind == Scope::Kind::Domain) {
    token["domain"] = domain;
  }
  token["roles"] = roles_json(with, principal);
  const bool wanted = !call.query("nocatalog") && principal.scope.kind != Scope::Kind::None;
  token["catalog"] =
      wanted ? token_catalog(with.catalog, call, principal.scope, region) : json::array();
  if (!principal.audit_id.empty())
    token["audit_ids"] = json::array{json::value(principal.audit_id)};
  if (principal.mfa_at) token["mfa_authn_at"] = base::to_iso_micros(*principal.mfa_at);
  if (principal.assumed_by) {
    const auto& by = *principal.assumed_by;
    token["assumed_by"] =
        json::object{{"user", json::object{{"id", by.user.value},
                                           {"name", by.user_name},
                                           {"password_expires_at", ""},
                                           {"domain", account_json(by.account, by.account_name)}}}};
  }
  return {{"token", std::move(token)}};
}

}  // namespace jianmen::services::iam
