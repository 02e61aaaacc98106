// /v3/users and /v3.0/OS-USER/users: the same users, seen the OpenStack way and with mail, phone
// and access mode.

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "crypto/password.hpp"
#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/user_rules.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using directory::NewUser;
using directory::UserChange;
using identity::User;

namespace {

constexpr std::string_view kWrongPassword = "The username or password is wrong.";

std::optional<base::Secret> password_of(const json::value& given,
                                        std::string_view key = "password") {
  const auto text = base::find_string(given, key);
  return text && !text->empty() ? std::optional(base::Secret(std::string(*text))) : std::nullopt;
}

struct HashedPassword {
  std::string hash, strength;
};

// A new password, judged and hashed; `before` is the user that has another one now.
std::expected<HashedPassword, Fault> hash_new(const Dependencies& with, const Call& call,
                                              const base::Secret& password,
                                              std::string_view user_name, const User* before) {
  auto strength = password_strength(password, user_name);
  if (!strength) return told(call, UserProblem::WeakPassword);
  if (before && crypto::verify_password(password, before->password_hash)) {
    return told(call, UserProblem::SamePassword);
  }
  auto hash = crypto::hash_password(password, with.random, with.settings.password_cost);
  if (!hash) return fault(hash.error());
  return HashedPassword{std::move(*hash), std::string(*strength)};
}

NewUser described_user(const json::value& given) {
  NewUser user;
  user.name = base::string_or(given, "name", "");
  user.enabled = base::find_bool(given, "enabled").value_or(true);
  user.description = base::string_or(given, "description", "");
  user.email = base::string_or(given, "email", "");
  user.areacode = base::string_or(given, "areacode", "");
  user.phone = base::string_or(given, "phone", "");
  user.xuser_id = base::string_or(given, "xuser_id", "");
  user.xuser_type = base::string_or(given, "xuser_type", "");
  user.access_mode = access_mode_of(given).value_or(identity::AccessMode::Default);
  return user;
}

std::expected<User, Fault> make_user(const Dependencies& with, const Call& call) {
  const auto& given = call.body.at("user");
  if (auto own = check_account(call, base::find_string(given, "domain_id")); !own) {
    return std::unexpected(own.error());
  }
  if (!base::find_string(given, "name")) return told(call, UserProblem::Missing);
  if (const auto problem = find_problem(given, nullptr)) return told(call, *problem);
  NewUser user = described_user(given);
  const auto& account = call.principal->account;
  const auto others = with.directory.list_users(account);
  if (const auto taken = find_taken(given, others, nullptr)) return told(call, *taken, user.name);
  if (others.size() >= kMaxUsers) return told(call, UserProblem::TooMany);
  if (const auto password = password_of(given)) {
    auto hashed = hash_new(with, call, *password, user.name, nullptr);
    if (!hashed) return std::unexpected(std::move(hashed.error()));
    user.password_hash = std::move(hashed->hash);
    user.password_strength = std::move(hashed->strength);
    user.must_change_password = base::find_bool(given, "pwd_status").value_or(true);
  }
  auto created = with.directory.create_user(account, user);
  if (created) return std::move(*created);
  if (created.error().code == base::Code::Conflict)
    return told(call, UserProblem::NameTaken, user.name);
  return write_fault(call, "user", user.name, created.error());
}

std::expected<User, Fault> change_user(const Dependencies& with, const Call& call) {
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return user;
  const auto& given = call.body.at("user");
  if (auto own = check_account(call, base::find_string(given, "domain_id")); !own) {
    return std::unexpected(own.error());
  }
  if (auto fine = check_not_anothers_root(call, *user); !fine) return std::unexpected(fine.error());
  if (const auto problem = find_problem(given, &*user)) return told(call, *problem);
  UserChange change;
  change.name = text_of(given, "name");
  if (const auto taken = find_taken(given, with.directory.list_users(user->account), &*user)) {
    return told(call, *taken, change.name.value_or(""));
  }
  change.enabled = base::find_bool(given, "enabled");
  change.description = text_of(given, "description");
  change.must_change_password = base::find_bool(given, "pwd_status");
  if (call.operation.family == "iam") {
    change.email = text_of(given, "email");
    change.areacode = text_of(given, "areacode");
    change.phone = text_of(given, "phone");
    change.xuser_id = text_of(given, "xuser_id");
    change.xuser_type = text_of(given, "xuser_type");
    change.access_mode = access_mode_of(given);
  }
  if (const auto password = password_of(given)) {
    auto hashed = hash_new(with, call, *password, change.name.value_or(user->name), &*user);
    if (!hashed) return std::unexpected(std::move(hashed.error()));
    change.password_hash = std::move(hashed->hash);
    change.password_strength = std::move(hashed->strength);
  }
  auto changed = with.directory.update_user(user->id, change);
  if (changed) return std::move(*changed);
  if (changed.error().code == base::Code::Conflict) {
    return told(call, UserProblem::NameTaken, change.name.value_or(""));
  }
  return write_fault(call, "user", user->id.value, changed.error());
}

Outcome user_reply(std::expected<User, Fault> user, json::object (*form)(const Call&, const User&),
                   const Call& call) {
  if (!user) return std::unexpected(std::move(user.error()));
  return Reply(json::object{{"user", form(call, *user)}});
}

json::object keystone_full(const Call& call, const User& user) {
  return keystone_user(call, user, LinkForm::Full);
}
json::object keystone_self(const Call& call, const User& user) {
  return keystone_user(call, user, LinkForm::Self);
}

Outcome create_keystone_user(const Dependencies& with, const Call& call) {
  return user_reply(make_user(with, call), keystone_self, call);
}
Outcome create_user(const Dependencies& with, const Call& call) {
  return user_reply(make_user(with, call), created_user, call);
}
Outcome update_keystone_user(const Dependencies& with, const Call& call) {
  return user_reply(change_user(with, call), keystone_self, call);
}
Outcome update_user(const Dependencies& with, const Call& call) {
  return user_reply(change_user(with, call), created_user, call);
}
Outcome show_keystone_user(const Dependencies& with, const Call& call) {
  return user_reply(own_user(with, call, call.path("user_id")), keystone_full, call);
}
Outcome show_user(const Dependencies& with, const Call& call) {
  return user_reply(own_user(with, call, call.path("user_id")), shown_user, call);
}

// password_expires_at=<operator>:<time>. No password expires here, so that a good filter holds
// nobody.
std::expected<void, Fault> check_expiry_filter(const Call& call, std::string_view filter) {
  static constexpr std::array<std::string_view, 6> kOperators{"lt",  "lte", "gt",
                                                              "gte", "eq",  "neq"};
  const auto colon = filter.find(':');
  const auto known = std::ranges::find(kOperators, filter.substr(0, colon)) != kOperators.end();
  const bool fine =
      colon != std::string_view::npos && known && base::parse_iso(filter.substr(colon + 1));
  if (!fine) return invalid_field(call, "password_expires_at", filter);
  return {};
}

Outcome list_users(const Dependencies& with, const Call& call) {
  if (auto own = check_account(call, call.query("domain_id")); !own)
    return std::unexpected(own.error());
  const auto name = call.query("name");
  const auto enabled = call.query("enabled");
  const auto expiry = call.query("password_expires_at");
  if (expiry) {
    if (auto fine = check_expiry_filter(call, *expiry); !fine) return std::unexpected(fine.error());
  }
  json::array users;
  for (const auto& user : with.directory.list_users(call.principal->account)) {
    if (expiry || (name && user.name != *name)) continue;
    if (enabled && user.enabled != base::equals_ignore_case(*enabled, "true")) continue;
    users.emplace_back(keystone_full(call, user));
  }
  return Reply(json::object{{"users", std::move(users)},
                            {"links", links_to(call, "/v3/users", LinkForm::Full)}});
}

Outcome delete_user(const Dependencies& with, const Call& call) {
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(std::move(user.error()));
  if (user->root) return told(call, UserProblem::Root);
  auto deleted = with.directory.delete_user(user->id);
  if (!deleted) return write_fault(call, "user", user->id.value, deleted.error());
  return Reply::empty();
}

// Wrong old passwords in a row lock this way, so that a stolen token does not help to guess.
std::string lock_of(const User& user) { return "password/" + user.id.value; }

Outcome change_own_password(const Dependencies& with, const Call& call) {
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(std::move(user.error()));
  const auto& given = call.body.at("user");
  const auto old = password_of(given, "original_password");
  const auto password = password_of(given);
  if (!password) return told(call, UserProblem::WeakPassword);
  if (with.lockouts.is_locked(lock_of(*user), call.now)) {
    return fault(FaultKind::Unauthenticated, {}, "Account locked.");
  }
  if (!old || !crypto::verify_password(*old, user->password_hash)) {
    with.lockouts.record_failure(lock_of(*user), call.now);
    auto wrong = fault(FaultKind::Unauthenticated, {}, std::string(kWrongPassword));
    wrong.error().refusal = identity::Refusal{identity::Cause::LoginWrongCredentials, {}};
    return wrong;
  }
  with.lockouts.record_success(lock_of(*user));
  auto hashed = hash_new(with, call, *password, user->name, &*user);
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  UserChange change;
  change.password_hash = std::move(hashed->hash);
  change.password_strength = std::move(hashed->strength);
  change.must_change_password = false;
  auto changed = with.directory.update_user(user->id, change);
  if (!changed) return write_fault(call, "user", user->id.value, changed.error());
  return Reply::empty();
}

// mobile comes as "0086-13800138000".
std::expected<json::object, Fault> contacts_of(const Call& call, const json::value& given) {
  json::object contacts;
  if (const auto email = base::find_string(given, "email")) contacts["email"] = *email;
  if (const auto mobile = base::find_string(given, "mobile")) {
    const auto dash = mobile->find('-');
    if (!mobile->empty() && dash == std::string_view::npos)
      return told(call, UserProblem::PhoneHalf);
    contacts["areacode"] = mobile->empty() ? std::string_view() : mobile->substr(0, dash);
    contacts["phone"] = mobile->empty() ? std::string_view() : mobile->substr(dash + 1);
  }
  return contacts;
}

Outcome change_own_contacts(const Dependencies& with, const Call& call) {
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(std::move(user.error()));
  auto contacts = contacts_of(call, call.body.at("user"));
  if (!contacts) return std::unexpected(std::move(contacts.error()));
  const json::value given(std::move(*contacts));
  if (const auto problem = find_problem(given, &*user)) return told(call, *problem);
  if (const auto taken = find_taken(given, with.directory.list_users(user->account), &*user)) {
    return told(call, *taken);
  }
  UserChange change;
  change.email = text_of(given, "email");
  change.areacode = text_of(given, "areacode");
  change.phone = text_of(given, "phone");
  auto changed = with.directory.update_user(user->id, change);
  if (!changed) return write_fault(call, "user", user->id.value, changed.error());
  return Reply::empty();
}

}  // namespace

void add_users(Functions& functions, const Dependencies& with) {
  add(functions, with, "KeystoneListUsers", Runs::OnLoop, list_users);
  add(functions, with, "KeystoneCreateUser", Runs::OnHashingPool, create_keystone_user);
  add(functions, with, "KeystoneShowUser", Runs::OnLoop, show_keystone_user);
  add(functions, with, "KeystoneUpdateUserByAdmin", Runs::OnHashingPool, update_keystone_user);
  add(functions, with, "KeystoneDeleteUser", Runs::OnPool, delete_user);
  add(functions, with, "KeystoneUpdateUserPassword", Runs::OnHashingPool, change_own_password);
  add(functions, with, "CreateUser", Runs::OnHashingPool, create_user);
  add(functions, with, "ShowUser", Runs::OnLoop, show_user);
  add(functions, with, "UpdateUser", Runs::OnHashingPool, update_user);
  add(functions, with, "UpdateUserInformation", Runs::OnPool, change_own_contacts);
}

}  // namespace jianmen::services::iam
