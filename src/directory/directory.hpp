#pragma once
// Accounts, users, groups, projects, roles, grants, keys and agencies as typed queries and
// transactions over the store. Every change of one call is one transaction; names are unique
// through index keys in the same transaction. Keys of the store (fixed-width ids, no text of a user
// before the account):
//   x/<account>  xn/<account name>  a/<account>/u/<user>  a/<account>/un/<name>
//   a/<account>/g/<group> … k/<AK>
// All of them are written in detail/keys.hpp. Names compare exactly. What is too big for one
// transaction (members of a group, a whole account) is taken away first and noted as a debt in the
// same transaction; the debt is paid before the call returns, or by the next start after a crash
// (detail/debts.hpp).
//
// Thread safety: all functions from any thread. Reads take their own short snapshot (≈ µs). Writes
// block until durable: call them through net::BlockingPool from a loop.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "catalog/catalog.hpp"
#include "crypto/vault.hpp"
#include "identity/entities.hpp"
#include "store/store.hpp"

namespace jianmen::directory {

using base::Result;
using namespace identity;  // the nouns are this folder's vocabulary

// Every member has an initializer, so that callers name only those they mean: {.name = "alice"}.
struct NewUser {
  std::string name = {};
  std::string password_hash = {};  // argon2id PHC; empty: none
  std::optional<UserId> id = {};   // fixtures bring their own
  bool enabled = true;
  bool root = false;
  bool must_change_password = false;
  std::string description = {}, email = {}, areacode = {}, phone = {};
  std::string xuser_id = {}, xuser_type = {}, password_strength = {};
  AccessMode access_mode = AccessMode::Default;
};

// Set members are written, the others stay. Taking something away (enabled → false, a new password,
// a narrower access mode) raises the user's epoch in the same transaction.
struct UserChange {
  std::optional<std::string> name = {}, password_hash = {}, password_strength = {};
  std::optional<std::string> description = {}, email = {}, areacode = {}, phone = {};
  std::optional<std::string> xuser_id = {}, xuser_type = {};
  std::optional<bool> enabled = {}, must_change_password = {};
  std::optional<AccessMode> access_mode = {};
  std::optional<Time> last_login = {};
};

struct NewAccessKey {
  AccessKeyId id;
  base::Secret secret;
};

// Ids that a fixture or an import brings for what create_account makes by itself.
struct GivenIds {
  std::map<std::string, ProjectId, std::less<>> projects;  // by region
  std::optional<GroupId> admin_group;
};

constexpr std::size_t kMaxGroupsOfUser = 10;
constexpr std::size_t kMaxAccessKeysOfUser = 2;

// A change that raised a user's epoch, kept with it in the same transaction.
struct TokenLoss {
  // password_changed, user_disabled, access_changed, key_disabled, key_deleted, member_removed,
  // group_deleted, grant_revoked, role_changed, project_deleted
  std::string change;
  Time time{};
};

class Directory {
 public:
  Directory(store::Store& store, const catalog::Catalog& catalog, const crypto::Vault& vault,
            const base::Clock& clock, base::Random& random);
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // Rises with every committed change of this directory (not of services' data): caches compare it,
  // one atomic load.
  std::uint64_t generation() const;
  const catalog::Catalog& catalog() const;

  // --- accounts. create_account also makes the root user of the same name, the group "admin" with
  // Tenant Administrator, Security Administrator and Agent Operator on the domain and all projects,
  // the root user's membership in it, and a project for every region of the catalogue. Conflict
  // when a name or a given id is taken. An empty root.name stands for the account's name.
  Result<Account> create_account(std::string_view name, std::optional<AccountId> id,
                                 const NewUser& root, const GivenIds& given = {});
  std::vector<Account> list_accounts() const;
  std::optional<Account> find_account(const AccountId& id) const;
  std::optional<Account> find_account_by_name(std::string_view name) const;
  Result<> set_account_enabled(const AccountId& id, bool enabled);
  Result<> delete_account(const AccountId& id);

  // --- users. The root user keeps its name, cannot be disabled, deleted, or leave the group
  // "admin".
  Result<User> create_user(const AccountId& account, const NewUser& user);
  std::vector<User> list_users(const AccountId& account) const;
  std::optional<User> find_user(const UserId& id) const;  // over all accounts; compare .account
  std::optional<User> find_user_by_name(const AccountId& account, std::string_view name) const;
  Result<User> update_user(const UserId& id, const UserChange& change);
  Result<> delete_user(
      const UserId& id);  // with its keys and memberships; Denied for the root user
  // What was last taken away from a user, which its older tokens relied on. nullopt: nothing yet.
  std::optional<TokenLoss> find_token_loss(const UserId& id) const;

  // --- groups and membership. Removing a member or a group raises the epochs of those who lose
  // something.
  Result<Group> create_group(const AccountId& account, std::string_view name,
                             std::string_view description, std::optional<GroupId> id = {});
  std::vector<Group> list_groups(const AccountId& account) const;
  std::optional<Group> find_group(const GroupId& id) const;
  std::optional<Group> find_group_by_name(const AccountId& account, std::string_view name) const;
  Result<Group> update_group(const GroupId& id, std::optional<std::string> name,
                             std::optional<std::string> description);
  Result<> delete_group(const GroupId& id);
  Result<> add_member(const GroupId& group,
                      const UserId& user);  // idempotent; Denied across accounts
  Result<> remove_member(const GroupId& group, const UserId& user);  // NotFound when no member
  bool is_member(const GroupId& group, const UserId& user) const;
  std::vector<Group> list_groups_of(const UserId& user) const;
  std::vector<User> list_members(const GroupId& group) const;

  // --- projects
  Result<Project> create_project(const AccountId& account, std::string_view name,
                                 const ProjectId& parent, std::string_view description,
                                 std::optional<ProjectId> id = {});
  std::vector<Project> list_projects(const AccountId& account) const;
  std::optional<Project> find_project(const ProjectId& id) const;
  std::optional<Project> find_project_by_name(const AccountId& account,
                                              std::string_view name) const;
  Result<Project> update_project(const ProjectId& id, std::optional<std::string> name,
                                 std::optional<std::string> description,
                                 std::optional<bool> enabled);
  Result<> delete_project(const ProjectId& id);  // Denied for a region project

  // --- roles and policies: the system's (from the catalogue) and the account's own
  // Name and times are made here, the id too when it is empty. Conflict when the display name is
  // taken, by a system role too.
  Result<Role> create_role(const AccountId& account, const Role& role);
  std::vector<Role> list_roles(const AccountId& account) const;  // the account's own
  std::optional<Role> find_role(const RoleId& id) const;         // system or own; compare .account
  std::optional<Role> find_role_by_name(const AccountId& account,
                                        std::string_view display_or_internal_name) const;
  Result<Role> update_role(const RoleId& id, const Role& role);
  Result<> delete_role(const RoleId& id);  // Conflict while granted

  // --- grants (role × group or agency × scope). grant() is idempotent; revoke() raises the epochs
  // of the holders. InvalidArgument when the role's type does not fit the scope: Domain needs AX or
  // AA, Project XA or AA.
  Result<> grant(const Grant& grant);
  Result<> revoke(const Grant& grant);  // NotFound when it was not granted
  bool is_granted(const Grant& grant) const;
  std::vector<Grant> list_grants(const AccountId& account, Grant::Holder holder,
                                 std::string_view holder_id) const;
  std::vector<Grant> list_grants(const AccountId& account) const;
  // Roles that apply to a user (through all its groups) or an agency in a scope: domain = domain +
  // inherited, project = that project + inherited. Without duplicates.
  std::vector<RoleId> roles_of_user(const User& user, GrantScope scope,
                                    const ProjectId& project) const;
  std::vector<RoleId> roles_of_agency(const Agency& agency, GrantScope scope,
                                      const ProjectId& project) const;

  // --- access keys. The SK is shown once, by create; find gives it back unsealed, for verification
  // alone.
  Result<NewAccessKey> create_access_key(
      const UserId& user, std::string_view description,
      std::optional<NewAccessKey> given = {});  // TooLarge over two keys
  std::vector<AccessKey> list_access_keys(const UserId& user) const;
  std::optional<AccessKey> find_access_key(const AccessKeyId& id) const;
  Result<base::Secret> load_secret(const AccessKey& key) const;
  Result<AccessKey> update_access_key(const AccessKeyId& id, std::optional<bool> active,
                                      std::optional<std::string> description);
  Result<> delete_access_key(const AccessKeyId& id);

  // --- agencies
  Result<Agency> create_agency(const Agency& agency);  // id and time are made here when empty
  std::vector<Agency> list_agencies(const AccountId& account) const;
  std::optional<Agency> find_agency(const AgencyId& id) const;
  std::optional<Agency> find_agency_by_name(const AccountId& account, std::string_view name) const;
  Result<Agency> update_agency(const Agency& agency);
  Result<> delete_agency(const AgencyId& id);

  // --- tokens taken back one by one (DELETE /v3/auth/tokens), by audit id; forgotten after
  // `until`.
  Result<> revoke_token(std::string_view audit_id, base::Time until);
  bool is_token_revoked(std::string_view audit_id) const;

  // --- the whole (admin reset, export/import)
  Result<> clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::directory
