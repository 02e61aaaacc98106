#pragma once
// How many connections the limit of open files allows.

#include "http/server_settings.hpp"

namespace jianmen::app {

// Raises this process's limit as far as it may, and lowers settings.max_connections to what fits
// beside the program's own descriptors; with upstreams a connection may need two. Says so in the
// log when it did.
void fit_to_descriptors(http::ServerSettings& settings, bool with_upstreams);

// The arithmetic of it.
std::size_t connections_for(std::size_t descriptors, bool with_upstreams);

}  // namespace jianmen::app
