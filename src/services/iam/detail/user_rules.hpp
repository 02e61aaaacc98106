#pragma once
// What a user may look like, and how IAM tells that it does not: the numbers 1100 … 1120, which
// /v3.0/OS-USER sends alone and /v3/users as their sentence. Thread safety: pure.

#include <optional>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/secret.hpp"
#include "identity/entities.hpp"
#include "services/call.hpp"

namespace jianmen::services::iam {

enum class UserProblem {
  Missing,        // 1100
  Name,           // 1101
  Email,          // 1102
  Phone,          // 1104
  PhoneHalf,      // 1106: area code without number, or the reverse
  Root,           // 1107: the account administrator is not deleted
  SamePassword,   // 1108
  NameTaken,      // 1109
  EmailTaken,     // 1110
  PhoneTaken,     // 1111
  ExternalTaken,  // 1113
  TooMany,        // 1115
  Description,    // 1117
  WeakPassword,   // 1118
  AccessMode,     // 1120
};

std::unexpected<Fault> told(const Call& call, UserProblem problem, std::string_view name = {});

bool is_user_name(std::string_view text);
// The members of a body (name, email, areacode, phone, xuser_id, xuser_type, description,
// access_mode), as far as they are given. `before`: the user that they change, whose own values
// stand in for what is not given.
std::optional<UserProblem> find_problem(const base::json::value& given,
                                        const identity::User* before);
// The same names, addresses and numbers at another user of the account.
std::optional<UserProblem> find_taken(const base::json::value& given,
                                      const std::vector<identity::User>& users,
                                      const identity::User* before);
// "Low", "Middle", "High"; nothing: too weak for a new password (8 to 32 characters of two kinds,
// not the user's name nor its reverse).
std::optional<std::string_view> password_strength(const base::Secret& password,
                                                  std::string_view user_name);
std::optional<identity::AccessMode> access_mode_of(const base::json::value& given);

}  // namespace jianmen::services::iam
