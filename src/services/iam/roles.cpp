// /v3/roles and the account's own policies.

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

void add_roles(Functions&, const Dependencies&) {}

}  // namespace jianmen::services::iam
