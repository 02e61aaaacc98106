#include <algorithm>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "services/ecs/tag_query.hpp"
#include "services/tms/faults.hpp"
#include "services/tms/operations.hpp"

namespace jianmen::services::tms {

namespace json = base::json;

namespace {

constexpr std::size_t kMostValues = 10;
using Values = std::map<std::string, std::set<std::string>>;

json::object error_view(std::string_view project, std::string_view type, std::string_view code,
                        std::string message) {
  return {{"project_id", project},
          {"resource_type", type},
          {"error_code", code},
          {"error_msg", std::move(message)}};
}

bool may_list(const Call& call, const identity::Project& project) {
  return call.may && call.may(kListServers, project);
}

void collect(const World& world, const identity::Project& project, Values& values) {
  for (const auto& server : world.deps.ecs.list_tagged(project.id)) {
    for (const auto& [key, value] : server.tags) values[key].insert(value);
  }
}

// The tags of what the caller may list, in all projects of the account or those of one region.
Values collect_all(const World& world, const Call& call) {
  Values values;
  if (!call.principal) return values;
  const std::string_view region = call.query("region_id").value_or("");
  for (const identity::Project& project :
       world.deps.directory.list_projects(call.principal->account)) {
    if (!region.empty() && project.region != region) continue;
    if (may_list(call, project)) collect(world, project, values);
  }
  return values;
}

// One page of sorted texts; the marker is the last text of the page before.
template <class Texts>
Outcome page(const Call& call, std::string_view root, const Texts& texts) {
  const auto limit = read_number(call, "limit", 200, 1, 200);
  if (!limit) return tms_fault("TMS.0007");
  const std::string marker(call.query("marker").value_or(""));
  auto at = call.query("marker") && !marker.empty() ? texts.upper_bound(marker) : texts.begin();
  json::array page;
  std::string last;
  for (; at != texts.end() && page.size() < *limit; ++at) {
    last = *at;
    page.emplace_back(last);
  }
  json::object info{{"next_marker", at == texts.end() ? std::string() : last},
                    {"current_count", page.size()}};
  json::object answer;
  answer[root] = std::move(page);
  answer["page_info"] = std::move(info);
  return Reply(std::move(answer));
}

struct Search {
  std::vector<ecs::TagQuery> tags;
  bool without_any_tag = false;
  std::vector<std::string> types;
  std::vector<identity::Project> projects;
  std::size_t offset = 0, limit = 200;
};

std::expected<std::size_t, Fault> body_number(const json::value& body, std::string_view name,
                                              std::int64_t otherwise, std::int64_t least,
                                              std::int64_t most, std::string_view code) {
  const json::value* value = base::find(body, name);
  if (!value || value->is_null()) return static_cast<std::size_t>(otherwise);
  const std::optional<std::int64_t> number = base::find_int(body, name);
  if (!number || *number < least || *number > most) return tms_fault(code);
  return static_cast<std::size_t>(*number);
}

std::expected<void, Fault> read_projects(const World& world, const Call& call, Search& search) {
  const std::string id = base::string_or(call.body, "project_id", "");
  if (id.empty()) {
    if (call.principal)
      search.projects = world.deps.directory.list_projects(call.principal->account);
    return {};
  }
  auto project = find_project(world, call, id);
  if (!project) return tms_fault("TMS.2011");
  search.projects.push_back(std::move(*project));
  return {};
}

std::expected<void, Fault> read_types(const World& world, const json::value& body, Search& search) {
  const json::array* types = base::find_array(body, "resource_types");
  if (!types || types->empty()) return tms_fault("TMS.5027");
  for (const json::value& type : *types) {
    if (!type.is_string() || !world.providers.knows_type(type.get_string()))
      return tms_fault("TMS.5027");
    search.types.emplace_back(type.get_string());
  }
  return {};
}

std::expected<void, Fault> read_tags(const json::value& body, Search& search) {
  search.without_any_tag = base::find_bool(body, "without_any_tag").value_or(false);
  if (search.without_any_tag) return {};
  auto tags = ecs::read_tag_query(base::find(body, "tags"));
  if (!tags) return tms_fault("TMS.0013");
  for (const ecs::TagQuery& query : *tags) {
    if (!is_key(query.key)) return tms_fault("TMS.0009");
    if (query.values.size() > kMostValues) return tms_fault("TMS.0016");
    if (!std::ranges::all_of(query.values, is_value)) return tms_fault("TMS.0010");
  }
  search.tags = std::move(*tags);
  return {};
}

std::expected<Search, Fault> read_search(const World& world, const Call& call) {
  Search search;
  const auto limit = body_number(call.body, "limit", 200, 1, 200, "TMS.0007");
  if (!limit) return std::unexpected(limit.error());
  const auto offset = body_number(call.body, "offset", 0, 0, 1'000'000'000, "TMS.0017");
  if (!offset) return std::unexpected(offset.error());
  search.limit = *limit;
  search.offset = *offset;
  if (auto done = read_types(world, call.body, search); !done) return std::unexpected(done.error());
  if (auto done = read_tags(call.body, search); !done) return std::unexpected(done.error());
  if (auto done = read_projects(world, call, search); !done) return std::unexpected(done.error());
  return search;
}

json::object resource_view(const identity::Project& project, const ecs::Ecs::TaggedServer& server) {
  json::array tags;
  for (const auto& [key, value] : server.tags) {
    tags.emplace_back(json::object{{"key", key}, {"value", value}});
  }
  return {{"project_id", project.id.value}, {"project_name", project.name},
          {"resource_id", server.id},       {"resource_name", server.name},
          {"resource_type", kServerType},   {"resource_detail", nullptr},
          {"tags", std::move(tags)}};
}

}  // namespace

Outcome list_tags(const World& world, const Call& call) {
  if (call.query("tag_types") != "resource") return tms_fault("TMS.0002");
  const auto project = find_project(world, call, call.query("project_id").value_or(""));
  if (!project) return tms_fault("TMS.2011");
  const std::string_view types = call.query("resource_types").value_or("");
  if (types.empty()) return tms_fault("TMS.5027");
  Values values;
  json::array errors, tags;
  for (const std::string_view type : base::split(types, ',')) {
    if (!world.providers.knows_type(type)) {
      errors.emplace_back(
          error_view(project->id.value, type, "TMS.5027", std::string(message_of("TMS.5027"))));
    } else if (type == kServerType && !may_list(call, *project)) {
      errors.emplace_back(
          error_view(project->id.value, type, "TMS.2030", missing_permission(kListServers)));
    } else if (type == kServerType) {
      collect(world, *project, values);
    }
  }
  for (const auto& [key, of_key] : values) {
    tags.emplace_back(
        json::object{{"key", key}, {"values", json::array(of_key.begin(), of_key.end())}});
  }
  return Reply(json::object{{"tags", std::move(tags)}, {"errors", std::move(errors)}});
}

Outcome list_tag_keys(const World& world, const Call& call) {
  std::set<std::string> keys;
  for (const auto& row : collect_all(world, call)) keys.insert(row.first);
  return page(call, "keys", keys);
}

Outcome list_tag_values(const World& world, const Call& call) {
  const std::string key(call.query("key").value_or(""));
  if (key.empty()) return tms_fault("TMS.0009");
  return page(call, "values", collect_all(world, call)[key]);
}

Outcome list_resource(const World& world, const Call& call) {
  const auto search = read_search(world, call);
  if (!search) return std::unexpected(search.error());
  json::array resources, errors;
  std::size_t total = 0;
  const bool servers = std::ranges::find(search->types, kServerType) != search->types.end();
  for (const identity::Project& project : search->projects) {
    if (!servers) break;
    if (!may_list(call, project)) {
      errors.emplace_back(
          error_view(project.id.value, kServerType, "TMS.2030", missing_permission(kListServers)));
      continue;
    }
    for (const auto& server : world.deps.ecs.list_tagged(project.id)) {
      const bool wanted =
          search->without_any_tag ? server.tags.empty() : ecs::has_all(server.tags, search->tags);
      if (!wanted || total++ < search->offset || resources.size() == search->limit) continue;
      resources.emplace_back(resource_view(project, server));
    }
  }
  return Reply(json::object{
      {"resources", std::move(resources)}, {"errors", std::move(errors)}, {"total_count", total}});
}

}  // namespace jianmen::services::tms
