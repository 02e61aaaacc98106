#include <algorithm>

#include "directory/detail/core.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kSecretAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
// Temporary keys start so (authn); a permanent key never does, that neither is taken for the other.
constexpr std::string_view kTemporaryPrefix = "HST";

NewAccessKey make_access_key(base::Random& random) {
  std::string id;
  do {
    id = base::make_text(random, 20, kIdAlphabet);
  } while (id.starts_with(kTemporaryPrefix));
  return {AccessKeyId(std::move(id)), base::Secret(base::make_text(random, 40, kSecretAlphabet))};
}

std::string purpose_of(const AccessKeyId& id) { return "sk/" + id.value; }

std::optional<Found<AccessKey>> read_access_key(const Snapshot& snapshot, const AccessKeyId& id) {
  if (!is_well_formed_id(id.value)) return std::nullopt;
  return read<AccessKey>(snapshot, keys::access_key(id));
}

}  // namespace

Result<NewAccessKey> Directory::create_access_key(const UserId& user, std::string_view description,
                                                  std::optional<NewAccessKey> given) {
  NewAccessKey made = given ? std::move(*given) : make_access_key(impl_->random);
  if (!is_well_formed_id(made.id.value) || made.secret.empty()) {
    return fail(Code::InvalidArgument,
                "an access key is an id of 1 to 64 letters and digits, and a secret");
  }
  AccessKey key;
  key.id = made.id;
  key.user = user;
  key.sealed_secret = impl_->vault.seal(purpose_of(made.id), made.secret);
  key.description = description;
  key.created = impl_->clock.now();
  auto created = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    auto found = read_user(snapshot, user);
    if (!found) return not_found("user", user.value);
    UserRecord& record = found->value;
    if (snapshot.get(keys::access_key(key.id))) return taken("access key", key.id.value);
    if (record.keys.size() >= kMaxAccessKeysOfUser) {
      return fail(Code::TooLarge,
                  "a user has at most " + std::to_string(kMaxAccessKeysOfUser) + " access keys");
    }
    record.keys.push_back(key.id);
    key.account = record.user.account;
    tx.require_absent(keys::access_key(key.id)).put(keys::access_key(key.id), encode(key));
    rewrite(tx, keys::user(key.account, user), found->modified, record);
    return {};
  });
  if (!created) return error_of(created);
  return made;
}

std::vector<AccessKey> Directory::list_access_keys(const UserId& user) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_user(*snapshot, user);
  if (!found) return {};
  std::vector<AccessKey> out;
  for (const auto& id : found->value.keys) {
    if (auto key = read_access_key(*snapshot, id)) out.push_back(std::move(key->value));
  }
  return out;
}

std::optional<AccessKey> Directory::find_access_key(const AccessKeyId& id) const {
  auto found = read_access_key(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<base::Secret> Directory::load_secret(const AccessKey& key) const {
  return impl_->vault.open(purpose_of(key.id), key.sealed_secret);
}

Result<AccessKey> Directory::update_access_key(const AccessKeyId& id, std::optional<bool> active,
                                               std::optional<std::string> description) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<AccessKey> {
    auto found = read_access_key(snapshot, id);
    if (!found) return not_found("access key", id.value);
    AccessKey& key = found->value;
    const bool takes_away = key.active && active == false;
    if (active) key.active = *active;
    if (description) key.description = *description;
    rewrite(tx, keys::access_key(id), found->modified, key);
    if (takes_away) {
      if (auto owner = read_user(snapshot, key.user)) {
        owner->value.take_away("key_disabled", impl_->clock.now());
        rewrite(tx, keys::user(key.account, key.user), owner->modified, owner->value);
      }
    }
    return key;
  });
}

Result<> Directory::delete_access_key(const AccessKeyId& id) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_access_key(snapshot, id);
    if (!found) return not_found("access key", id.value);
    const AccessKey& key = found->value;
    tx.require_revision(keys::access_key(id), found->modified).erase(keys::access_key(id));
    if (auto owner = read_user(snapshot, key.user)) {
      std::erase(owner->value.keys, id);
      owner->value.take_away("key_deleted", impl_->clock.now());
      rewrite(tx, keys::user(key.account, key.user), owner->modified, owner->value);
    }
    return {};
  });
}

}  // namespace jianmen::directory
