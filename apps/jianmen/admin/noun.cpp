#include "admin/admin.hpp"

namespace jianmen::app::admin {

std::string with_account(const std::string& path, const std::string& account) {
  if (account.empty()) return path;
  return path + (path.contains('?') ? "&" : "?") + "account=" + AdminClient::encode(account);
}

Verb add_verb(CLI::App& noun, Common& common, const std::string& name, const std::string& help,
              const std::string& example, bool of_account) {
  Verb verb;
  verb.command = noun.add_subcommand(name, help);
  verb.command->footer("Example: jianmen admin " + noun.get_name() + " " + name +
                       (example.empty() ? "" : " " + example));
  if (of_account) {
    verb.command->add_option("--account", *verb.account, "Account (needed when there are several)");
  }
  add_common_options(*verb.command, common);
  return verb;
}

CLI::App* add_noun(CLI::App& admin, Common& common, const Noun& noun) {
  auto* group = admin.add_subcommand(noun.name, noun.help);
  group->require_subcommand(1);
  group->footer("Example: jianmen admin " + noun.name + " list");

  const auto list = add_verb(*group, common, "list", "All of them", "", noun.of_account);
  list.command->callback([list, noun, &common] {
    ask(common, "GET", with_account(noun.path, *list.account), nullptr, table(noun.columns));
  });

  auto which = std::make_shared<std::string>();
  const auto show = add_verb(*group, common, "show", "One of them", "NAME", noun.of_account);
  show.command->add_option("NAME", *which, "Name or id")->required();
  show.command->callback([show, which, noun, &common] {
    ask(common, "GET", with_account(noun.path + "/" + AdminClient::encode(*which), *show.account),
        nullptr, fields());
  });

  const auto erase = add_verb(*group, common, "delete", "Take one away", "NAME", noun.of_account);
  erase.command->add_option("NAME", *which, "Name or id")->required();
  erase.command->callback([erase, which, noun, &common] {
    ask(common, "DELETE",
        with_account(noun.path + "/" + AdminClient::encode(*which), *erase.account), nullptr,
        fields());
  });
  return group;
}

}  // namespace jianmen::app::admin
