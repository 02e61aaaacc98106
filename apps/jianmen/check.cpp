#include <iostream>

#include "admin_client.hpp"
#include "config.hpp"
#include "config_keys.hpp"
#include "directory/fixture.hpp"
#include "fixture_file.hpp"

namespace jianmen::app {

void add_check(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("check", "Is a configuration or fixture file good");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "Configuration (YAML) or fixture (YAML or JSON)")->required();
  add_common_options(*command, common);
  command->footer("Example: jianmen check jianmen.yaml");
  command->callback([file, &common] {
    auto config = load_config(*file);
    if (!config) return report(config.error(), common);
  });
}

}  // namespace jianmen::app
