#pragma once
// Adding one record with its index keys to a transaction that does more: create_account and the
// single create calls share these. They check what the snapshot tells and set the conditions that
// keep it true.

#include "directory/detail/core.hpp"

namespace jianmen::directory::detail {

constexpr std::string_view kAdminGroup = "admin";

Result<User> add_user(const Snapshot& snapshot, Transaction& tx, const AccountId& account,
                      const NewUser& from, const UserId& id, std::vector<GroupId> groups, Time now);
Result<Group> add_group(const Snapshot& snapshot, Transaction& tx, const Group& group);
Result<Project> add_project(const Snapshot& snapshot, Transaction& tx, const Project& project);
// May a role of this type be granted there?
Result<> check_fits(const Role& role, GrantScope scope);
void put_grant(Transaction& tx, const Grant& grant);
void erase_grant(Transaction& tx, const Grant& grant);

}  // namespace jianmen::directory::detail
