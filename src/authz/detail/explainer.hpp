#pragma once
// Why a question was answered with no: the most specific cause with its evidence. It asks the same
// sets the same question, here and in the scopes where the answer might differ; it holds no rule of
// its own.

#include <optional>
#include <string>
#include <vector>

#include "authz/authorize.hpp"
#include "authz/detail/role_cache.hpp"

namespace jianmen::authz::detail {

// Does a grant count in this scope? As the directory counts it, for naming grants only.
bool applies_in(const identity::Grant& grant, const identity::Scope& scope);

class Explainer {
 public:
  Explainer(const directory::Directory& directory, RoleCache& roles,
            const identity::Principal& principal, const Question& question);

  identity::Refusal run();

 private:
  struct Elsewhere {
    std::vector<std::string> projects;  // names, in which the answer is yes
    bool domain = false;
    std::string role;   // that allows it there
    std::string group;  // that holds it; empty for an agency
  };

  identity::Cause choose_cause(const policy::Explanation& explanation);
  identity::Cause cause_of_scope() const;
  const policy::NearMiss* find_near_miss(policy::NearMiss::Why why,
                                         const policy::Explanation& explanation) const;

  policy::Decision ask(const RoleSet& set, const Question& question) const;
  Elsewhere look_elsewhere();
  Question moved_to(const identity::Project& project) const;
  std::vector<identity::RoleId> roles_in(const std::vector<identity::Grant>& grants,
                                         const identity::Scope& scope) const;

  void add_situation();
  void add_statement(const policy::StatementRef& at);
  void add_near_miss(const policy::NearMiss& miss);
  void add_token_times(const RoleSet& now);
  void add_group_that_allows();
  void add_smallest_grant();
  void add_policy_of_action();
  void add_grant_of(std::string_view role_name, std::string_view role_id);
  void add_call(std::string call);
  void add_way_around_denials();
  bool can_be_named() const;
  bool would_allow(std::vector<identity::RoleId> ids, const identity::Role& role) const;
  std::optional<identity::Role> find_smallest_role();
  std::string choose_group() const;

  const directory::Directory& directory_;
  RoleCache& roles_;
  const identity::Principal& principal_;
  const Question& question_;
  const identity::Scope scope_;
  const bool is_user_;
  std::vector<identity::Group> groups_;
  std::vector<identity::Grant> grants_;  // all of the principal's, in every scope
  SharedRoleSet effective_, now_;
  Elsewhere elsewhere_;
  std::vector<identity::RoleId> remaining_;  // what is granted now, less what a mend takes away
  std::string calls_;                        // IAM's own calls that mend it, in order
  identity::Refusal refusal_;
};

}  // namespace jianmen::authz::detail
