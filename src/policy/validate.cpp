#include "policy/validate.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "policy/detail/check_conditions.hpp"
#include "policy/detail/check_resources.hpp"
#include "policy/detail/violation.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::policy {

namespace {

using detail::length_of;
using detail::violates;
namespace json = base::json;
using Check = std::optional<Violation>;
using IsAction = std::function<bool(std::string_view)>;

constexpr std::size_t kMostNameLength = 64;
constexpr std::size_t kMostPolicyLength = 6144;
constexpr std::size_t kMostStatements = 8;
constexpr std::size_t kMostActions = 100;
constexpr std::size_t kMostActionLength = 128;
constexpr std::size_t kMostDepends = 20;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_blank(std::string_view text) { return base::trim(text).empty(); }

// --- the role around the policy

Check check_display_name(const json::value& role) {
  const auto name = base::find_string(role, "display_name");
  if (!name || is_blank(*name)) {
    return violates(
        1001, "The display_name must be a string and cannot be left blank or contain spaces.");
  }
  if (const auto length = length_of(*name); length > kMostNameLength) {
    return violates(1002, "The length " + std::to_string(length) +
                              " of the display name exceeds 64 characters.");
  }
  const bool legal = base::is_utf8(*name) && std::ranges::none_of(*name, [](char c) {
                       return is_control(c) || std::string_view("<>\"'&\\/;%").contains(c);
                     });
  if (!legal) return violates(1003, "The display_name contains invalid characters.");
  return {};
}

Check check_type(const json::value& role) {
  const auto type = base::find_string(role, "type");
  if (!type || is_blank(*type)) {
    return violates(1004, "The type must be a string and cannot be left blank or contain spaces.");
  }
  if (*type == "AX" || *type == "XA") return {};
  if (*type == "AA" || *type == "XX") {
    return violates(1009, "The type of a custom policy must be 'AX' or 'XA'.");
  }
  return violates(1005, "Invalid type " + std::string(*type) + ".");
}

Check check_absent(const json::value& role) {
  if (base::find(role, "catalog"))
    return violates(1006, "The custom policy does not need a catalog.");
  if (base::find(role, "flag")) return violates(1007, "The custom policy does not need a flag.");
  if (base::find(role, "name")) return violates(1008, "The custom policy does not need a name.");
  return {};
}

Check check_descriptions(const json::value& role) {
  const auto legal = [&](std::string_view key) {
    const auto* value = base::find(role, key);
    if (value == nullptr || value->is_null()) return true;
    if (!value->is_string()) return false;
    const std::string_view text = value->get_string();
    return base::is_utf8(text) && std::ranges::none_of(text, [](char c) {
             return is_control(c) && c != '\n' && c != '\r' && c != '\t';
           });
  };
  if (!legal("description")) return violates(1018, "Invalid description.");
  if (!legal("description_cn")) return violates(1019, "Invalid description_cn.");
  return {};
}

// --- statements

Check check_keys(const json::object& object, std::span<const std::string_view> known) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return violates(1059, "Invalid key '" + std::string(member.key()) + "'.");
    }
  }
  return {};
}

Check check_effect(const json::value& statement) {
  const auto effect = base::find_string(statement, "Effect");
  if (effect &&
      (base::equals_ignore_case(*effect, "allow") || base::equals_ignore_case(*effect, "deny"))) {
    return {};
  }
  return violates(1029, "The value of Effect must be 'allow' or 'deny'.");
}

bool is_action_text(std::string_view action) {
  if (action == "*") return true;
  const auto segments = base::split(action, ':');
  return segments.size() == 3 && std::ranges::all_of(segments, [](std::string_view segment) {
           return !segment.empty() && std::ranges::all_of(segment, [](char c) {
             return base::is_unreserved(static_cast<unsigned char>(c)) || c == '*';
           });
         });
}

Check check_action(const json::value& item, std::string_view key, const IsAction& is_action) {
  if (!item.is_string()) {
    return violates(1060, "The value of key '" + std::string(key) + "' must be a string.");
  }
  const std::string action(std::string_view(item.get_string()));
  if (const auto length = length_of(action); length > kMostActionLength) {
    return violates(
        1034, "The length " + std::to_string(length) + " of an action URN exceeds 128 characters.");
  }
  if (!is_action_text(action))
    return violates(1035, "Action URN '" + action + "' contains invalid characters.");
  if (is_action && !is_action(action))
    return violates(1036, "Action '" + action + "' has not been registered.");
  return {};
}

Check check_actions(const json::value& statement, const IsAction& is_action) {
  const auto* action = base::find(statement, "Action");
  const auto* not_action = base::find(statement, "NotAction");
  if (action != nullptr && not_action != nullptr) {
    return violates(1031,
                    "The Action and NotAction cannot be set at the same time in a statement.");
  }
  const auto* value = action != nullptr ? action : not_action;
  if (value == nullptr || !value->is_array() || value->get_array().empty()) {
    return violates(1030, "The Action or NotAction must be a JSONArray.");
  }
  const auto& items = value->get_array();
  if (items.size() > kMostActions) {
    return violates(1033,
                    "The number of actions " + std::to_string(items.size()) + " exceeds 100.");
  }
  for (const auto& item : items) {
    if (auto wrong = check_action(item, action != nullptr ? "Action" : "NotAction", is_action))
      return wrong;
  }
  return {};
}

// Agency policies name their agencies by URI, as roles of the older kind do, and follow those
// rules.
bool is_rbac(const json::array& statements) {
  return std::ranges::any_of(statements, [](const json::value& statement) {
    return base::find_object(statement, "Resource") != nullptr;
  });
}

Check check_statement(const json::value& statement, bool rbac, const IsAction& is_action) {
  static constexpr std::array<std::string_view, 5> kKeys = {"Effect", "Action", "NotAction",
                                                            "Resource", "Condition"};
  if (!statement.is_object()) return violates(1027, "The Statement/Rules must be a JSONArray.");
  if (auto wrong = check_keys(statement.get_object(), kKeys)) return wrong;
  if (auto wrong = check_effect(statement)) return wrong;
  if (auto wrong = check_actions(statement, is_action)) return wrong;
  if (auto wrong = detail::check_resources(statement, is_action)) return wrong;
  if (const auto* condition = base::find(statement, "Condition")) {
    if (rbac) return violates(1039, "Old policies do not support conditions.");
    return detail::check_conditions(*condition);
  }
  return {};
}

// --- the document

Check check_version(const json::value& policy, bool rbac) {
  const auto version = base::find_string(policy, "Version");
  if (version == "1.1" || (rbac && version == "1.0")) return {};
  if (rbac) return violates(1026, "The version of an RBAC policy must be '1.0' or '1.1'.");
  return violates(1024, "The version of a fine-grained policy must be '1.1'.");
}

Check check_depends(const json::value& policy, bool rbac) {
  const auto* depends = base::find(policy, "Depends");
  if (depends == nullptr) return {};
  if (!rbac) return violates(1025, "Fine-grained policies do not need depends.");
  if (!depends->is_array()) return violates(1059, "Invalid key 'Depends'.");
  if (const auto count = depends->get_array().size(); count > kMostDepends) {
    return violates(1058, "The number of depends " + std::to_string(count) + " exceeds 20.");
  }
  for (const auto& item : depends->get_array()) {
    for (const auto key : {"catalog", "display_name"}) {
      if (!base::find_string(item, key)) {
        return violates(1060, "The value of key '" + std::string(key) + "' must be a string.");
      }
    }
  }
  return {};
}

Check check_policy(const json::value& policy, const IsAction& is_action) {
  static constexpr std::array<std::string_view, 3> kKeys = {"Version", "Statement", "Depends"};
  if (const auto size = length_of(base::to_text(policy)); size > kMostPolicyLength) {
    return violates(
        1021, "The size " + std::to_string(size) + " of the policy exceeds 6,144 characters.");
  }
  if (auto wrong = check_keys(policy.get_object(), kKeys)) return wrong;
  const auto* statements = base::find_array(policy, "Statement");
  const bool rbac = statements != nullptr && is_rbac(*statements);
  if (auto wrong = check_version(policy, rbac)) return wrong;
  if (auto wrong = check_depends(policy, rbac)) return wrong;
  if (statements == nullptr) return violates(1027, "The Statement/Rules must be a JSONArray.");
  if (statements->empty() || statements->size() > kMostStatements) {
    return violates(1028, "The number of statements " + std::to_string(statements->size()) +
                              " must be greater than 0 and less than or equal to 8.");
  }
  for (const auto& statement : *statements) {
    if (auto wrong = check_statement(statement, rbac, is_action)) return wrong;
  }
  return {};
}

// What is stored must compile: a policy that does not would take everything from those who hold it.
Check check_compiles(const json::value& policy) {
  identity::Role role;
  role.policy = base::to_text(policy);
  if (Compiled::create({&role, 1})) return {};
  return violates(1020, "The policy must be a JSONObject.");
}

}  // namespace

std::optional<Violation> check_custom_policy(const json::value& body, const IsAction& is_action) {
  const auto* role = base::find(body, "role");
  if (role == nullptr || !role->is_object())
    return violates(1000, "The role must be a JSONObject.");
  for (const auto check : {check_display_name, check_type, check_absent, check_descriptions}) {
    if (auto wrong = check(*role)) return wrong;
  }
  const auto* policy = base::find(*role, "policy");
  if (policy == nullptr || !policy->is_object())
    return violates(1020, "The policy must be a JSONObject.");
  if (auto wrong = check_policy(*policy, is_action)) return wrong;
  return check_compiles(*policy);
}

}  // namespace jianmen::policy
