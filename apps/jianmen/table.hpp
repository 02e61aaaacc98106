#pragma once
// Rows of JSON as a table for people.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace jianmen::app {

// One line a row, columns as wide as they need; absent and null are "-".
std::string to_table(const base::json::array& rows, const std::vector<std::string_view>& columns);

// One object, one line a member.
std::string to_fields(const base::json::object& object);

}  // namespace jianmen::app
