#pragma once
// A token's body (facts: the IAM reference, 4.3), the same for POST and GET /v3/auth/tokens. Thread
// safety: pure.

#include "base/json.hpp"
#include "services/iam/iam.hpp"

namespace jianmen::services::iam {

base::json::object token_json(const Dependencies& with, const Call& call,
                              const identity::Principal& principal);

}  // namespace jianmen::services::iam
