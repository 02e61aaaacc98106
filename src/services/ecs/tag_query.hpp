#pragma once
// The tag condition that ECS and TMS share: [{"key","values":[…]}], keys joined by AND, the values
// of a key by OR, no values: any. Pure.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace jianmen::services::ecs {

struct TagQuery {
  std::string key;
  std::vector<std::string> values;
};

// nullptr or null: no condition. Nothing when it is not of that form.
std::optional<std::vector<TagQuery>> read_tag_query(const base::json::value* tags);
bool has_all(const std::vector<std::pair<std::string, std::string>>& tags,
             const std::vector<TagQuery>& queries);

}  // namespace jianmen::services::ecs
