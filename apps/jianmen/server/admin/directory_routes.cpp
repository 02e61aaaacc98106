#include <algorithm>

#include "crypto/password.hpp"
#include "server/admin/first_account.hpp"
#include "server/admin/lookup.hpp"
#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;

// What a change without an object of its own answers.
json::object done(std::string_view what, std::string_view name) { return {{what, name}}; }

base::Result<bool> flag_of(const Asked& asked, std::string_view key) {
  const auto flag = base::find_bool(asked.body, key);
  if (!flag) return fail(Code::InvalidArgument, std::string(key) + " is true or false");
  return *flag;
}

// --- accounts

json::object show(const identity::Account& account) {
  return {{"name", account.name}, {"id", account.id.value}, {"enabled", account.enabled}};
}

Answer list_accounts(Asked& asked) {
  json::array rows;
  for (const auto& account : asked.installation.directory().list_accounts()) {
    rows.push_back(show(account));
  }
  return rows;
}

Answer show_account(Asked& asked) {
  auto account = account_named(asked, asked.values[0]);
  if (!account) return error_of(account);
  return show(*account);
}

Answer make_account(Asked& asked) {
  auto made =
      create_account(asked.installation, text_of(asked, "name"), text_of(asked, "password"));
  if (!made) return error_of(made);
  return std::move(*made);
}

Answer make_first_account(Asked& asked) {
  auto made = create_first_account(asked.installation, text_of(asked, "name"));
  if (!made) return error_of(made);
  return std::move(*made);
}

Answer enable_account(Asked& asked) {
  auto account = account_named(asked, asked.values[0]);
  if (!account) return error_of(account);
  auto enabled = flag_of(asked, "enabled");
  if (!enabled) return error_of(enabled);
  auto changed = asked.installation.directory().set_account_enabled(account->id, *enabled);
  if (!changed) return error_of(changed);
  account->enabled = *enabled;
  return show(*account);
}

Answer delete_account(Asked& asked) {
  auto account = account_named(asked, asked.values[0]);
  if (!account) return error_of(account);
  auto deleted = asked.installation.directory().delete_account(account->id);
  if (!deleted) return error_of(deleted);
  return done("deleted", account->name);
}

// --- users

json::object show(const directory::Directory& directory, const identity::User& user) {
  json::array groups;
  for (const auto& group : directory.list_groups_of(user.id)) groups.emplace_back(group.name);
  return {{"name", user.name}, {"id", user.id.value},         {"enabled", user.enabled},
          {"root", user.root}, {"groups", std::move(groups)}, {"description", user.description}};
}

Answer list_users(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  json::array rows;
  const auto& directory = asked.installation.directory();
  for (const auto& user : directory.list_users(account->id)) rows.push_back(show(directory, user));
  return rows;
}

Answer show_user(Asked& asked) {
  auto user = user_named(asked, asked.values[0]);
  if (!user) return error_of(user);
  return show(asked.installation.directory(), *user);
}

base::Result<std::string> hash(Asked& asked, const std::string& password, std::string_view user) {
  if (auto fine = check_password(password, user); !fine) return error_of(fine);
  return crypto::hash_password(base::Secret(password), asked.installation.random(),
                               asked.installation.iam_settings().password_cost);
}

Answer make_user(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  auto password = text_of(asked, "password");
  const bool made = password.empty();
  if (made) password = make_password(asked.installation.random());
  auto hashed = hash(asked, password, text_of(asked, "name"));
  if (!hashed) return error_of(hashed);
  auto& directory = asked.installation.directory();
  auto user = directory.create_user(account->id, {.name = text_of(asked, "name"),
                                                  .password_hash = *hashed,
                                                  .description = text_of(asked, "description")});
  if (!user) return error_of(user);
  auto shown = show(directory, *user);
  if (made) shown["password"] = password;
  return shown;
}

Answer enable_user(Asked& asked) {
  auto user = user_named(asked, asked.values[0]);
  if (!user) return error_of(user);
  auto enabled = flag_of(asked, "enabled");
  if (!enabled) return error_of(enabled);
  auto& directory = asked.installation.directory();
  auto changed = directory.update_user(user->id, {.enabled = *enabled});
  if (!changed) return error_of(changed);
  return show(directory, *changed);
}

Answer set_password(Asked& asked) {
  auto user = user_named(asked, asked.values[0]);
  if (!user) return error_of(user);
  auto password = text_of(asked, "password");
  const bool made = password.empty();
  if (made) password = make_password(asked.installation.random());
  auto hashed = hash(asked, password, user->name);
  if (!hashed) return error_of(hashed);
  auto changed = asked.installation.directory().update_user(user->id, {.password_hash = *hashed});
  if (!changed) return error_of(changed);
  json::object shown{{"name", changed->name}};
  if (made) shown["password"] = password;
  return shown;
}

Answer delete_user(Asked& asked) {
  auto user = user_named(asked, asked.values[0]);
  if (!user) return error_of(user);
  auto deleted = asked.installation.directory().delete_user(user->id);
  if (!deleted) return error_of(deleted);
  return done("deleted", user->name);
}

// --- groups

json::object show(const directory::Directory& directory, const identity::Group& group) {
  json::array members;
  for (const auto& user : directory.list_members(group.id)) members.emplace_back(user.name);
  return {{"name", group.name},
          {"id", group.id.value},
          {"members", std::move(members)},
          {"description", group.description}};
}

Answer list_groups(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  json::array rows;
  const auto& directory = asked.installation.directory();
  for (const auto& group : directory.list_groups(account->id)) {
    rows.push_back(show(directory, group));
  }
  return rows;
}

Answer show_group(Asked& asked) {
  auto group = group_named(asked, asked.values[0]);
  if (!group) return error_of(group);
  return show(asked.installation.directory(), *group);
}

Answer make_group(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  auto& directory = asked.installation.directory();
  auto group =
      directory.create_group(account->id, text_of(asked, "name"), text_of(asked, "description"));
  if (!group) return error_of(group);
  return show(directory, *group);
}

Answer delete_group(Asked& asked) {
  auto group = group_named(asked, asked.values[0]);
  if (!group) return error_of(group);
  auto deleted = asked.installation.directory().delete_group(group->id);
  if (!deleted) return error_of(deleted);
  return done("deleted", group->name);
}

enum class Membership { Add, Remove };

Answer change_member(Asked& asked, Membership change) {
  auto group = group_named(asked, asked.values[0]);
  if (!group) return error_of(group);
  auto user = user_named(asked, asked.values[1]);
  if (!user) return error_of(user);
  auto& directory = asked.installation.directory();
  auto changed = change == Membership::Add ? directory.add_member(group->id, user->id)
                                           : directory.remove_member(group->id, user->id);
  if (!changed) return error_of(changed);
  return show(directory, *group);
}

Answer add_member(Asked& asked) { return change_member(asked, Membership::Add); }
Answer remove_member(Asked& asked) { return change_member(asked, Membership::Remove); }

// --- projects

json::object show(const identity::Project& project) {
  return {{"name", project.name},
          {"id", project.id.value},
          {"region", project.region},
          {"enabled", project.enabled},
          {"description", project.description}};
}

Answer list_projects(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  json::array rows;
  for (const auto& project : asked.installation.directory().list_projects(account->id)) {
    rows.push_back(show(project));
  }
  return rows;
}

Answer show_project(Asked& asked) {
  auto project = project_named(asked, asked.values[0]);
  if (!project) return error_of(project);
  return show(*project);
}

// <region>_<suffix>: a sub-project of the region's project.
Answer make_project(Asked& asked) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  const auto name = text_of(asked, "name");
  auto parent = project_named(asked, name.substr(0, name.find('_')));
  if (!parent) return error_of(parent);
  auto project = asked.installation.directory().create_project(account->id, name, parent->id,
                                                               text_of(asked, "description"));
  if (!project) return error_of(project);
  return show(*project);
}

Answer delete_project(Asked& asked) {
  auto project = project_named(asked, asked.values[0]);
  if (!project) return error_of(project);
  auto deleted = asked.installation.directory().delete_project(project->id);
  if (!deleted) return error_of(deleted);
  return done("deleted", project->name);
}

constexpr Route kRoutes[] = {
    {"GET", "/accounts", list_accounts},
    {"POST", "/accounts", make_account},
    {"POST", "/init", make_first_account},
    {"GET", "/accounts/{}", show_account},
    {"POST", "/accounts/{}/enabled", enable_account},
    {"DELETE", "/accounts/{}", delete_account},
    {"GET", "/users", list_users},
    {"POST", "/users", make_user},
    {"GET", "/users/{}", show_user},
    {"POST", "/users/{}/enabled", enable_user},
    {"POST", "/users/{}/password", set_password},
    {"DELETE", "/users/{}", delete_user},
    {"GET", "/groups", list_groups},
    {"POST", "/groups", make_group},
    {"GET", "/groups/{}", show_group},
    {"PUT", "/groups/{}/members/{}", add_member},
    {"DELETE", "/groups/{}/members/{}", remove_member},
    {"DELETE", "/groups/{}", delete_group},
    {"GET", "/projects", list_projects},
    {"POST", "/projects", make_project},
    {"GET", "/projects/{}", show_project},
    {"DELETE", "/projects/{}", delete_project},
};

}  // namespace

std::span<const Route> directory_routes() { return kRoutes; }

}  // namespace jianmen::app::admin
