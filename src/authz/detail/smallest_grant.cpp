// The one change that mends a missing permission: a group of the account that has it already, and
// the smallest system policy that would give it.

#include <algorithm>
#include <ranges>

#include "authz/detail/asked.hpp"
#include "authz/detail/explainer.hpp"
#include "base/encoding.hpp"

namespace jianmen::authz::detail {

namespace {

using identity::Grant;
using identity::GrantScope;
using identity::Role;
using identity::RoleId;
using identity::RoleType;
using identity::Scope;

constexpr std::size_t kMostGroups = 200;  // that one explanation looks into
constexpr std::size_t kMostDenials = 8;   // roles that deny, taken away one by one
constexpr int kMostNames = 20;            // tried for a new policy

// Names that need no quotes in a shell stay bare; others stand in "", or in '' when "" would not be
// enough.
std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:@/+").contains(c);
  };
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, is_plain)) {
    return std::string(text);
  }
  if (std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == ' '; })) {
    return '"' + std::string(text) + '"';
  }
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// From narrow to wide: the service's own policies, then what reaches over services. The first two
// hold little more than their name says; a wider one is offered only where no policy can be made.
constexpr std::size_t kNarrow = 2;

std::vector<std::string> candidates(std::string_view service) {
  std::string prefix;
  for (const char c : service) {
    prefix += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  std::vector<std::string> names;
  for (const auto suffix :
       {" ReadOnlyAccess", " CommonOperations", " FullAccess", " Administrator"}) {
    names.push_back(prefix + suffix);
  }
  for (const auto name : {"Tenant Guest", "Agent Operator", "Security Administrator",
                          "Server Administrator", "Tenant Administrator", "FullAccess"}) {
    names.emplace_back(name);
  }
  return names;
}

bool fits(const Role& role, const Scope& scope) {
  const auto own = scope.kind == Scope::Kind::Project ? RoleType::Project : RoleType::Domain;
  return role.type == RoleType::Both || role.type == own;
}

// "Tenant Guest (BASE), VPC Administrator (vpc)" → the names.
std::vector<std::string> names_of(std::string_view missing) {
  std::vector<std::string> names;
  for (const auto part : base::split(missing, ',')) {
    const auto name = base::trim(part);
    names.emplace_back(name.substr(0, name.rfind(" (")));
  }
  return names;
}

// "ecs:cloudServers:list" → "ecs-cloudServers-list": a policy's name for it.
std::string policy_name(std::string_view action) {
  std::string name(action);
  std::ranges::replace(name, ':', '-');
  return name;
}

}  // namespace

bool Explainer::would_allow(std::vector<RoleId> ids, const Role& role) const {
  ids.push_back(role.id);
  return ask(*roles_.of(principal_.account, ids), question_).allowed();
}

// The role that is known to work elsewhere is tried first: the same grant again is what its giver
// meant. So is what a role depends on.
std::optional<Role> Explainer::find_smallest_role() {
  auto names = candidates(question_.service);
  if (can_be_named()) names.resize(kNarrow);
  if (const auto* missing = refusal_.find("near_miss");
      missing && refusal_.cause == identity::Cause::PermissionDepends) {
    const auto needed = names_of(*missing);
    names.insert(names.begin(), needed.begin(), needed.end());
  }
  if (!elsewhere_.role.empty()) names.insert(names.begin(), elsewhere_.role);
  for (const auto& name : names) {
    auto role = directory_.find_role_by_name(principal_.account, name);
    if (role && fits(*role, scope_) && would_allow(remaining_, *role)) return role;
  }
  return std::nullopt;
}

// Operations without a documented action have one of the engine's own, that no policy should name.
bool Explainer::can_be_named() const {
  return base::split(question_.action, ':').size() == 3 && !question_.action.contains(":unlisted:");
}

// A policy of one action: one that is there already, else a name for a new one.
void Explainer::add_policy_of_action() {
  const auto name = policy_name(question_.action);
  for (int number = 1; number <= kMostNames; ++number) {
    const auto tried = number == 1 ? name : name + '-' + std::to_string(number);
    const auto known = directory_.find_role_by_name(principal_.account, tried);
    if (known && !(fits(*known, scope_) && would_allow(remaining_, *known))) continue;
    if (!known) {
      const bool on_project = scope_.kind == Scope::Kind::Project;
      const std::string_view type = on_project ? "XA" : "AX";
      refusal_.with("new_policy", "jianmen admin policy create " + shell_word(tried) + " --allow " +
                                      shell_word(question_.action) + " --type " +
                                      std::string(type));
      add_call("POST /v3.0/OS-ROLE/roles {\"role\":{\"display_name\":\"" + tried +
               "\",\"type\":\"" + std::string(type) + "\",\"description\":\"" +
               std::string(question_.action) +
               "\",\"policy\":{\"Version\":\"1.1\",\"Statement\":[{\"Effect\":\"Allow\","
               "\"Action\":[\"" +
               std::string(question_.action) + "\"]}]}}}");
    }
    add_grant_of(tried, known ? known->id.value : "ROLE_ID");
    return;
  }
}

std::string Explainer::choose_group() const {
  if (!elsewhere_.group.empty()) return elsewhere_.group;
  const auto usual = std::ranges::find_if(groups_, [](const auto& g) { return g.name != "admin"; });
  return usual != groups_.end() ? usual->name : std::string();
}

void Explainer::add_group_that_allows() {
  if (!is_user_) return;
  const auto groups = directory_.list_groups(principal_.account);
  for (const auto& group : groups | std::views::take(kMostGroups)) {
    if (std::ranges::find(groups_, group.id, &identity::Group::id) != groups_.end()) continue;
    const auto grants =
        directory_.list_grants(principal_.account, Grant::Holder::Group, group.id.value);
    const auto set = roles_.of(principal_.account, roles_in(grants, scope_));
    // "admin" would be far too much help.
    if (group.name == "admin" || !ask(*set, question_).allowed()) continue;
    refusal_.with("group_that_allows", group.name);
    return;
  }
}

void Explainer::add_smallest_grant() {
  auto role = find_smallest_role();
  if (!role && can_be_named()) {
    // A policy of this one action is the smallest; where even that would not do, nothing is said.
    return add_policy_of_action();
  }
  if (role) add_grant_of(role->display_name, role->id.value);
}

void Explainer::add_grant_of(std::string_view role_name, std::string_view role_id) {
  std::string line = "jianmen admin grant create ", holder;
  bool joins = false;
  if (is_user_) {
    auto group = choose_group();
    if (group.empty()) group = std::string(question_.service) + "-users";
    const auto known = directory_.find_group_by_name(principal_.account, group);
    if (!known) {
      refusal_.with("new_group", group);
      add_call("POST /v3/groups {\"group\":{\"name\":\"" + group + "\",\"domain_id\":\"" +
               principal_.account.value + "\"}}");
    }
    joins = !known || std::ranges::find(groups_, known->id, &identity::Group::id) == groups_.end();
    holder = "groups/" + (known ? known->id.value : std::string("GROUP_ID"));
    line += "--group " + shell_word(group);
  } else {
    const auto agency = directory_.find_agency(identity::AgencyId(principal_.id));
    holder = "agencies/" + principal_.id;
    line += "--agency " + shell_word(agency ? agency->name : principal_.id);
  }
  line += " --role " + shell_word(role_name);
  const bool on_project = scope_.kind == Scope::Kind::Project;
  line += on_project ? " --project " + shell_word(scope_.project_name) : " --scope domain";
  refusal_.with("smallest_grant", std::move(line));
  std::string path = is_user_ ? "/v3/" : "/v3.0/OS-AGENCY/";
  path += on_project ? "projects/" + scope_.project.value : "domains/" + principal_.account.value;
  add_call("PUT " + path + '/' + holder + "/roles/" + std::string(role_id));
  if (joins) add_call("PUT /v3/" + holder + "/users/" + principal_.id);
}

// The same by IAM's own API, call after call.
void Explainer::add_call(std::string call) {
  calls_ += (calls_.empty() ? "" : "; then ") + std::move(call);
}

// Against a Deny only taking it away helps: the grants of each role that denies, one after the
// other, and then, where nothing else allows the action, the smallest grant.
void Explainer::add_way_around_denials() {
  std::vector<identity::Grant> taken;
  for (std::size_t round = 0; round < kMostDenials; ++round) {
    const auto set = roles_.of(principal_.account, remaining_);
    const auto decision = ask(*set, question_);
    if (decision.outcome != policy::Decision::Outcome::Denied) break;
    const auto denying = decision.by->role;
    std::erase(remaining_, denying);
    for (const auto& grant : grants_) {
      if (grant.role == denying && applies_in(grant, scope_)) taken.push_back(grant);
    }
  }
  std::string lines;
  for (const auto& grant : taken) {
    const auto role = directory_.find_role(grant.role);
    if (!role) continue;
    std::string holder;
    if (is_user_) {
      const auto group =
          std::ranges::find(groups_, identity::GroupId(grant.holder_id), &identity::Group::id);
      if (group == groups_.end()) continue;
      holder = "--group " + shell_word(group->name);
    } else {
      const auto agency = directory_.find_agency(identity::AgencyId(grant.holder_id));
      holder = "--agency " + shell_word(agency ? agency->name : grant.holder_id);
    }
    std::string where = " --scope all";
    if (grant.scope == GrantScope::Domain) where = " --scope domain";
    if (grant.scope == GrantScope::Project) where = " --project " + shell_word(scope_.project_name);
    lines += (lines.empty() ? "" : "\n") + std::string("jianmen admin grant delete ") + holder +
             " --role " + shell_word(role->display_name) + where + " --account " +
             shell_word(principal_.account_name);
  }
  if (lines.empty()) return;
  refusal_.with("ungrant", lines);
  if (!ask(*roles_.of(principal_.account, remaining_), question_).allowed()) add_smallest_grant();
}

}  // namespace jianmen::authz::detail
