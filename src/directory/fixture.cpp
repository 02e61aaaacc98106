#include "directory/fixture.hpp"

#include <map>

#include "crypto/password.hpp"
#include "directory/detail/core.hpp"
#include "directory/detail/fixture_plan.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// Applies a plan without mistakes, in the order in which rows need each other. What fails now (a
// race, the store, an id that another account has) is told with the row's path.
class Loading {
 public:
  Loading(Directory& directory, const FixturePlan& plan, const PasswordHasher& hash)
      : directory_(directory), plan_(plan), hash_(hash) {}

  Result<FixtureReport> load() {
    using Step = Result<> (Loading::*)();
    for (const Step step : {&Loading::load_accounts, &Loading::load_projects,
                            &Loading::load_policies, &Loading::load_groups, &Loading::load_users,
                            &Loading::load_keys, &Loading::load_agencies, &Loading::load_grants}) {
      auto done = (this->*step)();
      if (!done) return error_of(done);
    }
    report_.services = plan_.services;
    return std::move(report_);
  }

 private:
  template <class T>
  static std::unexpected<base::Error> at(const std::string& path, Result<T>& result) {
    return fail(result.error().code, path + ": " + result.error().message);
  }

  static std::unexpected<base::Error> other_id(const std::string& path, std::string_view noun,
                                               const std::string& name, const std::string& id) {
    return fail(Code::Conflict, path + ".id: the " + std::string(noun) + ' ' + in_quotes(name) +
                                    " exists with the id " + id);
  }

  Result<AccountId> account_id(const std::string& path, const std::string& name) {
    const auto at = account_ids_.find(name);
    if (at != account_ids_.end()) return at->second;
    const auto found = directory_.find_account_by_name(name);
    if (!found) return fail(Code::NotFound, path + ": no account " + in_quotes(name));
    account_ids_.emplace(name, found->id);
    return found->id;
  }

  Result<> load_accounts() {
    for (const auto& row : plan_.accounts) {
      auto found = directory_.find_account_by_name(row.name);
      if (!found) {
        auto made = make_account(row);
        if (!made) return error_of(made);
        ++report_.accounts;
        found = std::move(*made);
      }
      if (row.id && found->id != *row.id)
        return other_id(row.path, "account", row.name, found->id.value);
      if (found->enabled != row.enabled) {
        auto done = directory_.set_account_enabled(found->id, row.enabled);
        if (!done) return at(row.path, done);
      }
    }
    return {};
  }

  Result<Account> make_account(const AccountRow& row) {
    NewUser root;
    for (const auto& user : plan_.users) {
      if (user.account != row.name || !user.user.root) continue;
      auto hashed = with_hash(user);
      if (!hashed) return error_of(hashed);
      root = std::move(*hashed);
    }
    GivenIds given;
    for (const auto& project : plan_.projects) {
      if (project.account == row.name && project.is_region() && project.id) {
        given.projects.emplace(project.region, *project.id);
      }
    }
    for (const auto& group : plan_.groups) {
      if (group.account == row.name && group.name == kAdminGroup) given.admin_group = group.id;
    }
    auto made = directory_.create_account(row.name, row.id, root, given);
    if (!made) return at(row.path, made);
    return made;
  }

  Result<NewUser> with_hash(const UserRow& row) {
    NewUser out = row.user;
    if (row.password.empty()) return out;
    auto hash = hash_(row.password);
    if (!hash) return at(row.path + ".password", hash);
    out.password_hash = std::move(*hash);
    return out;
  }

  Result<> load_projects() {
    for (const auto& row : plan_.projects) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      auto found = directory_.find_project_by_name(*account, row.name);
      if (!found) {
        const auto parent = directory_.find_project_by_name(*account, row.region);
        auto made = directory_.create_project(*account, row.name, parent ? parent->id : ProjectId(),
                                              row.description, row.id);
        if (!made) return at(row.path, made);
        ++report_.projects;
        found = std::move(*made);
      }
      if (row.id && found->id != *row.id)
        return other_id(row.path, "project", row.name, found->id.value);
      if (found->enabled == row.enabled && found->description == row.description) continue;
      auto updated = directory_.update_project(found->id, {}, row.description, row.enabled);
      if (!updated) return at(row.path, updated);
    }
    return {};
  }

  Result<> load_policies() {
    for (const auto& row : plan_.policies) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      const auto found = directory_.find_role_by_name(*account, row.role.display_name);
      if (!found) {
        auto made = directory_.create_role(*account, row.role);
        if (!made) return at(row.path, made);
        ++report_.policies;
        continue;
      }
      if (!row.role.id.empty() && found->id != row.role.id) {
        return other_id(row.path, "policy", row.role.display_name, found->id.value);
      }
      const Role& now = *found;
      if (now.policy == row.role.policy && now.type == row.role.type &&
          now.description == row.role.description &&
          now.description_cn == row.role.description_cn) {
        continue;
      }
      auto updated = directory_.update_role(found->id, row.role);
      if (!updated) return at(row.path, updated);
      ++report_.policies;
    }
    return {};
  }

  Result<> load_groups() {
    for (const auto& row : plan_.groups) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      const auto found = directory_.find_group_by_name(*account, row.name);
      if (!found) {
        auto made = directory_.create_group(*account, row.name, row.description, row.id);
        if (!made) return at(row.path, made);
        ++report_.groups;
        continue;
      }
      if (row.id && found->id != *row.id)
        return other_id(row.path, "group", row.name, found->id.value);
      if (row.description.empty() || row.description == found->description) continue;
      auto updated = directory_.update_group(found->id, {}, row.description);
      if (!updated) return at(row.path, updated);
    }
    return {};
  }

  Result<> load_users() {
    for (const auto& row : plan_.users) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      auto user = load_user(row, *account);
      if (!user) return error_of(user);
      for (const auto& [path, ref] : row.groups) {
        const auto group = find_group(*account, ref);
        auto added = directory_.add_member(group ? group->id : GroupId(ref), *user);
        if (!added) return at(path, added);
      }
    }
    return {};
  }

  Result<UserId> load_user(const UserRow& row, const AccountId& account) {
    const auto found = directory_.find_user_by_name(account, row.user.name);
    if (!found) {
      auto user = with_hash(row);
      if (!user) return error_of(user);
      auto made = directory_.create_user(account, *user);
      if (!made) return at(row.path, made);
      ++report_.users;
      return made->id;
    }
    if (row.user.id && found->id != *row.user.id)
      return other_id(row.path, "user", row.user.name, found->id.value);
    auto change = change_of(row, *found);
    if (!change) return error_of(change);
    auto updated = directory_.update_user(found->id, *change);
    if (!updated) return at(row.path, updated);
    return found->id;
  }

  // update_user leaves alone what is equal; a password is equal when the hash that is there fits
  // it.
  Result<UserChange> change_of(const UserRow& row, const User& now) {
    const NewUser& user = row.user;
    UserChange change;
    change.description = user.description;
    change.email = user.email;
    change.areacode = user.areacode;
    change.phone = user.phone;
    change.xuser_id = user.xuser_id;
    change.xuser_type = user.xuser_type;
    change.enabled = user.enabled;
    change.must_change_password = user.must_change_password;
    change.access_mode = user.access_mode;
    if (!user.password_strength.empty()) change.password_strength = user.password_strength;
    if (!user.password_hash.empty()) change.password_hash = user.password_hash;
    if (!row.password.empty() && !crypto::verify_password(row.password, now.password_hash)) {
      auto hash = hash_(row.password);
      if (!hash) return at(row.path + ".password", hash);
      change.password_hash = std::move(*hash);
    }
    return change;
  }

  Result<> load_keys() {
    for (const auto& row : plan_.keys) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      auto user = directory_.find_user_by_name(*account, row.user);
      if (!user) user = directory_.find_user(UserId(row.user));
      if (!user || user->account != *account)
        return fail(Code::NotFound, row.path + ": no user " + in_quotes(row.user));
      auto done = load_key(row, *user);
      if (!done) return done;
    }
    return {};
  }

  Result<> load_key(const KeyRow& row, const User& user) {
    auto secret = secret_of(row);
    if (!secret) return at(row.path, secret);
    const auto found = directory_.find_access_key(row.id);
    if (!found) {
      auto made =
          directory_.create_access_key(user.id, row.description, NewAccessKey{row.id, *secret});
      if (!made) return at(row.path, made);
      ++report_.keys;
      return row.active ? Result<>() : update_key(row);
    }
    if (found->user != user.id)
      return fail(Code::Conflict, row.path + ".ak: another user has this key");
    const auto there = directory_.load_secret(*found);
    if (!there || there->reveal() != secret->reveal()) {
      return fail(Code::Conflict, row.path + ".sk: the key exists with another secret");
    }
    if (found->active == row.active && found->description == row.description) return {};
    return update_key(row);
  }

  Result<> update_key(const KeyRow& row) {
    auto updated = directory_.update_access_key(row.id, row.active, row.description);
    if (!updated) return at(row.path, updated);
    return {};
  }

  Result<base::Secret> secret_of(const KeyRow& row) const {
    if (row.sealed.empty()) return row.secret;
    AccessKey key;
    key.id = row.id;
    key.sealed_secret = row.sealed;
    return directory_.load_secret(key);
  }

  Result<> load_agencies() {
    for (const auto& row : plan_.agencies) {
      auto account = account_id(row.path, row.account);
      if (!account) return error_of(account);
      Agency agency = row.agency;
      agency.account = *account;
      if (const auto trusted = directory_.find_account_by_name(agency.trusted_account_name)) {
        agency.trusted_account = trusted->id;
      }
      const auto found = directory_.find_agency_by_name(*account, agency.name);
      if (!found) {
        auto made = directory_.create_agency(agency);
        if (!made) return at(row.path, made);
        ++report_.agencies;
        continue;
      }
      if (!agency.id.empty() && found->id != agency.id) {
        return other_id(row.path, "agency", agency.name, found->id.value);
      }
      agency.id = found->id;
      auto updated = directory_.update_agency(agency);
      if (!updated) return at(row.path, updated);
    }
    return {};
  }

  Result<> load_grants() {
    for (const auto& row : plan_.grants) {
      auto grant = grant_of(row);
      if (!grant) return error_of(grant);
      if (directory_.is_granted(*grant)) continue;
      auto done = directory_.grant(*grant);
      if (!done) return at(row.path, done);
      ++report_.grants;
    }
    return {};
  }

  Result<Grant> grant_of(const GrantRow& row) {
    auto account = account_id(row.path, row.account);
    if (!account) return error_of(account);
    Grant grant;
    grant.account = *account;
    grant.holder = row.holder;
    grant.holder_id = row.holder_ref;
    grant.scope = row.scope;
    if (row.holder == Grant::Holder::Group) {
      if (const auto group = find_group(*account, row.holder_ref))
        grant.holder_id = group->id.value;
    } else if (const auto agency = directory_.find_agency_by_name(*account, row.holder_ref)) {
      grant.holder_id = agency->id.value;
    }
    const auto role = directory_.find_role_by_name(*account, row.role_ref);
    grant.role = role ? role->id : RoleId(row.role_ref);
    if (row.scope == GrantScope::Project) {
      const auto project = directory_.find_project_by_name(*account, row.project_ref);
      grant.project = project ? project->id : ProjectId(row.project_ref);
    }
    return grant;
  }

  std::optional<Group> find_group(const AccountId& account, const std::string& ref) const {
    auto found = directory_.find_group_by_name(account, ref);
    return found ? found : directory_.find_group(GroupId(ref));
  }

  Directory& directory_;
  const FixturePlan& plan_;
  const PasswordHasher& hash_;
  std::map<std::string, AccountId> account_ids_;
  FixtureReport report_;
};

}  // namespace

std::string to_text(const FixtureMistake& mistake) {
  return mistake.path.empty() ? mistake.message : mistake.path + ": " + mistake.message;
}

std::vector<FixtureMistake> check_fixture(const base::json::value& fixture,
                                          const catalog::Catalog& catalog) {
  std::vector<FixtureMistake> mistakes;
  const auto plan = read_fixture(fixture, nullptr, mistakes);
  check_references(plan, catalog, nullptr, mistakes);
  return mistakes;
}

Result<FixtureReport> load_fixture(Directory& directory, const base::json::value& fixture,
                                   const PasswordHasher& hash_password) {
  std::vector<FixtureMistake> mistakes;
  const auto plan = read_fixture(fixture, &directory, mistakes);
  check_references(plan, directory.catalog(), &directory, mistakes);
  if (mistakes.empty()) return Loading(directory, plan, hash_password).load();
  std::string all;
  for (const auto& mistake : mistakes) all += (all.empty() ? "" : "\n") + to_text(mistake);
  return fail(Code::InvalidArgument, std::move(all));
}

}  // namespace jianmen::directory
