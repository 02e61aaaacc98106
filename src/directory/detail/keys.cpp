#include "directory/detail/keys.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/encoding.hpp"

namespace jianmen::directory::detail::keys {

namespace {

std::string join(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  std::string out;
  out.reserve(size);
  for (const auto piece : pieces) out += piece;
  return out;
}

std::string in_account(const AccountId& account, std::string_view shelf, std::string_view name) {
  return join({"a/", account.value, "/", shelf, "/", name});
}

std::string_view letter(Grant::Holder holder) { return holder == Grant::Holder::Group ? "g" : "y"; }

std::string_view letter(GrantScope scope) {
  switch (scope) {
    case GrantScope::Domain:
      return "d";
    case GrantScope::Project:
      return "p";
    case GrantScope::Inherited:
      return "i";
  }
  return "d";
}

// A project's id, or '-' for the scopes that have none, so that every grant's key has the same
// number of pieces.
std::string_view project_piece(GrantScope scope, const ProjectId& project) {
  return scope == GrantScope::Project ? std::string_view(project.value) : "-";
}

}  // namespace

bool fits_name(std::string_view name) {
  constexpr std::size_t kMaxNameBytes = 256;  // 64 characters of four bytes
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !name.empty() && name.size() <= kMaxNameBytes && std::ranges::none_of(name, is_control) &&
         base::is_utf8(name);
}

std::string account(const AccountId& id) { return join({"x/", id.value}); }
std::string account_name(std::string_view name) { return join({"xn/", name}); }
std::string all_accounts() { return "x/"; }
std::string inside(const AccountId& account) { return join({"a/", account.value, "/"}); }

std::string home(const UserId& id) { return join({"xu/", id.value}); }
std::string home(const GroupId& id) { return join({"xg/", id.value}); }
std::string home(const ProjectId& id) { return join({"xp/", id.value}); }
std::string home(const RoleId& id) { return join({"xr/", id.value}); }
std::string home(const AgencyId& id) { return join({"xy/", id.value}); }

std::string user(const AccountId& account, const UserId& id) {
  return in_account(account, "u", id.value);
}
std::string user_name(const AccountId& account, std::string_view name) {
  return in_account(account, "un", name);
}
std::string all_users(const AccountId& account) { return in_account(account, "u", ""); }

std::string group(const AccountId& account, const GroupId& id) {
  return in_account(account, "g", id.value);
}
std::string group_name(const AccountId& account, std::string_view name) {
  return in_account(account, "gn", name);
}
std::string all_groups(const AccountId& account) { return in_account(account, "g", ""); }
std::string member(const AccountId& account, const GroupId& group, const UserId& user) {
  return join({"a/", account.value, "/m/", group.value, "/", user.value});
}
std::string all_members(const AccountId& account, const GroupId& group) {
  return join({"a/", account.value, "/m/", group.value, "/"});
}

std::string project(const AccountId& account, const ProjectId& id) {
  return in_account(account, "p", id.value);
}
std::string project_name(const AccountId& account, std::string_view name) {
  return in_account(account, "pn", name);
}
std::string all_projects(const AccountId& account) { return in_account(account, "p", ""); }

std::string role(const AccountId& account, const RoleId& id) {
  return in_account(account, "r", id.value);
}
std::string role_name(const AccountId& account, std::string_view name) {
  return in_account(account, "rn", name);
}
std::string role_internal_name(const AccountId& account, std::string_view name) {
  return in_account(account, "ri", name);
}
std::string role_counter(const AccountId& account) { return in_account(account, "rc", ""); }
std::string role_stamp(const AccountId& account, const RoleId& id) {
  return in_account(account, "rs", id.value);
}
std::string all_roles(const AccountId& account) { return in_account(account, "r", ""); }

std::string agency(const AccountId& account, const AgencyId& id) {
  return in_account(account, "y", id.value);
}
std::string agency_name(const AccountId& account, std::string_view name) {
  return in_account(account, "yn", name);
}
std::string all_agencies(const AccountId& account) { return in_account(account, "y", ""); }

std::string grant(const Grant& g) {
  return grants_of(g.account, g.holder, g.holder_id, g.scope, g.project) + g.role.value;
}
std::string grant_by_role(const Grant& g) {
  return join({"a/", g.account.value, "/or/", g.role.value, "/", letter(g.holder), "/", g.holder_id,
               "/", letter(g.scope), "/", project_piece(g.scope, g.project)});
}
std::string grant_by_project(const Grant& g) {
  return join({"a/", g.account.value, "/op/", g.project.value, "/", letter(g.holder), "/",
               g.holder_id, "/", g.role.value});
}
std::string all_grants(const AccountId& account) { return in_account(account, "o", ""); }
std::string grants_of(const AccountId& account, Grant::Holder holder, std::string_view holder_id) {
  return join({"a/", account.value, "/o/", letter(holder), "/", holder_id, "/"});
}
std::string grants_of(const AccountId& account, Grant::Holder holder, std::string_view holder_id,
                      GrantScope scope, const ProjectId& project) {
  return join({"a/", account.value, "/o/", letter(holder), "/", holder_id, "/", letter(scope), "/",
               project_piece(scope, project), "/"});
}
std::string grants_by_role(const AccountId& account, const RoleId& role) {
  return join({"a/", account.value, "/or/", role.value, "/"});
}
std::string grants_by_project(const AccountId& account, const ProjectId& project) {
  return join({"a/", account.value, "/op/", project.value, "/"});
}

std::string access_key(const AccessKeyId& id) { return join({"k/", id.value}); }

std::string revocation(std::string_view audit_id) { return join({"t/", audit_id}); }
std::string revocation_expiry(Time until, std::string_view audit_id) {
  const auto us =
      static_cast<std::uint64_t>(std::max<std::int64_t>(until.time_since_epoch().count(), 0));
  std::array<std::uint8_t, 8> big_endian{};
  for (std::size_t i = 0; i < big_endian.size(); ++i) {
    big_endian[i] = static_cast<std::uint8_t>(us >> (8 * (7 - i)));
  }
  return join({"te/", base::to_hex(big_endian), "/", audit_id});
}
std::string all_revocation_expiries() { return "te/"; }

std::string debt(char kind, std::string_view id) {
  return join({"z/", std::string_view(&kind, 1), "/", id});
}
std::string all_debts() { return "z/"; }

}  // namespace jianmen::directory::detail::keys
