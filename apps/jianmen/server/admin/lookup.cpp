#include "server/admin/lookup.hpp"

namespace jianmen::app::admin {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;

namespace {

// By name in the account, else by id if it is of that account.
template <class T, class ByName, class ById>
Result<T> find(const Asked& asked, std::string_view kind, std::string_view name, ByName by_name,
               ById by_id) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  if (auto found = by_name(account->id, name)) return std::move(*found);
  auto found = by_id(name);
  if (found && found->account == account->id) return std::move(*found);
  return fail(Code::NotFound, "account " + account->name + " has no " + std::string(kind) + " \"" +
                                  std::string(name) + "\"");
}

}  // namespace

std::string text_of(const Asked& asked, std::string_view key) {
  return base::string_or(asked.body, key, "");
}

Result<identity::Account> account_named(const Asked& asked, std::string_view name) {
  const auto& directory = asked.installation.directory();
  auto found = directory.find_account_by_name(name);
  if (!found) found = directory.find_account(identity::AccountId(name));
  if (!found) return fail(Code::NotFound, "no account \"" + std::string(name) + "\"");
  return std::move(*found);
}

Result<identity::Account> account_of(const Asked& asked) {
  auto name = asked.parameter("account");
  if (name.empty()) name = text_of(asked, "account");
  if (!name.empty()) return account_named(asked, name);
  auto accounts = asked.installation.directory().list_accounts();
  if (accounts.size() == 1) return std::move(accounts.front());
  if (accounts.empty()) return fail(Code::NotFound, "there is no account: jianmen admin init");
  return fail(Code::InvalidArgument, "there are several accounts: name one with --account");
}

Result<identity::User> user_named(const Asked& asked, std::string_view name) {
  const auto& directory = asked.installation.directory();
  return find<identity::User>(
      asked, "user", name,
      [&](const auto& account, auto text) { return directory.find_user_by_name(account, text); },
      [&](auto text) { return directory.find_user(identity::UserId(text)); });
}

Result<identity::Group> group_named(const Asked& asked, std::string_view name) {
  const auto& directory = asked.installation.directory();
  return find<identity::Group>(
      asked, "group", name,
      [&](const auto& account, auto text) { return directory.find_group_by_name(account, text); },
      [&](auto text) { return directory.find_group(identity::GroupId(text)); });
}

Result<identity::Project> project_named(const Asked& asked, std::string_view name) {
  const auto& directory = asked.installation.directory();
  return find<identity::Project>(
      asked, "project", name,
      [&](const auto& account, auto text) { return directory.find_project_by_name(account, text); },
      [&](auto text) { return directory.find_project(identity::ProjectId(text)); });
}

Result<identity::Role> role_named(const Asked& asked, std::string_view name) {
  auto account = account_of(asked);
  if (!account) return error_of(account);
  const auto& directory = asked.installation.directory();
  auto role = directory.find_role_by_name(account->id, name);
  if (!role) role = directory.find_role(identity::RoleId(name));
  if (role && (role->account.empty() || role->account == account->id)) return std::move(*role);
  return fail(Code::NotFound,
              "no role or policy \"" + std::string(name) + "\": jianmen admin policy system");
}

Result<identity::AccessKey> key_named(const Asked& asked, std::string_view id) {
  const auto& directory = asked.installation.directory();
  auto key = directory.find_access_key(identity::AccessKeyId(id));
  if (key && !asked.parameter("account").empty()) {
    auto account = account_of(asked);
    if (!account) return error_of(account);
    if (key->account != account->id) key.reset();
  }
  if (!key) return fail(Code::NotFound, "no access key " + std::string(id));
  return std::move(*key);
}

}  // namespace jianmen::app::admin
