#pragma once
// The files below data/, compiled into the binary (cmake/embed.cmake). Any thread may call; the
// bytes live for ever.

#include <string_view>

namespace jianmen::catalog {

// "endpoints.json", "operations/ecs.json", "demo.json"; empty when there is no such file.
std::string_view embedded(std::string_view name);

// Gives the pages that reading the files brought in back to the system; they come again when
// somebody looks. For a server that has parsed what it needs.
void release_embedded();

}  // namespace jianmen::catalog
