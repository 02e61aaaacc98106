#include "services/iam/iam.hpp"

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

struct Iam::Impl {
  Dependencies with;
  ServiceDefinition iam{"iam", {}};
  ServiceDefinition sts{"sts", {}};
};

Iam::Iam(Dependencies dependencies) : impl_(new Impl{dependencies, {"iam", {}}, {"sts", {}}}) {
  auto& functions = impl_->iam.functions;
  add_tokens(functions, impl_->with);
  add_discovery(functions, impl_->with);
  add_projects(functions, impl_->with);
  add_users(functions, impl_->with);
  add_groups(functions, impl_->with);
  add_roles(functions, impl_->with);
  add_grants(functions, impl_->with);
  add_agencies(functions, impl_->with);
  add_access_keys(functions, impl_->with);
  add_temporary_keys(functions, impl_->with);
  add_settings(functions, impl_->with);
  add_caller_identity(impl_->sts.functions, impl_->with);
}

Iam::~Iam() = default;

const ServiceDefinition& Iam::definition() const { return impl_->iam; }
const ServiceDefinition& Iam::sts_definition() const { return impl_->sts; }

}  // namespace jianmen::services::iam
