#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/filter.hpp"
#include "services/ecs/operations.hpp"
#include "services/ecs/tag_query.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

json::array tag_objects(const Pairs& tags) {
  json::array list;
  for (const auto& [key, value] : tags) {
    list.emplace_back(json::object{{"key", key}, {"value", value}});
  }
  return list;
}

// Numbers are text in this call; some clients send numbers all the same.
std::expected<std::size_t, Fault> read_text_number(const json::value& body, std::string_view name,
                                                   std::size_t otherwise, std::size_t least,
                                                   std::size_t most) {
  const json::value* value = base::find(body, name);
  if (!value || value->is_null()) return otherwise;
  const std::string text =
      value->is_string() ? std::string(value->get_string()) : base::to_text(*value);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return invalid(std::string(name) + "[" + text + "] is invalid.");
  }
  return number;
}

// `resource_name` is the only thing that can be matched: a part of the name, either case.
std::expected<std::vector<NamePattern>, Fault> read_matches(const json::value& body) {
  std::vector<NamePattern> patterns;
  const json::array* matches = base::find_array(body, "matches");
  if (!matches) return patterns;
  for (const json::value& match : *matches) {
    if (base::find_string(match, "key") != "resource_name") return invalid("matches is illegal.");
    std::string literal;
    for (const char c : base::string_or(match, "value", "")) {
      literal += c == '*' || c == '^' || c == '$' ? '.' : c;
    }
    patterns.emplace_back(literal);
  }
  return patterns;
}

}  // namespace

// Overwrites a key that is there; so sending it again changes nothing.
Outcome batch_create_server_tags(const World& world, const Call& call) {
  const json::array* given = base::find_array(call.body, "tags");
  if (!given || given->empty()) return invalid("request body is illegal.");
  const auto tags = read_tags(*given, Doubles::Refused);
  if (!tags) return std::unexpected(tags.error());
  const auto server = world.records.change_server(
      project_of(call), call.path("server_id"), call.now, [&](Server& server) -> Checked {
        for (const auto& [key, value] : *tags) set_pair(server.tags, key, value);
        if (server.tags.size() > world.deps.settings.tags_per_server) return ecs_fault("Ecs.0905");
        return {};
      });
  if (!server) return std::unexpected(server.error());
  return Reply::empty();
}

// The value is not looked at; a key that is not there is no fault.
Outcome batch_delete_server_tags(const World& world, const Call& call) {
  const json::array* given = base::find_array(call.body, "tags");
  if (!given || given->empty()) return invalid("request body is illegal.");
  std::vector<std::string> keys;
  for (const json::value& tag : *given) {
    const std::optional<std::string_view> key = base::find_string(tag, "key");
    if (!key || key->empty()) return invalid("request body is illegal.");
    keys.emplace_back(*key);
  }
  const auto server = world.records.change_server(project_of(call), call.path("server_id"),
                                                  call.now, [&](Server& server) -> Checked {
                                                    for (const std::string& key : keys)
                                                      erase_pair(server.tags, key);
                                                    return {};
                                                  });
  if (!server) return std::unexpected(server.error());
  return Reply::empty();
}

Outcome show_server_tags(const World& world, const Call& call) {
  const auto server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  return Reply(json::object{{"tags", tag_objects(server->tags)}});
}

Outcome list_server_tags(const World& world, const Call& call) {
  std::map<std::string, std::set<std::string>> all;
  world.records.each_server(project_of(call), call.now, [&](const Server& server) {
    for (const auto& [key, value] : server.tags) all[key].insert(value);
  });
  json::array tags;
  for (const auto& [key, values] : all) {
    tags.emplace_back(
        json::object{{"key", key}, {"values", json::array(values.begin(), values.end())}});
  }
  return Reply(json::object{{"tags", std::move(tags)}});
}

Outcome list_servers_by_tag(const World& world, const Call& call) {
  const std::string action = base::string_or(call.body, "action", "");
  if (action != "filter" && action != "count")
    return invalid("action is illegal: filter or count.");
  const auto limit = read_text_number(call.body, "limit", 1000, 1, 1000);
  if (!limit) return std::unexpected(limit.error());
  const auto offset = read_text_number(call.body, "offset", 0, 0, 1'000'000'000);
  if (!offset) return std::unexpected(offset.error());
  const auto wanted = read_tag_query(base::find(call.body, "tags"));
  const auto unwanted = read_tag_query(base::find(call.body, "not_tags"));
  if (!wanted || !unwanted) return invalid("tags is illegal.");
  const auto names = read_matches(call.body);
  if (!names) return std::unexpected(names.error());

  json::array resources;
  std::size_t count = 0;
  world.records.each_server(project_of(call), call.now, [&](const Server& server) {
    const auto named = [&](const NamePattern& pattern) { return pattern.matches(server.name); };
    const bool left_out = !unwanted->empty() && has_all(server.tags, *unwanted);
    if (left_out || !has_all(server.tags, *wanted) || !std::ranges::all_of(*names, named)) return;
    if (count++ < *offset || resources.size() == *limit || action == "count") return;
    resources.emplace_back(json::object{{"resource_id", server.id},
                                        {"resource_detail", ""},
                                        {"resource_name", server.name},
                                        {"tags", tag_objects(server.tags)}});
  });
  json::object answer{{"total_count", count}};
  if (action == "filter") answer["resources"] = std::move(resources);
  return Reply(std::move(answer));
}

}  // namespace jianmen::services::ecs
