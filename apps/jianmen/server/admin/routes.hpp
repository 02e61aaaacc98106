#pragma once
// The paths of the administration API and what answers them. A function may block (it runs on a
// pool's thread), returns what the caller gets as JSON, or an Error whose sentence is shown.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "server/admin_api.hpp"

namespace jianmen::app::admin {

struct Asked {
  Installation& installation;
  const AdminSettings& settings;
  std::vector<std::string> values;  // of the pattern's {}, in order, decoded
  std::vector<std::pair<std::string, std::string>> query;
  base::json::value body;

  std::string parameter(std::string_view name) const;  // of the query; empty: not given
};

using Answer = base::Result<base::json::value>;

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/users/{}/groups"
  Answer (*answer)(Asked& asked);
};

std::span<const Route> operation_routes();   // clock, journal, reset, export, import, ca
std::span<const Route> directory_routes();   // accounts, users, groups, projects
std::span<const Route> fault_routes();       // planned faults
std::span<const Route> permission_routes();  // keys, grants, policies

}  // namespace jianmen::app::admin
