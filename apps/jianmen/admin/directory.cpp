#include "admin/admin.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using Text = std::shared_ptr<std::string>;

Text text() { return std::make_shared<std::string>(); }

// enable and disable: a POST of {key: true|false} to <path>/NAME/<key>.
void add_switch(CLI::App& noun, Common& common, const std::string& path, const std::string& key,
                bool of_account) {
  for (const bool on : {true, false}) {
    auto name = text();
    const auto verb =
        add_verb(noun, common, on ? "enable" : "disable",
                 on ? "Let it be used again" : "Refuse it from now on", "NAME", of_account);
    verb.command->add_option("NAME", *name, "Name or id")->required();
    verb.command->callback([verb, name, path, key, on, &common] {
      ask(common, "POST",
          with_account(path + "/" + AdminClient::encode(*name) + "/" + key, *verb.account),
          json::object{{key, on}}, fields());
    });
  }
}

// create with a name, and perhaps a description and a password.
void add_create(CLI::App& noun, Common& common, const std::string& path, const std::string& example,
                bool of_account, bool password, bool description) {
  auto name = text(), secret = text(), about = text();
  const auto verb = add_verb(noun, common, "create", "Make one", example, of_account);
  verb.command->add_option("NAME", *name, "Its name")->required();
  if (password) {
    verb.command->add_option("--password", *secret,
                             "Its password; without it one is made and shown");
  }
  if (description) verb.command->add_option("--description", *about, "What it is for");
  verb.command->callback([=, &common] {
    json::object body{{"name", *name}};
    if (!secret->empty()) body["password"] = *secret;
    if (!about->empty()) body["description"] = *about;
    ask(common, "POST", with_account(path, *verb.account), body, fields());
  });
}

void add_members(CLI::App& groups, Common& common) {
  for (const bool add : {true, false}) {
    auto group = text(), user = text();
    const auto verb =
        add_verb(groups, common, add ? "add" : "remove",
                 add ? "Make a user a member" : "Take a member out", "GROUP USER", true);
    verb.command->add_option("GROUP", *group, "Name or id")->required();
    verb.command->add_option("USER", *user, "Name or id")->required();
    verb.command->callback([=, &common] {
      const auto path =
          "/groups/" + AdminClient::encode(*group) + "/members/" + AdminClient::encode(*user);
      ask(common, add ? "PUT" : "DELETE", with_account(path, *verb.account), nullptr, fields());
    });
  }
}

void add_password(CLI::App& users, Common& common) {
  auto name = text(), secret = text();
  const auto verb = add_verb(users, common, "password", "Set a user's password", "NAME", true);
  verb.command->add_option("NAME", *name, "Name or id")->required();
  verb.command->add_option("--password", *secret, "The new one; without it one is made and shown");
  verb.command->callback([=, &common] {
    json::object body;
    if (!secret->empty()) body["password"] = *secret;
    ask(common, "POST",
        with_account("/users/" + AdminClient::encode(*name) + "/password", *verb.account), body,
        fields());
  });
}

}  // namespace

void add_directory(CLI::App& admin, Common& common) {
  auto* accounts =
      add_noun(admin, common,
               {"account", "/accounts", "Accounts (domains)", {"name", "id", "enabled"}, false});
  add_create(*accounts, common, "/accounts", "acme", false, true, false);
  add_switch(*accounts, common, "/accounts", "enabled", false);

  auto* users = add_noun(
      admin, common,
      {"user", "/users", "Users of an account", {"name", "id", "enabled", "root", "groups"}, true});
  add_create(*users, common, "/users", "alice --account acme", true, true, true);
  add_switch(*users, common, "/users", "enabled", true);
  add_password(*users, common);

  auto* groups = add_noun(admin, common,
                          {"group", "/groups", "Groups of users", {"name", "id", "members"}, true});
  add_create(*groups, common, "/groups", "operators --account acme", true, false, true);
  add_members(*groups, common);

  auto* projects = add_noun(admin, common,
                            {"project",
                             "/projects",
                             "Projects: one a region, and sub-projects",
                             {"name", "id", "region", "enabled"},
                             true});
  add_create(*projects, common, "/projects", "cn-north-4_test", true, false, true);
}

}  // namespace jianmen::app::admin
