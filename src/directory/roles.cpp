#include <algorithm>
#include <charconv>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// The next number of custom_<account>_<n>, taken in this transaction.
std::uint64_t take_number(const Snapshot& snapshot, Transaction& tx, const AccountId& account) {
  const auto key = keys::role_counter(account);
  const auto entry = snapshot.get(key);
  std::uint64_t last = 0;
  if (entry) {
    std::from_chars(entry->value.data(), entry->value.data() + entry->value.size(), last);
    tx.require_revision(key, entry->modified);
  } else {
    tx.require_absent(key);
  }
  tx.put(key, std::to_string(last + 1));
  return last + 1;
}

bool is_system_name(const Core& core, std::string_view name) {
  return core.find_system_role_by_name(name) != nullptr;
}

}  // namespace

Result<Role> Directory::create_role(const AccountId& account, const Role& given) {
  auto fine = check_name("role", given.display_name);
  if (!fine) return error_of(fine);
  auto id = choose_id(std::optional(given.id), impl_->random);
  if (!id) return error_of(id);
  if (is_system_name(*impl_, given.display_name)) return taken("role", given.display_name);
  if (impl_->find_system_role(id->value) != nullptr) return taken("role id", id->value);
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Role> {
    if (!snapshot.get(keys::account(account))) return not_found("account", account.value);
    const auto by_name = keys::role_name(account, given.display_name);
    if (snapshot.get(by_name)) return taken("role", given.display_name);
    if (snapshot.get(keys::home(*id))) return taken("role id", id->value);
    Role role = given;
    role.id = *id;
    role.account = account;
    role.created = role.updated = impl_->clock.now();
    role.name =
        "custom_" + account.value + '_' + std::to_string(take_number(snapshot, tx, account));
    tx.require_exists(keys::account(account))
        .require_absent(by_name)
        .require_absent(keys::home(*id));
    require_not_owed(tx, Debt::RoleHolders, id->value);
    tx.put(keys::role(account, *id), encode(role)).put(by_name, id->value);
    tx.put(keys::role_internal_name(account, role.name), id->value)
        .put(keys::home(*id), account.value);
    return role;
  });
}

std::vector<Role> Directory::list_roles(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  auto out = read_all<Role>(*impl_->store.snapshot(), keys::all_roles(account));
  std::ranges::sort(out, {}, &Role::display_name);
  return out;
}

std::optional<Role> Directory::find_role(const RoleId& id) const {
  if (const Role* role = impl_->find_system_role(id.value)) return *role;
  auto found = read_own_role(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

std::optional<Role> Directory::find_role_by_name(const AccountId& account,
                                                 std::string_view name) const {
  if (const Role* role = impl_->find_system_role_by_name(name)) return *role;
  if (!is_well_formed_id(account.value) || !keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  auto id = snapshot->get(keys::role_name(account, name));
  if (!id) id = snapshot->get(keys::role_internal_name(account, name));
  if (!id) return std::nullopt;
  auto found = read<Role>(*snapshot, keys::role(account, RoleId(id->value)));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<Role> Directory::update_role(const RoleId& id, const Role& given) {
  if (impl_->find_system_role(id.value) != nullptr)
    return fail(Code::Denied, "a system role cannot be changed");
  bool lessens = false;
  auto updated = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Role> {
    auto found = read_own_role(snapshot, id);
    if (!found) return not_found("role", id.value);
    const Role before = found->value;
    Role& role = found->value;
    if (given.display_name != before.display_name) {
      if (is_system_name(*impl_, given.display_name)) return taken("role", given.display_name);
      auto moved = rename_index(snapshot, tx, keys::role_name(role.account, before.display_name),
                                keys::role_name(role.account, given.display_name), id.value, "role",
                                given.display_name);
      if (!moved) return error_of(moved);
    }
    role = given;
    role.id = before.id;
    role.account = before.account;
    role.name = before.name;
    role.created = before.created;
    role.updated = impl_->clock.now();
    lessens = role.policy != before.policy || role.type != before.type;
    if (lessens) owe(tx, Debt::RoleHolders, id.value, role.account);
    rewrite(tx, keys::role(role.account, id), found->modified, role);
    return role;
  });
  if (!updated || !lessens) return updated;
  auto paid = pay(*impl_, Debt::RoleHolders, id.value);
  if (!paid) return error_of(paid);
  return updated;
}

Result<> Directory::delete_role(const RoleId& id) {
  if (impl_->find_system_role(id.value) != nullptr)
    return fail(Code::Denied, "a system role cannot be deleted");
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_own_role(snapshot, id);
    if (!found) return not_found("role", id.value);
    const Role& role = found->value;
    const auto granted = keys::grants_by_role(role.account, id);
    if (!snapshot.range(granted, store::prefix_end(granted), 1).entries.empty()) {
      return fail(Code::Conflict,
                  "the role " + in_quotes(role.display_name) + " is granted; revoke it first");
    }
    const auto stamp = keys::role_stamp(role.account, id);
    if (const auto entry = snapshot.get(stamp)) {
      tx.require_revision(stamp, entry->modified).erase(stamp);
    } else {
      tx.require_absent(stamp);
    }
    tx.require_revision(keys::role(role.account, id), found->modified)
        .erase(keys::role(role.account, id));
    tx.erase(keys::role_name(role.account, role.display_name));
    tx.erase(keys::role_internal_name(role.account, role.name)).erase(keys::home(id));
    return {};
  });
}

}  // namespace jianmen::directory
