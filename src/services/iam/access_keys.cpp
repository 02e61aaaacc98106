// Permanent access keys: /v3.0/OS-CREDENTIAL/credentials. The SK is told once, when the key is
// made.

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::AccessKey;
using identity::Principal;
using identity::User;

namespace {

constexpr std::size_t kMaxDescription = 255;

struct KeyAndOwner {
  AccessKey key;
  User owner;
};

std::expected<KeyAndOwner, Fault> named_key(const Dependencies& with, const Call& call) {
  const auto id = call.path("access_key");
  auto key = with.directory.find_access_key(identity::AccessKeyId(id));
  if (!key || key->account != call.principal->account) return not_found(call, "credential", id);
  auto owner = own_user(with, call, key->user.value);
  if (!owner) return not_found(call, "credential", id);
  return KeyAndOwner{std::move(*key), std::move(*owner)};
}

std::expected<void, Fault> check_description(const Call& call,
                                             std::optional<std::string_view> text) {
  if (text && !is_text_of(*text, 0, kMaxDescription))
    return invalid_field(call, "description", *text);
  return {};
}

Outcome list_keys(const Dependencies& with, const Call& call) {
  const auto named = call.query("user_id");
  if (!named && call.principal->kind == Principal::Kind::Agency) {
    return Reply(json::object{{"credentials", json::array{}}});
  }
  auto user = own_user(with, call, named.value_or(call.principal->id));
  if (!user) return std::unexpected(std::move(user.error()));
  json::array keys;
  for (const auto& key : with.directory.list_access_keys(user->id))
    keys.emplace_back(access_key_json(key));
  return Reply(json::object{{"credentials", std::move(keys)}});
}

Outcome create_key(const Dependencies& with, const Call& call) {
  // A permanent key outlives and outreaches the temporary one that would make it.
  if (call.principal->credential == identity::CredentialKind::TemporaryKey) {
    return forbidden("A temporary access key cannot make a permanent one.");
  }
  const auto& given = call.body.at("credential");
  const std::string user_id = base::string_or(given, "user_id", "");
  auto user = own_user(with, call, user_id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (auto fine = check_not_anothers_root(call, *user); !fine) return std::unexpected(fine.error());
  const std::string description = base::string_or(given, "description", "");
  if (auto fine = check_description(call, description); !fine) return std::unexpected(fine.error());
  auto made = with.directory.create_access_key(user->id, description);
  if (!made) {
    if (made.error().code == base::Code::TooLarge)
      return fault(FaultKind::Quota, {}, "akSkNumExceed", 400);
    return write_fault(call, "user", user_id, made.error());
  }
  auto key = with.directory.find_access_key(made->id);
  if (!key) return not_found(call, "credential", made->id.value);  // deleted meanwhile
  json::object credential = access_key_json(*key);
  credential["secret"] = made->secret.reveal();
  return Reply(json::object{{"credential", std::move(credential)}});
}

Outcome show_key(const Dependencies& with, const Call& call) {
  auto named = named_key(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  json::object credential = access_key_json(named->key);
  credential["last_use_time"] = "";  // the use of keys is not recorded
  return Reply(json::object{{"credential", std::move(credential)}});
}

Outcome update_key(const Dependencies& with, const Call& call) {
  auto named = named_key(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  if (auto fine = check_not_anothers_root(call, named->owner); !fine)
    return std::unexpected(fine.error());
  const auto& given = call.body.at("credential");
  const auto status = base::find_string(given, "status");
  if (status && *status != "active" && *status != "inactive")
    return invalid_field(call, "status", *status);
  if (auto fine = check_description(call, base::find_string(given, "description")); !fine) {
    return std::unexpected(fine.error());
  }
  const auto active = status ? std::optional(*status == "active") : std::nullopt;
  auto key = with.directory.update_access_key(named->key.id, active, text_of(given, "description"));
  if (!key) return write_fault(call, "credential", named->key.id.value, key.error());
  return Reply(json::object{{"credential", access_key_json(*key)}});
}

Outcome delete_key(const Dependencies& with, const Call& call) {
  auto named = named_key(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  if (auto fine = check_not_anothers_root(call, named->owner); !fine)
    return std::unexpected(fine.error());
  auto deleted = with.directory.delete_access_key(named->key.id);
  if (!deleted) return write_fault(call, "credential", named->key.id.value, deleted.error());
  return Reply::empty();
}

}  // namespace

void add_access_keys(Functions& functions, const Dependencies& with) {
  add(functions, with, "ListPermanentAccessKeys", Runs::OnLoop, list_keys);
  add(functions, with, "CreatePermanentAccessKey", Runs::OnPool, create_key);
  add(functions, with, "ShowPermanentAccessKey", Runs::OnLoop, show_key);
  add(functions, with, "UpdatePermanentAccessKey", Runs::OnPool, update_key);
  add(functions, with, "DeletePermanentAccessKey", Runs::OnPool, delete_key);
}

}  // namespace jianmen::services::iam
