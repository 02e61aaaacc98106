#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// The IAM reference: `<region id>_<suffix>`, at most 64 characters of letters, digits, '_' and '-'.
Result<> check_subproject_name(std::string_view name, std::string_view region) {
  const bool fits = is_well_formed_id(name) && name.size() > region.size() + 1 &&
                    name.starts_with(region) && name[region.size()] == '_';
  if (fits) return {};
  return fail(Code::InvalidArgument, "a sub-project of " + std::string(region) + " is named " +
                                         std::string(region) +
                                         "_<suffix>, at most 64 letters, digits, '_' and '-'");
}

}  // namespace

namespace detail {

Result<Project> add_project(const Snapshot& snapshot, Transaction& tx, const Project& project) {
  const auto by_name = keys::project_name(project.account, project.name);
  if (snapshot.get(by_name)) return taken("project", project.name);
  const auto home = keys::home(project.id);
  if (snapshot.get(home) || noted_at(snapshot, Debt::ProjectDeleted, project.id.value)) {
    return taken("project id", project.id.value);
  }
  tx.require_absent(by_name).require_absent(home);
  require_not_owed(tx, Debt::ProjectDeleted, project.id.value);
  tx.put(keys::project(project.account, project.id), encode(project))
      .put(by_name, project.id.value);
  tx.put(home, project.account.value);
  return project;
}

}  // namespace detail

Result<Project> Directory::create_project(const AccountId& account, std::string_view name,
                                          const ProjectId& parent, std::string_view description,
                                          std::optional<ProjectId> given) {
  auto id = choose_id(given, impl_->random);
  if (!id) return error_of(id);
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Project> {
    if (!snapshot.get(keys::account(account))) return not_found("account", account.value);
    const auto above = read_project(snapshot, parent);
    if (!above || above->value.account != account) return not_found("project", parent.value);
    if (!above->value.parent.empty()) {
      return fail(Code::InvalidArgument, "the parent of a sub-project is a region's project");
    }
    auto fine = check_subproject_name(name, above->value.region);
    if (!fine) return error_of(fine);
    tx.require_exists(keys::account(account)).require_exists(keys::project(account, parent));
    Project project;
    project.id = *id;
    project.account = account;
    project.name = name;
    project.region = above->value.region;
    project.parent = parent;
    project.description = description;
    project.created = impl_->clock.now();
    return add_project(snapshot, tx, project);
  });
}

std::vector<Project> Directory::list_projects(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  auto out = read_all<Project>(*impl_->store.snapshot(), keys::all_projects(account));
  std::ranges::sort(out, {}, &Project::name);
  return out;
}

std::optional<Project> Directory::find_project(const ProjectId& id) const {
  auto found = read_project(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

std::optional<Project> Directory::find_project_by_name(const AccountId& account,
                                                       std::string_view name) const {
  if (!is_well_formed_id(account.value) || !keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  const auto id = snapshot->get(keys::project_name(account, name));
  if (!id) return std::nullopt;
  auto found = read<Project>(*snapshot, keys::project(account, ProjectId(id->value)));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<Project> Directory::update_project(const ProjectId& id, std::optional<std::string> name,
                                          std::optional<std::string> description,
                                          std::optional<bool> enabled) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Project> {
    auto found = read_project(snapshot, id);
    if (!found) return not_found("project", id.value);
    Project& project = found->value;
    if (name && *name != project.name) {
      if (project.parent.empty())
        return fail(Code::Denied, "a region's project keeps the name of the region");
      auto fine = check_subproject_name(*name, project.region);
      if (!fine) return error_of(fine);
      auto moved =
          rename_index(snapshot, tx, keys::project_name(project.account, project.name),
                       keys::project_name(project.account, *name), id.value, "project", *name);
      if (!moved) return error_of(moved);
      project.name = *name;
    }
    if (description) project.description = *description;
    if (enabled) project.enabled = *enabled;
    rewrite(tx, keys::project(project.account, id), found->modified, project);
    return project;
  });
}

Result<> Directory::delete_project(const ProjectId& id) {
  auto deleted = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_project(snapshot, id);
    if (!found) return not_found("project", id.value);
    const Project& project = found->value;
    if (project.parent.empty()) return fail(Code::Denied, "a region's project cannot be deleted");
    const auto key = keys::project(project.account, id);
    tx.require_revision(key, found->modified).erase(key);
    tx.erase(keys::project_name(project.account, project.name)).erase(keys::home(id));
    owe(tx, Debt::ProjectDeleted, id.value, project.account);
    return {};
  });
  return deleted ? pay(*impl_, Debt::ProjectDeleted, id.value) : deleted;
}

}  // namespace jianmen::directory
