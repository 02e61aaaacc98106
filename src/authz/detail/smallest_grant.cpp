// The one change that mends a missing permission: a group of the account that has it already, and
// the smallest system policy that would give it.

#include <algorithm>
#include <ranges>

#include "authz/detail/asked.hpp"
#include "authz/detail/explainer.hpp"

namespace jianmen::authz::detail {

namespace {

using identity::Grant;
using identity::Role;
using identity::RoleType;
using identity::Scope;

constexpr std::size_t kMostGroups = 200;  // that one explanation looks into

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

// From narrow to wide: the service's own policies, then what reaches over services.
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

}  // namespace

// The role that is known to work elsewhere is tried first: the same grant again is what its giver
// meant.
std::optional<Role> Explainer::find_smallest_role() {
  auto names = candidates(question_.service);
  if (!elsewhere_.role.empty()) names.insert(names.begin(), elsewhere_.role);
  for (const auto& name : names) {
    auto role = directory_.find_role_by_name(principal_.account, name);
    if (!role || !fits(*role, scope_)) continue;
    auto ids = now_->ids;
    ids.push_back(role->id);
    if (ask(*roles_.of(principal_.account, ids), question_).allowed()) return role;
  }
  return std::nullopt;
}

std::string Explainer::choose_group() const {
  if (!elsewhere_.group.empty()) return elsewhere_.group;
  if (!allowing_group_.empty()) return allowing_group_;
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
    allowing_group_ = group.name;
    refusal_.with("group_that_allows", group.name);
    return;
  }
}

void Explainer::add_smallest_grant() {
  const auto role = find_smallest_role();
  if (!role) return;
  std::string line = "jianmen admin grant create ";
  if (is_user_) {
    auto group = choose_group();
    if (group.empty()) {
      group = std::string(question_.service) + "-users";
      const auto known = directory_.find_group_by_name(principal_.account, group);
      if (!known) refusal_.with("new_group", group);
    }
    line += "--group " + shell_word(group);
  } else {
    const auto agency = directory_.find_agency(identity::AgencyId(principal_.id));
    line += "--agency " + shell_word(agency ? agency->name : principal_.id);
  }
  line += " --role " + shell_word(role->display_name);
  if (scope_.kind == Scope::Kind::Project) {
    line += " --project " + shell_word(scope_.project_name);
  } else {
    line += " --scope domain";
  }
  refusal_.with("smallest_grant", std::move(line));
}

}  // namespace jianmen::authz::detail
