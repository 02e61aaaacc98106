#pragma once
// The functions of this service, one a row of data/operations/tms.json, by the file that holds
// them; the table that joins row and function is in tms.cpp.

#include "services/call.hpp"
#include "services/tms/predefined.hpp"
#include "services/tms/providers.hpp"
#include "services/tms/tms.hpp"

namespace jianmen::services::tms {

struct World {
  Dependencies deps;
  Providers providers;
  PredefinedTags predefined;
};

// predefine_tags.cpp
Outcome list_predefine_tags(const World& world, const Call& call);
Outcome change_predefine_tags(const World& world,
                              const Call& call);  // create and delete, by `action`
Outcome update_predefine_tags(const World& world, const Call& call);
Outcome show_tag_quota(const World& world, const Call& call);

// resource_tags.cpp: through the owning service
Outcome create_resource_tag(const World& world, const Call& call);
Outcome delete_resource_tag(const World& world, const Call& call);
Outcome show_resource_tag(const World& world, const Call& call);

// resource_lists.cpp: over many resources
Outcome list_tags(const World& world, const Call& call);
Outcome list_tag_keys(const World& world, const Call& call);
Outcome list_tag_values(const World& world, const Call& call);
Outcome list_resource(const World& world, const Call& call);

// providers.cpp
Outcome list_providers(const World& world, const Call& call);
Outcome list_api_versions(const World& world, const Call& call);
Outcome show_api_version(const World& world, const Call& call);

// What several files need.
// A query number; `otherwise` when it is absent; nothing when it is none or outside [least, most].
std::optional<std::size_t> read_number(const Call& call, std::string_view name,
                                       std::size_t otherwise, std::size_t least, std::size_t most);
// The project, when it is one of the caller's account.
std::optional<identity::Project> find_project(const World& world, const Call& call,
                                              std::string_view id);

inline constexpr std::string_view kServerType =
    "ecs";  // the one resource type that has resources here
inline constexpr std::string_view kListServers = "ecs:cloudServers:list";

}  // namespace jianmen::services::tms
