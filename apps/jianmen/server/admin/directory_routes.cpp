#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

std::span<const Route> directory_routes() { return {}; }

}  // namespace jianmen::app::admin
