#include <map>
#include <set>
#include <tuple>

#include "directory/detail/core.hpp"
#include "directory/detail/fixture_plan.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory::detail {

namespace {

class Checking {
 public:
  Checking(const FixturePlan& plan, const catalog::Catalog& catalog, const Directory* directory,
           std::vector<FixtureMistake>& mistakes)
      : plan_(plan), catalog_(catalog), directory_(directory), mistakes_(mistakes) {}

  void check() {
    check_names();
    check_projects();
    check_users();
    check_keys();
    for (const auto& row : plan_.grants) check_grant(row);
  }

 private:
  void mistake(const std::string& path, std::string message) {
    mistakes_.push_back({path, std::move(message)});
  }

  // Two rows of one noun with the same name, and names that no call would take.
  void check_name(std::string_view noun, const std::string& path, const std::string& account,
                  const std::string& name) {
    if (name.empty()) return;  // told by the reading
    if (!keys::fits_name(name))
      mistake(path + ".name", "must be 1 to 256 bytes without control characters");
    if (!names_.emplace(std::string(noun), account, name).second) {
      mistake(path + ".name", "a second " + std::string(noun) + ' ' + in_quotes(name));
    }
  }

  // No two rows of one noun with one id.
  template <class Id>
  void check_id(const std::string& path, const Id& id) {
    if (!id.empty() && !ids_.insert(keys::home(id)).second)
      mistake(path + ".id", "a second row with this id");
  }
  void check_account_id(const AccountRow& row) {
    if (row.id && !ids_.insert(keys::account(*row.id)).second)
      mistake(row.path + ".id", "a second row with this id");
  }

  void check_names() {
    for (const auto& row : plan_.accounts) {
      check_name("account", row.path, "", row.name);
      check_account_id(row);
    }
    for (const auto& row : plan_.projects) {
      check_name("project", row.path, row.account, row.name);
      check_id(row.path, row.id.value_or(ProjectId()));
    }
    for (const auto& row : plan_.groups) {
      check_name("group", row.path, row.account, row.name);
      check_id(row.path, row.id.value_or(GroupId()));
    }
    for (const auto& row : plan_.policies) {
      check_name("policy", row.path, row.account, row.role.display_name);
      check_id(row.path, row.role.id);
      if (find_system_role(row.role.display_name) != nullptr) {
        mistake(row.path + ".name",
                in_quotes(row.role.display_name) + " is the name of a system role");
      }
    }
    for (const auto& row : plan_.users) {
      check_name("user", row.path, row.account, row.user.name);
      check_id(row.path, row.user.id.value_or(UserId()));
    }
    for (const auto& row : plan_.agencies) {
      check_name("agency", row.path, row.account, row.agency.name);
      check_id(row.path, row.agency.id);
    }
  }

  void check_projects() {
    for (const auto& row : plan_.projects) {
      if (row.name.empty()) continue;
      if (catalog_.find_region(row.region) == nullptr) {
        mistake(row.path + ".name", "no region " + in_quotes(row.region));
      } else if (!row.is_region() && (!is_well_formed_id(row.name) || row.name.ends_with('_'))) {
        mistake(row.path + ".name",
                "must be <region>_<suffix>, at most 64 letters, digits, '_' and '-'");
      }
    }
  }

  void check_users() {
    for (const auto& row : plan_.users) {
      if (row.groups.size() > kMaxGroupsOfUser) {
        mistake(row.path + ".groups",
                "a user is in at most " + std::to_string(kMaxGroupsOfUser) + " groups");
      }
      for (const auto& [path, ref] : row.groups) {
        if (!has_group(row.account, ref)) mistake(path, "no group " + in_quotes(ref));
      }
    }
  }

  void check_keys() {
    std::map<std::pair<std::string, std::string>, std::size_t> keys_of;
    for (const auto& row : plan_.keys) {
      if (!has_user(row.account, row.user))
        mistake(row.path + ".user", "no user " + in_quotes(row.user));
      if (!ids_.insert(keys::access_key(row.id)).second)
        mistake(row.path + ".ak", "a second key with this id");
      if (++keys_of[{row.account, row.user}] == kMaxAccessKeysOfUser + 1) {
        mistake(row.path,
                "a user has at most " + std::to_string(kMaxAccessKeysOfUser) + " access keys");
      }
    }
  }

  void check_grant(const GrantRow& row) {
    if (!row.holder_ref.empty()) {
      const bool is_group = row.holder == Grant::Holder::Group;
      const bool is_known = is_group ? has_group(row.account, row.holder_ref)
                                     : has_agency(row.account, row.holder_ref);
      const std::string noun = is_group ? "group" : "agency";
      if (!is_known) mistake(row.path + '.' + noun, "no " + noun + ' ' + in_quotes(row.holder_ref));
    }
    if (row.scope == GrantScope::Project && !has_project(row.account, row.project_ref)) {
      mistake(row.path + ".project", "no project " + in_quotes(row.project_ref));
    }
    if (row.role_ref.empty()) return;
    const auto role = find_role(row.account, row.role_ref);
    if (!role) return mistake(row.path + ".role", "no role or policy " + in_quotes(row.role_ref));
    if (const auto fits = check_fits(*role, row.scope); !fits)
      mistake(row.path, fits.error().message);
  }

  std::optional<AccountId> known_account(const std::string& name) const {
    if (directory_ == nullptr) return std::nullopt;
    const auto found = directory_->find_account_by_name(name);
    return found ? std::optional(found->id) : std::nullopt;
  }

  bool has_group(const std::string& account, const std::string& ref) const {
    for (const auto& row : plan_.groups) {
      if (row.account == account && (row.name == ref || (row.id && row.id->value == ref)))
        return true;
    }
    if (ref == kAdminGroup) return true;  // every account has it
    const auto id = known_account(account);
    if (!id) return false;
    if (directory_->find_group_by_name(*id, ref)) return true;
    const auto group = directory_->find_group(GroupId(ref));
    return group && group->account == *id;
  }

  bool has_user(const std::string& account, const std::string& ref) const {
    if (ref.empty() || ref == account) return true;  // every account has its root user
    for (const auto& row : plan_.users) {
      if (row.account == account &&
          (row.user.name == ref || (row.user.id && row.user.id->value == ref)))
        return true;
    }
    const auto id = known_account(account);
    if (!id) return false;
    if (directory_->find_user_by_name(*id, ref)) return true;
    const auto user = directory_->find_user(UserId(ref));
    return user && user->account == *id;
  }

  bool has_project(const std::string& account, const std::string& ref) const {
    if (catalog_.find_region(ref) != nullptr) return true;  // every account has it
    for (const auto& row : plan_.projects) {
      if (row.account == account && (row.name == ref || (row.id && row.id->value == ref)))
        return true;
    }
    const auto id = known_account(account);
    if (!id) return false;
    if (directory_->find_project_by_name(*id, ref)) return true;
    const auto project = directory_->find_project(ProjectId(ref));
    return project && project->account == *id;
  }

  bool has_agency(const std::string& account, const std::string& ref) const {
    for (const auto& row : plan_.agencies) {
      if (row.account == account && (row.agency.name == ref || row.agency.id.value == ref))
        return true;
    }
    const auto id = known_account(account);
    if (!id) return false;
    if (directory_->find_agency_by_name(*id, ref)) return true;
    const auto agency = directory_->find_agency(AgencyId(ref));
    return agency && agency->account == *id;
  }

  const Role* find_system_role(const std::string& ref) const {
    for (const auto& role : catalog_.system_roles()) {
      if (role.display_name == ref || role.name == ref || role.id.value == ref) return &role;
    }
    return nullptr;
  }

  std::optional<Role> find_role(const std::string& account, const std::string& ref) const {
    if (const Role* role = find_system_role(ref)) return *role;
    for (const auto& row : plan_.policies) {
      if (row.account == account && (row.role.display_name == ref || row.role.id.value == ref))
        return row.role;
    }
    const auto id = known_account(account);
    if (!id) return std::nullopt;
    if (auto role = directory_->find_role_by_name(*id, ref)) return role;
    auto role = directory_->find_role(RoleId(ref));
    return role && role->account == *id ? role : std::nullopt;
  }

  const FixturePlan& plan_;
  const catalog::Catalog& catalog_;
  const Directory* directory_;
  std::vector<FixtureMistake>& mistakes_;
  std::set<std::tuple<std::string, std::string, std::string>> names_;
  std::set<std::string> ids_;
};

}  // namespace

void check_references(const FixturePlan& plan, const catalog::Catalog& catalog,
                      const Directory* directory, std::vector<FixtureMistake>& mistakes) {
  Checking(plan, catalog, directory, mistakes).check();
}

}  // namespace jianmen::directory::detail
