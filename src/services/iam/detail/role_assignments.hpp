#pragma once
// Every grant of the account, filtered: GET /v3.0/OS-PERMISSION/role-assignments.

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

void add_role_assignments(Functions& functions, const Dependencies& with);

}  // namespace jianmen::services::iam
