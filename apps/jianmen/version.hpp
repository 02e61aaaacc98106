#pragma once

#include <string_view>

namespace jianmen::app {

inline constexpr std::string_view kVersion = "jianmen 0.1.0";

}  // namespace jianmen::app
