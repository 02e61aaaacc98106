#pragma once
// The table of the configuration file: the parser and docs/configuration.md are made from it.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"

namespace jianmen::app {

struct ConfigKey {
  std::string_view path;  // "tls.certificate"
  std::string_view type;  // "duration", as the documentation names it
  std::string_view doc;
  bool list = false;
  // What is wrong with the values (one, or a list's); nullopt: they are set.
  std::function<std::optional<std::string>(ServeConfig&, const std::vector<std::string>&)> set;
  std::function<std::string(const ServeConfig&)> show;  // as it would stand in the file
};

std::span<const ConfigKey> config_keys();

// docs/configuration.md, wholly.
std::string config_documentation();

}  // namespace jianmen::app
