#include "authz/authorize.hpp"

#include "authz/detail/asked.hpp"
#include "authz/detail/explainer.hpp"
#include "authz/detail/role_cache.hpp"

namespace jianmen::authz {

using identity::Principal;
using identity::Scope;

struct Authorizer::Impl {
  const directory::Directory& directory;
  detail::RoleCache roles;
  std::shared_ptr<const policy::StatementRef> root;

  explicit Impl(const directory::Directory& from)
      : directory(from),
        roles(from),
        root(std::make_shared<policy::StatementRef>(policy::StatementRef{{}, "root user", 0})) {}

  bool is_within_account(const Principal& principal, const Scope& scope) {
    return scope.kind != Scope::Kind::Project || roles.owns(principal.account, scope.project);
  }
};

Authorizer::Authorizer(const directory::Directory& directory)
    : impl_(std::make_unique<Impl>(directory)) {}
Authorizer::~Authorizer() = default;

const metrics::CacheCounters& Authorizer::role_cache() const { return impl_->roles.counters(); }

policy::Decision Authorizer::decide(const Principal& principal, const Question& question) {
  impl_->roles.refresh();
  const auto& scope = detail::scope_of(question);
  if (!impl_->is_within_account(principal, scope)) return {};
  if (principal.root && principal.kind == Principal::Kind::User) {
    return {policy::Decision::Outcome::Allowed, impl_->root};
  }
  const auto set = impl_->roles.effective(principal, scope);
  return detail::Asked(principal, question, *set->compiled).decide();
}

identity::Refusal Authorizer::explain(const Principal& principal, const Question& question) {
  impl_->roles.refresh();
  return detail::Explainer(impl_->directory, impl_->roles, principal, question).run();
}

std::vector<std::string> Authorizer::role_names(const Principal& principal, const Scope& scope) {
  impl_->roles.refresh();
  const auto names = impl_->roles.effective(principal, scope)->compiled->role_names();
  return {names.begin(), names.end()};
}

}  // namespace jianmen::authz
