#pragma once
// What the API refuses in an account's own policy: the rules behind the codes
// IAM.1000 … IAM.1060. Pure.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace jianmen::policy {

struct Violation {
  std::string code;     // "IAM.1027"
  std::string message;  // the catalogue's sentence with its values
};

// `body` is the whole request body of POST/PATCH /v3.0/OS-ROLE/roles. `is_action` knows the
// registered actions: given "ecs:cloudServers:list" or a pattern, may it name something? (an empty
// function accepts all).
std::optional<Violation> check_custom_policy(
    const base::json::value& body, const std::function<bool(std::string_view)>& is_action);

}  // namespace jianmen::policy
