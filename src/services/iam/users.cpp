// /v3/users and /v3.0/OS-USER/users.

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

void add_users(Functions&, const Dependencies&) {}

}  // namespace jianmen::services::iam
