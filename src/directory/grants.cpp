#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace detail {

void put_grant(Transaction& tx, const Grant& grant) {
  tx.put(keys::grant(grant), encode_grant(grant)).put(keys::grant_by_role(grant), "");
  if (grant.scope == GrantScope::Project) tx.put(keys::grant_by_project(grant), "");
}

void erase_grant(Transaction& tx, const Grant& grant) {
  tx.erase(keys::grant(grant)).erase(keys::grant_by_role(grant));
  if (grant.scope == GrantScope::Project) tx.erase(keys::grant_by_project(grant));
}

Result<> check_fits(const Role& role, GrantScope scope) {
  const bool fits = (scope == GrantScope::Domain && role.type != RoleType::Project) ||
                    (scope == GrantScope::Project && role.type != RoleType::Domain) ||
                    scope == GrantScope::Inherited;
  if (fits && role.type != RoleType::None) return {};
  const std::string where = scope == GrantScope::Project ? "a project" : "the domain";
  return fail(Code::InvalidArgument,
              "the role " + in_quotes(role.display_name) + " cannot be granted on " + where);
}

}  // namespace detail

namespace {

bool is_well_formed(const Grant& grant) {
  const bool has_project = is_well_formed_id(grant.project.value);
  return is_well_formed_id(grant.account.value) && is_well_formed_id(grant.holder_id) &&
         is_well_formed_id(grant.role.value) &&
         (grant.scope == GrantScope::Project ? has_project : grant.project.empty());
}

Result<> check_well_formed(const Grant& grant) {
  if (is_well_formed(grant)) return {};
  return fail(
      Code::InvalidArgument,
      "a grant names an account, a holder, a role, and a project only when its scope is one");
}

// The holder in the grant's own account, with the condition that it stays.
Result<> require_holder(const Snapshot& snapshot, Transaction& tx, const Grant& grant) {
  const bool is_group = grant.holder == Grant::Holder::Group;
  const auto key = is_group ? keys::group(grant.account, GroupId(grant.holder_id))
                            : keys::agency(grant.account, AgencyId(grant.holder_id));
  if (!snapshot.get(key)) return not_found(is_group ? "group" : "agency", grant.holder_id);
  tx.require_exists(key);
  return {};
}

Result<> require_role(const Core& core, const Snapshot& snapshot, Transaction& tx,
                      const Grant& grant) {
  if (const Role* role = core.find_system_role(grant.role.value))
    return check_fits(*role, grant.scope);
  const auto key = keys::role(grant.account, grant.role);
  const auto found = read<Role>(snapshot, key);
  if (!found) return not_found("role", grant.role.value);
  tx.require_exists(key).put(keys::role_stamp(grant.account, grant.role), "");
  return check_fits(found->value, grant.scope);
}

Result<> require_project(const Snapshot& snapshot, Transaction& tx, const Grant& grant) {
  if (grant.scope != GrantScope::Project) return {};
  const auto key = keys::project(grant.account, grant.project);
  if (!snapshot.get(key)) return not_found("project", grant.project.value);
  tx.require_exists(key);
  return {};
}

std::vector<Grant> read_grants(const Snapshot& snapshot, const std::string& prefix) {
  std::vector<Grant> out;
  for (const auto& entry : snapshot.range(prefix, store::prefix_end(prefix), 0).entries) {
    if (auto grant = decode_grant(entry.key, entry.value)) out.push_back(std::move(*grant));
  }
  return out;
}

// Roles of one holder that apply in a scope, appended.
void collect_roles(const Snapshot& snapshot, const AccountId& account, Grant::Holder holder,
                   std::string_view id, GrantScope scope, const ProjectId& project,
                   std::vector<RoleId>& out) {
  const auto append = [&](GrantScope which) {
    const auto prefix = keys::grants_of(account, holder, id, which, project);
    for (const auto& entry : snapshot.range(prefix, store::prefix_end(prefix), 0).entries) {
      out.emplace_back(entry.key.substr(prefix.size()));
    }
  };
  append(GrantScope::Inherited);
  if (scope != GrantScope::Inherited) append(scope);
}

void remove_duplicates(std::vector<RoleId>& roles) {
  std::ranges::sort(roles);
  roles.erase(std::ranges::unique(roles).begin(), roles.end());
}

// A project of another account gives nothing, inherited roles neither.
bool is_within(const Snapshot& snapshot, const AccountId& account, GrantScope scope,
               const ProjectId& project) {
  if (scope != GrantScope::Project) return true;
  return is_well_formed_id(project.value) &&
         snapshot.get(keys::project(account, project)).has_value();
}

}  // namespace

Result<> Directory::grant(const Grant& grant) {
  auto fine = check_well_formed(grant);
  if (!fine) return fine;
  Grant made = grant;
  made.created = impl_->clock.now();
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    auto holder = require_holder(snapshot, tx, made);
    if (!holder) return holder;
    auto project = require_project(snapshot, tx, made);
    if (!project) return project;
    auto role = require_role(*impl_, snapshot, tx, made);
    if (!role) return role;
    if (snapshot.get(keys::grant(made))) {
      tx = {};  // granted already: nothing to write
      return {};
    }
    put_grant(tx, made);
    return {};
  });
}

Result<> Directory::revoke(const Grant& grant) {
  auto fine = check_well_formed(grant);
  if (!fine) return fine;
  const bool of_group = grant.holder == Grant::Holder::Group;
  auto revoked = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    if (!snapshot.get(keys::grant(grant))) {
      return fail(Code::NotFound,
                  "the role " + in_quotes(grant.role.value) + " is not granted there");
    }
    tx.require_exists(keys::grant(grant));
    erase_grant(tx, grant);
    if (of_group) {
      owe(tx, Debt::GroupMembers, grant.holder_id, grant.account);
      return {};
    }
    const auto key = keys::agency(grant.account, AgencyId(grant.holder_id));
    if (auto agency = read<Agency>(snapshot, key)) {
      ++agency->value.epoch;
      rewrite(tx, key, agency->modified, agency->value);
    }
    return {};
  });
  return revoked && of_group ? pay(*impl_, Debt::GroupMembers, grant.holder_id) : revoked;
}

bool Directory::is_granted(const Grant& grant) const {
  return is_well_formed(grant) && impl_->store.snapshot()->get(keys::grant(grant)).has_value();
}

std::vector<Grant> Directory::list_grants(const AccountId& account, Grant::Holder holder,
                                          std::string_view holder_id) const {
  if (!is_well_formed_id(account.value) || !is_well_formed_id(holder_id)) return {};
  return read_grants(*impl_->store.snapshot(), keys::grants_of(account, holder, holder_id));
}

std::vector<Grant> Directory::list_grants(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  return read_grants(*impl_->store.snapshot(), keys::all_grants(account));
}

std::vector<RoleId> Directory::roles_of_user(const User& user, GrantScope scope,
                                             const ProjectId& project) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_user(*snapshot, user.id);
  if (!found) return {};
  const AccountId& account = found->value.user.account;
  if (!is_within(*snapshot, account, scope, project)) return {};
  std::vector<RoleId> out;
  for (const auto& group : found->value.groups) {
    if (!snapshot->get(keys::group(account, group))) continue;  // deleted, its members not yet told
    collect_roles(*snapshot, account, Grant::Holder::Group, group.value, scope, project, out);
  }
  remove_duplicates(out);
  return out;
}

std::vector<RoleId> Directory::roles_of_agency(const Agency& agency, GrantScope scope,
                                               const ProjectId& project) const {
  const auto snapshot = impl_->store.snapshot();
  const auto found = read_agency(*snapshot, agency.id);
  if (!found) return {};
  const AccountId& account = found->value.account;
  if (!is_within(*snapshot, account, scope, project)) return {};
  std::vector<RoleId> out;
  collect_roles(*snapshot, account, Grant::Holder::Agency, agency.id.value, scope, project, out);
  remove_duplicates(out);
  return out;
}

}  // namespace jianmen::directory
