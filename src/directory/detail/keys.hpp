#pragma once
// Every key that the directory keeps in the store, in one place. Ids are fixed text without '/', a
// name stands only at the end of a key. Values are records of codec.hpp, but for index keys, whose
// value is the id they lead to.
//
//   x/<account>                record            xn/<account name>        → account
//   xu|xg|xp|xr|xy/<id>        → account, of a user, group, project, role, agency
//   a/<account>/u/<user>       record with its groups and keys: one value, so that one condition
//   guards them all a/<account>/g|p|r|y/<id>   records           a/<account>/un|gn|pn|rn|yn/<name>
//   → id a/<account>/ri/<internal role name> → id     a/<account>/rc           counter of those
//   names a/<account>/rs/<role>      touched by every grant of the role, so that its deletion can
//   see a grant that races a/<account>/m/<group>/<user> a/<account>/o/<holder>/<scope>/<role>
//   grants; a/<account>/or/<role>/… and op/<project>/… lead back k/<AK>                     record
//   t/<audit id>, te/<expiry>/<audit id>  tokens taken back z/<kind>/<id>              debts
//   (debts.hpp)

#include <array>
#include <string>
#include <string_view>

#include "identity/entities.hpp"

namespace jianmen::directory::detail::keys {

using namespace identity;

// The prefixes of all keys below.
constexpr std::array<std::string_view, 12> kShelves = {"a/",  "k/",  "t/",  "te/", "x/",  "xg/",
                                                       "xn/", "xp/", "xr/", "xu/", "xy/", "z/"};

// Names and ids from outside that could not stand in a key are never looked up.
bool fits_name(std::string_view name);

std::string account(const AccountId& id);
std::string account_name(std::string_view name);
std::string all_accounts();
std::string inside(const AccountId& account);  // prefix of all that the account owns

std::string home(const UserId& id);
std::string home(const GroupId& id);
std::string home(const ProjectId& id);
std::string home(const RoleId& id);
std::string home(const AgencyId& id);

std::string user(const AccountId& account, const UserId& id);
std::string user_name(const AccountId& account, std::string_view name);
std::string all_users(const AccountId& account);

std::string group(const AccountId& account, const GroupId& id);
std::string group_name(const AccountId& account, std::string_view name);
std::string all_groups(const AccountId& account);
std::string member(const AccountId& account, const GroupId& group, const UserId& user);
std::string all_members(const AccountId& account, const GroupId& group);

std::string project(const AccountId& account, const ProjectId& id);
std::string project_name(const AccountId& account, std::string_view name);
std::string all_projects(const AccountId& account);

std::string role(const AccountId& account, const RoleId& id);
std::string role_name(const AccountId& account, std::string_view display_name);
std::string role_internal_name(const AccountId& account, std::string_view name);
std::string role_counter(const AccountId& account);
std::string role_stamp(const AccountId& account, const RoleId& id);
std::string all_roles(const AccountId& account);

std::string agency(const AccountId& account, const AgencyId& id);
std::string agency_name(const AccountId& account, std::string_view name);
std::string all_agencies(const AccountId& account);

std::string grant(const Grant& grant);
std::string grant_by_role(const Grant& grant);
std::string grant_by_project(const Grant& grant);  // for GrantScope::Project
std::string all_grants(const AccountId& account);
std::string grants_of(const AccountId& account, Grant::Holder holder, std::string_view holder_id);
std::string grants_of(const AccountId& account, Grant::Holder holder, std::string_view holder_id,
                      GrantScope scope, const ProjectId& project);
std::string grants_by_role(const AccountId& account, const RoleId& role);
std::string grants_by_project(const AccountId& account, const ProjectId& project);

std::string access_key(const AccessKeyId& id);

std::string revocation(std::string_view audit_id);
std::string revocation_expiry(Time until, std::string_view audit_id);
std::string all_revocation_expiries();

std::string debt(char kind, std::string_view id);
std::string all_debts();

}  // namespace jianmen::directory::detail::keys
