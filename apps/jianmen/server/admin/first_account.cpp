#include "server/admin/first_account.hpp"

#include <algorithm>

#include "crypto/password.hpp"
#include "services/iam/iam.hpp"

namespace jianmen::app::admin {

using base::error_of;

std::string make_password(base::Random& random) {
  constexpr std::string_view kLower = "abcdefghijkmnopqrstuvwxyz",
                             kUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ", kDigits = "23456789",
                             kMarks = "@%-_=+";
  // Drawn anew until every kind is in it: no place of the text is special.
  for (;;) {
    auto text = base::make_text(random, 20,
                                "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789@%-_=+");
    const auto has = [&](std::string_view kind) {
      return text.find_first_of(kind) != std::string::npos;
    };
    if (has(kLower) && has(kUpper) && has(kDigits) && has(kMarks)) return text;
  }
}

base::Result<> check_password(const std::string& password, std::string_view user) {
  if (services::iam::is_strong_password(base::Secret(password), user)) return {};
  return base::fail(base::Code::InvalidArgument,
                    "the password is weak: 8 to 32 visible characters of at least two kinds "
                    "(upper case, lower case, digits, marks), not the user's name nor its reverse");
}

base::Result<base::json::object> create_account(Installation& installation, std::string_view name,
                                                std::string password) {
  auto& directory = installation.directory();
  const bool made = password.empty();
  if (made) password = make_password(installation.random());
  if (auto fine = check_password(password, name); !fine) return error_of(fine);
  auto hash = crypto::hash_password(base::Secret(password), installation.random(),
                                    installation.iam_settings().password_cost);
  if (!hash) return error_of(hash);
  auto account =
      directory.create_account(name, std::nullopt, {.password_hash = *hash, .root = true});
  if (!account) return error_of(account);
  const auto user = directory.find_user_by_name(account->id, account->name);
  if (!user) return base::fail(base::Code::Internal, "the account has no root user");
  auto key = directory.create_access_key(user->id, "");
  if (!key) return error_of(key);
  base::json::object out{
      {"account", account->name}, {"id", account->id.value}, {"user", user->name}};
  if (made) out["password"] = password;
  out["ak"] = key->id.value;
  out["sk"] = key->secret.reveal();
  return out;
}

base::Result<base::json::object> create_first_account(Installation& installation,
                                                      std::string_view name) {
  const auto accounts = installation.directory().list_accounts();
  if (!accounts.empty()) {
    return base::fail(base::Code::Conflict, "there is an account already (" +
                                                accounts.front().name +
                                                "); more: jianmen admin account create NAME");
  }
  return create_account(installation, name, "");
}

}  // namespace jianmen::app::admin
