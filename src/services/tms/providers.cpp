#include "services/tms/providers.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "services/tms/faults.hpp"
#include "services/tms/operations.hpp"

namespace jianmen::services::tms {

namespace json = base::json;

namespace {

json::array regions_of(const World& world, const Provider& provider) {
  std::set<std::string> regions;
  for (const catalog::Endpoint& endpoint : world.deps.catalog.endpoints(provider.name, "")) {
    if (endpoint.region) regions.insert(endpoint.region->id);
  }
  return json::array(regions.begin(), regions.end());
}

json::object provider_view(const World& world, const Provider& provider, bool chinese) {
  json::array types;
  for (const ResourceType& type : provider.types) {
    types.emplace_back(
        json::object{{"resource_type", type.type},
                     {"resource_type_i18n_display_name", chinese ? type.zh : type.en},
                     {"regions", regions_of(world, provider)},
                     {"global", provider.global}});
  }
  return {{"provider", provider.name},
          {"provider_i18n_display_name", chinese ? provider.zh : provider.en},
          {"resource_types", std::move(types)}};
}

json::object version_view(const Call& call, std::string_view id) {
  return {{"id", id},
          {"links", json::array{json::object{{"rel", "self"},
                                             {"href", call.base_url() + "/" + std::string(id)}}}},
          {"version", ""},
          {"status", "CURRENT"},
          {"updated", "2016-12-09T00:00:00Z"},
          {"min_version", ""}};
}

}  // namespace

base::Result<Providers> Providers::create(std::string_view text) {
  base::Result<json::value> value = base::parse_json(text);
  if (!value) return base::error_of(value);
  const json::array* rows = base::find_array(*value, "providers");
  Providers providers;
  for (const json::value& row : rows ? *rows : json::array()) {
    Provider provider{base::string_or(row, "provider", ""),
                      base::string_or(row, "en", ""),
                      base::string_or(row, "zh", ""),
                      base::find_bool(row, "global").value_or(false),
                      {}};
    const json::array* types = base::find_array(row, "types");
    for (const json::value& type : types ? *types : json::array()) {
      provider.types.push_back({base::string_or(type, "type", ""), base::string_or(type, "en", ""),
                                base::string_or(type, "zh", "")});
    }
    providers.providers_.push_back(std::move(provider));
  }
  if (!providers.knows_type(kServerType)) {
    return base::fail(base::Code::Internal, "data/tms/providers.json: no resource type ecs");
  }
  return providers;
}

bool Providers::knows_type(std::string_view type) const {
  return std::ranges::any_of(providers_, [&](const Provider& provider) {
    return std::ranges::any_of(provider.types,
                               [&](const ResourceType& row) { return row.type == type; });
  });
}

std::optional<std::size_t> read_number(const Call& call, std::string_view name,
                                       std::size_t otherwise, std::size_t least, std::size_t most) {
  const std::optional<std::string_view> text = call.query(name);
  if (!text) return otherwise;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<identity::Project> find_project(const World& world, const Call& call,
                                              std::string_view id) {
  std::optional<identity::Project> project =
      world.deps.directory.find_project(identity::ProjectId(id));
  if (!project || !call.principal || project->account != call.principal->account)
    return std::nullopt;
  return project;
}

Outcome list_providers(const World& world, const Call& call) {
  const auto limit = read_number(call, "limit", 10, 1, 200);
  if (!limit) return tms_fault("TMS.0007");
  const auto offset = read_number(call, "offset", 0, 0, 1'000'000'000);
  if (!offset) return tms_fault("TMS.0017");
  const std::string_view locale = call.query("locale").value_or("zh-cn");
  if (locale != "zh-cn" && locale != "en-us") return tms_fault("TMS.0002");
  const std::string_view wanted = call.query("provider").value_or("");
  json::array views;
  std::size_t total = 0;
  for (const Provider& provider : world.providers.list()) {
    if (!wanted.empty() && provider.name != wanted) continue;
    if (total++ < *offset || views.size() == *limit) continue;
    views.emplace_back(provider_view(world, provider, locale == "zh-cn"));
  }
  return Reply(json::object{{"providers", std::move(views)}, {"total_count", total}});
}

Outcome list_api_versions(const World&, const Call& call) {
  return Reply(json::object{{"versions", json::array{version_view(call, "v1.0")}}});
}

Outcome show_api_version(const World&, const Call& call) {
  const std::string_view id = call.path("api_version");
  if (id != "v1.0" && id != "v2.0") return tms_fault("TMS.0005");
  return Reply(json::object{{"version", version_view(call, id)}});
}

}  // namespace jianmen::services::tms
