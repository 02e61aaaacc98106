#pragma once
// Servers as each list and show writes them. The types are odd on purpose: strict clients depend on
// every one (facts: the ECS reference, server object). A server comes advanced to the time of the
// call.

#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "services/call.hpp"
#include "services/ecs/inventory.hpp"
#include "services/ecs/server.hpp"

namespace jianmen::services::ecs {

// One allocation pool for an answer that is built, written out and dropped.
base::json::storage_ptr answer_storage();

// Native v1: list details, show.
base::json::object detail_view(const Server& server, const Inventory& inventory,
                               base::json::storage_ptr storage);
// Native v1.1 list: `expected` are the optional members that the caller named.
base::json::object slim_view(const Server& server, const Inventory& inventory,
                             const std::set<std::string, std::less<>>& expected);
// What PUT /v1/…/cloudservers/{id} answers: an OpenStack form with own oddities.
base::json::object updated_view(const Server& server, const Call& call);

base::json::array tag_texts(const Server& server, base::json::storage_ptr storage);
base::json::object system_metadata(const Server& server, const Inventory& inventory,
                                   base::json::storage_ptr storage);
std::string host_id(const Server& server);
std::string host_name(const Server& server);
base::json::object link(std::string_view rel, std::string href);

}  // namespace jianmen::services::ecs
