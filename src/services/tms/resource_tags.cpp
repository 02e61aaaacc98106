#include "services/tms/faults.hpp"
#include "services/tms/operations.hpp"

namespace jianmen::services::tms {

namespace json = base::json;

namespace {

constexpr std::size_t kMostResources = 50, kMostTags = 10;
constexpr std::string_view kSetTags = "ecs:cloudServers:batchSetServerTags";
constexpr std::string_view kShowTags = "ecs:cloudServers:showServerTags";

struct Failure {
  std::string code, message;
};

Failure failure(std::string_view code) {
  return {std::string(code), std::string(message_of(code))};
}

struct Batch {
  std::optional<identity::Project> project;
  const json::array* resources = nullptr;
  std::vector<std::pair<std::string, std::string>> tags;
};

enum class Value { Needed, Ignored };

std::expected<Batch, Fault> read_batch(const World& world, const Call& call, Value value) {
  Batch batch;
  batch.resources = base::find_array(call.body, "resources");
  if (!batch.resources || batch.resources->empty() || batch.resources->size() > kMostResources) {
    return tms_fault("TMS.0002");
  }
  const json::array* tags = base::find_array(call.body, "tags");
  if (!tags || tags->empty()) return tms_fault("TMS.0012");
  if (tags->size() > kMostTags) return tms_fault("TMS.0002");
  for (const json::value& tag : *tags) {
    if (!tag.is_object()) return tms_fault("TMS.0013");
    const std::string key = base::string_or(tag, "key", "");
    const std::optional<std::string_view> text = base::find_string(tag, "value");
    if (!is_key(key)) return tms_fault("TMS.0009");
    if (value == Value::Needed && (!text || !is_value(*text))) return tms_fault("TMS.0010");
    batch.tags.emplace_back(key, text.value_or(""));
  }
  const std::string project = base::string_or(call.body, "project_id", "");
  if (!project.empty()) {
    batch.project = find_project(world, call, project);
    if (!batch.project) return tms_fault("TMS.2011");
  }
  return batch;
}

std::optional<Failure> failure_of(const base::Result<>& done) {
  if (done) return std::nullopt;
  switch (done.error().code) {
    case base::Code::NotFound:
      return failure("TMS.0005");
    case base::Code::InvalidArgument:
    case base::Code::TooLarge:
      return Failure{"TMS.0002", done.error().message};
    default:
      return Failure{"TMS.0001", "System error."};
  }
}

// One resource: `act` does the owning service's part.
template <class Act>
std::optional<Failure> change(const World& world, const Call& call, const Batch& batch,
                              std::string_view type, Act act) {
  if (!world.providers.knows_type(type)) return failure("TMS.5027");
  if (type != kServerType) return failure("TMS.0005");
  if (!batch.project) return failure("TMS.2011");
  if (!call.may || !call.may(kSetTags, *batch.project)) {
    return Failure{"TMS.2030", missing_permission(kSetTags)};
  }
  return failure_of(act());
}

template <class Act>
Outcome change_all(const World& world, const Call& call, const Batch& batch, Act act) {
  json::array failed;
  for (const json::value& resource : *batch.resources) {
    const std::string id = base::string_or(resource, "resource_id", "");
    const std::string type = base::string_or(resource, "resource_type", "");
    const auto failure = change(world, call, batch, type, [&] { return act(id); });
    if (!failure) continue;
    failed.emplace_back(json::object{{"resource_id", id},
                                     {"resource_type", type},
                                     {"error_code", failure->code},
                                     {"error_msg", failure->message}});
  }
  return Reply(json::object{{"failed_resources", std::move(failed)}});
}

}  // namespace

Outcome create_resource_tag(const World& world, const Call& call) {
  const auto batch = read_batch(world, call, Value::Needed);
  if (!batch) return std::unexpected(batch.error());
  return change_all(world, call, *batch, [&](const std::string& id) {
    return world.deps.ecs.set_tags(batch->project->id, id, batch->tags);
  });
}

Outcome delete_resource_tag(const World& world, const Call& call) {
  const auto batch = read_batch(world, call, Value::Ignored);
  if (!batch) return std::unexpected(batch.error());
  std::vector<std::string> keys;
  for (const auto& tag : batch->tags) keys.push_back(tag.first);
  return change_all(world, call, *batch, [&](const std::string& id) {
    return world.deps.ecs.erase_tags(batch->project->id, id, keys);
  });
}

Outcome show_resource_tag(const World& world, const Call& call) {
  const std::string_view type = call.query("resource_type").value_or("");
  if (!world.providers.knows_type(type)) return tms_fault("TMS.5027");
  if (type != kServerType) return tms_fault("TMS.0005");
  const auto project = find_project(world, call, call.query("project_id").value_or(""));
  if (!project) return tms_fault("TMS.2011");
  if (!call.may || !call.may(kShowTags, *project)) {
    return fault(FaultKind::Denied, "TMS.2030", missing_permission(kShowTags), 403);
  }
  const auto server = world.deps.ecs.find_tagged(project->id, call.path("resource_id"));
  if (!server) return tms_fault("TMS.0005");
  json::array tags;
  for (const auto& [key, value] : server->tags) {
    tags.emplace_back(json::object{{"key", key}, {"value", value}});
  }
  return Reply(json::object{{"tags", std::move(tags)}});
}

}  // namespace jianmen::services::tms
