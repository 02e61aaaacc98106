#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace detail {

Result<Group> add_group(const Snapshot& snapshot, Transaction& tx, const Group& group) {
  auto fine = check_name("group", group.name);
  if (!fine) return error_of(fine);
  const auto by_name = keys::group_name(group.account, group.name);
  if (snapshot.get(by_name)) return taken("group", group.name);
  const auto home = keys::home(group.id);
  if (snapshot.get(home) || noted_at(snapshot, Debt::GroupDeleted, group.id.value)) {
    return taken("group id", group.id.value);
  }
  tx.require_absent(by_name).require_absent(home);
  require_not_owed(tx, Debt::GroupDeleted, group.id.value);
  tx.put(keys::group(group.account, group.id), encode(group)).put(by_name, group.id.value);
  tx.put(home, group.account.value);
  return group;
}

}  // namespace detail

Result<Group> Directory::create_group(const AccountId& account, std::string_view name,
                                      std::string_view description, std::optional<GroupId> given) {
  auto id = choose_id(given, impl_->random);
  if (!id) return error_of(id);
  const Group group{*id, account, std::string(name), std::string(description), impl_->clock.now()};
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Group> {
    if (!snapshot.get(keys::account(account))) return not_found("account", account.value);
    tx.require_exists(keys::account(account));
    return add_group(snapshot, tx, group);
  });
}

std::vector<Group> Directory::list_groups(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  auto out = read_all<Group>(*impl_->store.snapshot(), keys::all_groups(account));
  std::ranges::sort(out, {}, &Group::name);
  return out;
}

std::optional<Group> Directory::find_group(const GroupId& id) const {
  auto found = read_group(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

std::optional<Group> Directory::find_group_by_name(const AccountId& account,
                                                   std::string_view name) const {
  if (!is_well_formed_id(account.value) || !keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  const auto id = snapshot->get(keys::group_name(account, name));
  if (!id) return std::nullopt;
  auto found = read<Group>(*snapshot, keys::group(account, GroupId(id->value)));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<Group> Directory::update_group(const GroupId& id, std::optional<std::string> name,
                                      std::optional<std::string> description) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Group> {
    auto found = read_group(snapshot, id);
    if (!found) return not_found("group", id.value);
    Group& group = found->value;
    if (name && *name != group.name) {
      if (group.name == kAdminGroup)
        return fail(Code::Denied, "the group \"admin\" keeps its name");
      auto moved = rename_index(snapshot, tx, keys::group_name(group.account, group.name),
                                keys::group_name(group.account, *name), id.value, "group", *name);
      if (!moved) return error_of(moved);
      group.name = *name;
    }
    if (description) group.description = *description;
    rewrite(tx, keys::group(group.account, id), found->modified, group);
    return group;
  });
}

Result<> Directory::delete_group(const GroupId& id) {
  auto deleted = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_group(snapshot, id);
    if (!found) return not_found("group", id.value);
    const Group& group = found->value;
    if (group.name == kAdminGroup)
      return fail(Code::Denied, "the group \"admin\" is deleted with its account");
    const auto key = keys::group(group.account, id);
    tx.require_revision(key, found->modified).erase(key);
    tx.erase(keys::group_name(group.account, group.name)).erase(keys::home(id));
    owe(tx, Debt::GroupDeleted, id.value, group.account);
    return {};
  });
  return deleted ? pay(*impl_, Debt::GroupDeleted, id.value) : deleted;
}

Result<> Directory::add_member(const GroupId& group, const UserId& user) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto into = read_group(snapshot, group);
    if (!into) return not_found("group", group.value);
    auto found = read_user(snapshot, user);
    if (!found) return not_found("user", user.value);
    UserRecord& record = found->value;
    const AccountId& account = record.user.account;
    if (account != into->value.account)
      return fail(Code::Denied, "the user and the group are of two accounts");
    if (contains(record.groups, group)) return {};
    if (record.groups.size() >= kMaxGroupsOfUser) {
      return fail(Code::TooLarge,
                  "a user is in at most " + std::to_string(kMaxGroupsOfUser) + " groups");
    }
    record.groups.push_back(group);
    tx.require_exists(keys::group(account, group)).put(keys::member(account, group, user), "");
    rewrite(tx, keys::user(account, user), found->modified, record);
    return {};
  });
}

Result<> Directory::remove_member(const GroupId& group, const UserId& user) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto from = read_group(snapshot, group);
    if (!from) return not_found("group", group.value);
    auto found = read_user(snapshot, user);
    if (!found) return not_found("user", user.value);
    UserRecord& record = found->value;
    if (record.user.root && from->value.name == kAdminGroup) {
      return fail(Code::Denied, "the root user stays in the group \"admin\"");
    }
    if (std::erase(record.groups, group) == 0) {
      return fail(Code::NotFound, "the user " + in_quotes(user.value) + " is not in the group " +
                                      in_quotes(group.value));
    }
    record.take_away("member_removed", impl_->clock.now());
    tx.erase(keys::member(record.user.account, group, user));
    rewrite(tx, keys::user(record.user.account, user), found->modified, record);
    return {};
  });
}

bool Directory::is_member(const GroupId& group, const UserId& user) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_user(*snapshot, user);
  return found && contains(found->value.groups, group) && read_group(*snapshot, group);
}

std::vector<Group> Directory::list_groups_of(const UserId& user) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_user(*snapshot, user);
  if (!found) return {};
  std::vector<Group> out;
  for (const auto& id : found->value.groups) {
    if (auto group = read<Group>(*snapshot, keys::group(found->value.user.account, id))) {
      out.push_back(std::move(group->value));
    }
  }
  std::ranges::sort(out, {}, &Group::name);
  return out;
}

std::vector<User> Directory::list_members(const GroupId& group) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_group(*snapshot, group);
  if (!found) return {};
  const AccountId& account = found->value.account;
  const auto prefix = keys::all_members(account, group);
  std::vector<User> out;
  for (const auto& entry : snapshot->range(prefix, store::prefix_end(prefix), 0).entries) {
    if (auto user = read<UserRecord>(
            *snapshot, keys::user(account, UserId(entry.key.substr(prefix.size()))))) {
      out.push_back(std::move(user->value.user));
    }
  }
  std::ranges::sort(out, {}, &User::name);
  return out;
}

}  // namespace jianmen::directory
