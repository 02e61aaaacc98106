#pragma once
// How the directory of endpoints names a kind of service, in tables and JSON.

#include <string_view>

#include "catalog/catalog.hpp"

namespace jianmen::app {

std::string_view kind_name(catalog::ServiceKind kind);  // "regional" | "global" | "single host"

}  // namespace jianmen::app
