#include "services/ecs/tag_query.hpp"

#include <algorithm>

namespace jianmen::services::ecs {

namespace json = base::json;

std::optional<std::vector<TagQuery>> read_tag_query(const json::value* tags) {
  std::vector<TagQuery> queries;
  if (!tags || tags->is_null()) return queries;
  if (!tags->is_array()) return std::nullopt;
  for (const json::value& tag : tags->get_array()) {
    const std::optional<std::string_view> key = base::find_string(tag, "key");
    if (!key || key->empty()) return std::nullopt;
    TagQuery query{std::string(*key), {}};
    if (const json::array* values = base::find_array(tag, "values")) {
      for (const json::value& value : *values) {
        if (!value.is_string()) return std::nullopt;
        query.values.emplace_back(value.get_string());
      }
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

bool has_all(const std::vector<std::pair<std::string, std::string>>& tags,
             const std::vector<TagQuery>& queries) {
  return std::ranges::all_of(queries, [&](const TagQuery& query) {
    return std::ranges::any_of(tags, [&](const auto& tag) {
      return tag.first == query.key &&
             (query.values.empty() ||
              std::ranges::find(query.values, tag.second) != query.values.end());
    });
  });
}

}  // namespace jianmen::services::ecs
