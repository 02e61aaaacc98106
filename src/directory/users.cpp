#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

User make_user(const NewUser& from, const AccountId& account, const UserId& id, Time now) {
  User user;
  user.id = id;
  user.account = account;
  user.name = from.name;
  user.enabled = from.enabled;
  user.root = from.root;
  user.description = from.description;
  user.email = from.email;
  user.areacode = from.areacode;
  user.phone = from.phone;
  user.xuser_id = from.xuser_id;
  user.xuser_type = from.xuser_type;
  user.access_mode = from.access_mode;
  user.password_hash = from.password_hash;
  user.must_change_password = from.must_change_password;
  user.password_strength = from.password_strength;
  user.created = now;
  return user;
}

template <class T>
bool assign(T& to, const std::optional<T>& from) {
  if (!from || to == *from) return false;
  to = *from;
  return true;
}

// What tokens rely on: what of it the change takes away. Empty: nothing.
std::string_view what_is_taken(const User& before, const User& after) {
  if (before.enabled && !after.enabled) return "user_disabled";
  if (before.password_hash != after.password_hash) return "password_changed";
  const bool narrower =
      before.access_mode != after.access_mode && after.access_mode != AccessMode::Default;
  return narrower ? "access_changed" : "";
}

// True when anything changed.
bool apply(User& user, const UserChange& change) {
  bool changed = assign(user.name, change.name);
  changed |= assign(user.password_hash, change.password_hash);
  changed |= assign(user.password_strength, change.password_strength);
  changed |= assign(user.description, change.description);
  changed |= assign(user.email, change.email);
  changed |= assign(user.areacode, change.areacode);
  changed |= assign(user.phone, change.phone);
  changed |= assign(user.xuser_id, change.xuser_id);
  changed |= assign(user.xuser_type, change.xuser_type);
  changed |= assign(user.enabled, change.enabled);
  changed |= assign(user.must_change_password, change.must_change_password);
  changed |= assign(user.access_mode, change.access_mode);
  if (change.last_login && user.last_login != change.last_login) {
    user.last_login = change.last_login;
    changed = true;
  }
  return changed;
}

}  // namespace

namespace detail {

Result<User> add_user(const Snapshot& snapshot, Transaction& tx, const AccountId& account,
                      const NewUser& from, const UserId& id, std::vector<GroupId> groups,
                      Time now) {
  auto fine = check_name("user", from.name);
  if (!fine) return error_of(fine);
  const auto by_name = keys::user_name(account, from.name);
  if (snapshot.get(by_name)) return taken("user", from.name);
  if (snapshot.get(keys::home(id))) return taken("user id", id.value);
  UserRecord record;
  record.user = make_user(from, account, id, now);
  record.groups = std::move(groups);
  // An id that a fixture brings may have been another life's: the store's revision is above every
  // epoch of then, as each raise was a commit.
  record.user.epoch = static_cast<std::uint64_t>(snapshot.revision());
  tx.require_absent(by_name).require_absent(keys::home(id));
  tx.put(keys::user(account, id), encode(record))
      .put(by_name, id.value)
      .put(keys::home(id), account.value);
  return std::move(record.user);
}

}  // namespace detail

Result<User> Directory::create_user(const AccountId& account, const NewUser& user) {
  auto id = choose_id(user.id, impl_->random);
  if (!id) return error_of(id);
  if (user.root) return fail(Code::Denied, "the root user is made with its account");
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<User> {
    if (!snapshot.get(keys::account(account))) return not_found("account", account.value);
    tx.require_exists(keys::account(account));
    return add_user(snapshot, tx, account, user, *id, {}, impl_->clock.now());
  });
}

std::vector<User> Directory::list_users(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  std::vector<User> out;
  for (auto& record : read_all<UserRecord>(*impl_->store.snapshot(), keys::all_users(account))) {
    out.push_back(std::move(record.user));
  }
  std::ranges::sort(out, {}, &User::name);
  return out;
}

std::optional<User> Directory::find_user(const UserId& id) const {
  auto found = read_user(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value.user)) : std::nullopt;
}

std::optional<User> Directory::find_user_by_name(const AccountId& account,
                                                 std::string_view name) const {
  if (!is_well_formed_id(account.value) || !keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  const auto id = snapshot->get(keys::user_name(account, name));
  if (!id) return std::nullopt;
  auto found = read<UserRecord>(*snapshot, keys::user(account, UserId(id->value)));
  return found ? std::optional(std::move(found->value.user)) : std::nullopt;
}

std::optional<TokenLoss> Directory::find_token_loss(const UserId& id) const {
  const auto found = read_user(*impl_->store.snapshot(), id);
  if (!found || found->value.loss.empty()) return std::nullopt;
  return TokenLoss{found->value.loss, found->value.lost};
}

Result<User> Directory::update_user(const UserId& id, const UserChange& change) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<User> {
    auto found = read_user(snapshot, id);
    if (!found) return not_found("user", id.value);
    User& user = found->value.user;
    User before = user;
    if (!apply(user, change)) return before;
    if (user.root && !user.enabled) return fail(Code::Denied, "the root user cannot be disabled");
    if (user.name != before.name) {
      if (user.root) return fail(Code::Denied, "the root user has the name of its account");
      auto moved =
          rename_index(snapshot, tx, keys::user_name(user.account, before.name),
                       keys::user_name(user.account, user.name), id.value, "user", user.name);
      if (!moved) return error_of(moved);
    }
    if (const auto loss = what_is_taken(before, user); !loss.empty())
      found->value.take_away(loss, impl_->clock.now());
    rewrite(tx, keys::user(user.account, id), found->modified, found->value);
    return user;
  });
}

Result<> Directory::delete_user(const UserId& id) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_user(snapshot, id);
    if (!found) return not_found("user", id.value);
    const User& user = found->value.user;
    if (user.root) return fail(Code::Denied, "the root user is deleted with its account");
    tx.require_revision(keys::user(user.account, id), found->modified);
    tx.erase(keys::user(user.account, id))
        .erase(keys::user_name(user.account, user.name))
        .erase(keys::home(id));
    for (const auto& key : found->value.keys) tx.erase(keys::access_key(key));
    for (const auto& group : found->value.groups) tx.erase(keys::member(user.account, group, id));
    return {};
  });
}

}  // namespace jianmen::directory
