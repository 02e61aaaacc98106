#include "services/tms/tms.hpp"

#include <stdexcept>

#include "catalog/embedded.hpp"
#include "services/tms/faults.hpp"
#include "services/tms/operations.hpp"

namespace jianmen::services::tms {

namespace json = base::json;

namespace {

struct Row {
  std::string_view operation;
  Runs runs;
  Outcome (*function)(const World&, const Call&);
};

constexpr Row kRows[] = {
    {"ListPredefineTags", Runs::OnLoop, list_predefine_tags},
    {"CreatePredefineTags", Runs::OnPool, change_predefine_tags},
    {"DeletePredefineTags", Runs::OnPool, change_predefine_tags},
    {"UpdatePredefineTags", Runs::OnPool, update_predefine_tags},
    {"ShowTagQuota", Runs::OnLoop, show_tag_quota},
    {"CreateResourceTag", Runs::OnPool, create_resource_tag},
    {"DeleteResourceTag", Runs::OnPool, delete_resource_tag},
    {"ShowResourceTag", Runs::OnLoop, show_resource_tag},
    {"ListTags", Runs::OnLoop, list_tags},
    {"ListTagKeys", Runs::OnPool, list_tag_keys},
    {"ListTagValues", Runs::OnPool, list_tag_values},
    {"ListResource", Runs::OnPool, list_resource},
    {"ListProviders", Runs::OnLoop, list_providers},
    {"ListApiVersions", Runs::OnLoop, list_api_versions},
    {"ShowApiVersion", Runs::OnLoop, show_api_version},
};

constexpr std::size_t kLoadChunk = 50;

// The table is compiled in and a test reads it, so a bad one is a defect of the build.
Providers embedded_providers() {
  base::Result<Providers> providers = Providers::create(catalog::embedded("tms/providers.json"));
  if (!providers) throw std::logic_error(providers.error().message);
  return std::move(*providers);
}

}  // namespace

struct Tms::Impl {
  World world;
  ServiceDefinition definition;

  explicit Impl(Dependencies dependencies)
      : world{dependencies, embedded_providers(),
              PredefinedTags(dependencies.store, dependencies.settings.predefined_tag_quota)} {
    definition.name = "tms";
    definition.misread = [](const catalog::SchemaFault& wrong) { return misread(wrong).error(); };
    for (const Row& row : kRows) {
      definition.functions.push_back(
          {row.operation, row.runs,
           [this, function = row.function](const Call& call) { return function(world, call); }});
    }
  }
};

Tms::Tms(Dependencies dependencies) : impl_(std::make_unique<Impl>(dependencies)) {}
Tms::~Tms() = default;

const ServiceDefinition& Tms::definition() const { return impl_->definition; }

base::Result<> Tms::load_tags(const json::array& tags, const identity::Account& account) {
  std::vector<Tag> chunk;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    Tag tag{base::string_or(tags[i], "key", ""), base::string_or(tags[i], "value", "")};
    if (!is_key(tag.key) || !is_value(tag.value)) {
      return base::fail(base::Code::InvalidArgument, "tags: \"" + tag.key + "\": not a tag");
    }
    chunk.push_back(std::move(tag));
    if (chunk.size() < kLoadChunk && i + 1 < tags.size()) continue;
    const auto done =
        impl_->world.predefined.put(account.id.value, chunk, impl_->world.deps.clock.now());
    if (!done) return base::fail(base::Code::Conflict, "tags: " + done.error().message);
    chunk.clear();
  }
  return {};
}

json::array Tms::export_tags(const identity::AccountId& account) const {
  json::array rows;
  for (const PredefinedTag& row : impl_->world.predefined.list(account.value)) {
    rows.emplace_back(json::object{{"key", row.tag.key}, {"value", row.tag.value}});
  }
  return rows;
}

}  // namespace jianmen::services::tms
