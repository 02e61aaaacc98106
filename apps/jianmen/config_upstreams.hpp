#pragma once
// The keys `upstreams` and `routes` of the configuration file: maps and lists, which the table of
// config_keys.hpp cannot hold. docs/upstreams.md lists them.

#include <functional>
#include <string>

#include "upstream/settings.hpp"

namespace YAML {
class Node;
struct Mark;
}  // namespace YAML

namespace jianmen::app {

using TellMistake = std::function<void(const YAML::Mark& mark, const std::string& what)>;

// Either node may be undefined. Reads the files of certificates, and resolves the names of servers.
upstream::Settings read_upstreams(const YAML::Node& upstreams, const YAML::Node& routes,
                                  const TellMistake& mistake);

}  // namespace jianmen::app
