#include "admin/admin.hpp"

#include <iostream>

#include "table.hpp"

namespace jianmen::app {

namespace admin {

void ask(Common& common, std::string_view method, const std::string& path,
         const base::json::value& body, const Show& show) {
  auto answer = AdminClient(common).call(method, path, body);
  if (!answer) return report(answer.error(), common);
  if (common.json) {
    std::cout << base::to_pretty_text(*answer) << "\n";
  } else {
    show(*answer);
  }
}

Show fields() {
  return [](const base::json::value& answer) {
    if (const auto* object = answer.if_object()) std::cout << to_fields(*object);
  };
}

Show table(std::vector<std::string_view> columns) {
  return [columns = std::move(columns)](const base::json::value& answer) {
    if (const auto* rows = answer.if_array()) std::cout << to_table(*rows, columns);
  };
}

}  // namespace admin

void add_admin(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("admin", "Administer a running server");
  command->require_subcommand(1);
  command->footer(
      "Example: jianmen admin user list --account demo\n"
      "         jianmen admin clock advance 24h");
  admin::add_init(*command, common);
  admin::add_directory(*command, common);
  admin::add_permissions(*command, common);
  admin::add_clock(*command, common);
  admin::add_fault(*command, common);
  admin::add_journal(*command, common);
  admin::add_whole(*command, common);
}

}  // namespace jianmen::app
