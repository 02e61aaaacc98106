#pragma once
// IAM.1037, 1038, 1040 … 1049: the Resource of a statement, a list of
// `service:region:account:type:path` or the
// {"uri":[…]} of agencies.

#include <functional>
#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "policy/validate.hpp"

namespace jianmen::policy::detail {

std::optional<Violation> check_resources(const base::json::value& statement,
                                         const std::function<bool(std::string_view)>& is_action);

}  // namespace jianmen::policy::detail
