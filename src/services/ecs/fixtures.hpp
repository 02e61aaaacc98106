#pragma once
// Servers from and to the fixture shape: what a person writes (project by name or id, name, flavor,
// address), all the rest made up from the server's id, so that the same fixture gives the same
// servers every time.

#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

base::Result<> load_servers(const World& world, const base::json::array& servers,
                            const identity::Account& account);
base::json::array export_servers(const World& world, const identity::AccountId& account);

}  // namespace jianmen::services::ecs
