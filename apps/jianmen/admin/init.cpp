#include <iostream>

#include "admin/admin.hpp"
#include "server/admin/first_account.hpp"
#include "table.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;

void show(const json::value& made) {
  if (const auto* object = made.if_object()) std::cout << to_fields(*object);
  std::cerr << "Keep the password and the key now: they are not shown again.\n";
}

// Without a server: the data directory itself. The store's lock keeps a running server out.
base::Result<json::object> create_in(const std::string& data, const std::string& account) {
  InstallationSettings settings;
  settings.data = data;
  auto installation = Installation::create(settings);
  if (!installation) return error_of(installation);
  return create_first_account(**installation, account);
}

}  // namespace

void add_init(CLI::App& admin, Common& common) {
  auto* init = admin.add_subcommand("init", "Make the first account, its password and its key");
  auto data = std::make_shared<std::string>(), account = std::make_shared<std::string>("main");
  init->add_option("--data", *data,
                   "Data directory, while no server runs on it (without: the running server)");
  init->add_option("--account", *account, "Its name (default: main)");
  add_common_options(*init, common);
  init->footer("Example: jianmen admin init --data /var/lib/jianmen --account acme");
  init->callback([data, account, &common] {
    if (data->empty()) {
      return ask(common, "POST", "/init", json::object{{"name", *account}}, show);
    }
    auto made = create_in(*data, *account);
    if (!made) {
      report(made.error(), common);
      common.exit = Exit::Refused;
    } else if (common.json) {
      std::cout << base::to_pretty_text(*made) << "\n";
    } else {
      show(*made);
    }
  });
}

}  // namespace jianmen::app::admin
