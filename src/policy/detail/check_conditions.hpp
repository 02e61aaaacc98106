#pragma once
// IAM.1050 … 1057: the Condition of a statement.

#include <optional>

#include "base/json.hpp"
#include "policy/validate.hpp"

namespace jianmen::policy::detail {

std::optional<Violation> check_conditions(const base::json::value& condition);

}  // namespace jianmen::policy::detail
