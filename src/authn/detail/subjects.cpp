#include "authn/detail/subjects.hpp"

#include <algorithm>
#include <utility>

namespace jianmen::authn::detail {

namespace {

using identity::Principal;
using identity::Scope;

void read_account(const directory::Directory& directory, Subject& subject) {
  const auto account = directory.find_account(subject.account);
  subject.account_enabled = account && account->enabled;
  if (account) subject.account_name = account->name;
}

Subject load_user(const directory::Directory& directory, std::string_view id) {
  Subject subject;
  auto user = directory.find_user(identity::UserId(id));
  if (!user) return subject;
  subject.found = true;
  subject.enabled = user->enabled;
  subject.root = user->root;
  subject.epoch = user->epoch;
  subject.name = std::move(user->name);
  subject.account = std::move(user->account);
  read_account(directory, subject);
  return subject;
}

Subject load_agency(const directory::Directory& directory, std::string_view id) {
  Subject subject;
  auto agency = directory.find_agency(identity::AgencyId(id));
  if (!agency) return subject;
  subject.found = true;
  subject.enabled = true;
  subject.epoch = agency->epoch;
  subject.account = std::move(agency->account);
  subject.trusted_account = std::move(agency->trusted_account);
  subject.expires = agency->expires;
  read_account(directory, subject);
  subject.name = subject.account_name + '/' + agency->name;
  return subject;
}

ProjectName load_project(const directory::Directory& directory, std::string_view id) {
  auto project = directory.find_project(identity::ProjectId(id));
  if (!project) return {};
  return {true, std::move(project->account), std::move(project->name)};
}

}  // namespace

template <class Value, class Load>
std::shared_ptr<const Value> Subjects::find(SecondChance<Dated<Value>>& cache, std::string_view id,
                                            Load load) {
  // Read first: what is loaded after it may only be newer than it says.
  const auto generation = directory_.generation();
  if (const auto* known = cache.find(id); known && known->generation == generation)
    return known->value;
  auto value = std::make_shared<const Value>(load(directory_, id));
  if (value->found) cache.put(id, {generation, value});
  return value;
}

std::shared_ptr<const Subject> Subjects::user(std::string_view id) {
  return find(users_, id, load_user);
}
std::shared_ptr<const Subject> Subjects::agency(std::string_view id) {
  return find(agencies_, id, load_agency);
}
std::shared_ptr<const ProjectName> Subjects::project(std::string_view id) {
  return find(projects_, id, load_project);
}

std::string_view Subjects::change_of_user(const Subject& user, const identity::AccountId& account,
                                          std::uint64_t epoch) {
  if (!user.found || user.account != account) return "user deleted";
  if (!user.account_enabled) return "account disabled";
  if (!user.enabled) return "user disabled";
  if (user.epoch != epoch) return "credentials, groups or grants of the user changed";
  return {};
}

std::string_view Subjects::what_changed(const Claims& claims, base::Time now) {
  const auto& principal = claims.principal;
  if (principal.kind == Principal::Kind::User) {
    const auto change = change_of_user(*user(principal.id), principal.account, claims.epoch);
    if (!change.empty()) return change;
  } else {
    const auto agency = this->agency(principal.id);
    if (!agency->found || agency->account != principal.account) return "agency deleted";
    if (!agency->account_enabled) return "account disabled";
    if (agency->expires && now >= *agency->expires) return "agency expired";
    if (agency->epoch != claims.epoch) return "trust or grants of the agency changed";
    if (!principal.assumed_by || principal.assumed_by->account != agency->trusted_account) {
      return "trust or grants of the agency changed";
    }
  }
  if (principal.assumed_by) {
    const auto& by = *principal.assumed_by;
    const auto change = change_of_user(*user(by.user.value), by.account, claims.caller_epoch);
    if (!change.empty()) return change;
  }
  if (principal.scope.kind == Scope::Kind::Project) {
    const auto project = this->project(principal.scope.project.value);
    if (!project->found || project->account != principal.account) return "project deleted";
  }
  return {};
}

base::Time Subjects::end_of(const Principal& principal) {
  if (principal.kind == Principal::Kind::User) return principal.expires;
  return std::min(principal.expires, agency(principal.id)->expires.value_or(base::Time::max()));
}

void Subjects::complete(Principal& principal) {
  const auto subject =
      principal.kind == Principal::Kind::User ? user(principal.id) : agency(principal.id);
  principal.name = subject->name;
  principal.account_name = subject->account_name;
  if (principal.scope.kind == Scope::Kind::Project) {
    principal.scope.project_name = project(principal.scope.project.value)->name;
  }
  if (principal.assumed_by) {
    const auto by = user(principal.assumed_by->user.value);
    principal.assumed_by->user_name = by->name;
    principal.assumed_by->account_name = by->account_name;
  }
}

}  // namespace jianmen::authn::detail
