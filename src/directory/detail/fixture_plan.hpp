#pragma once
// A fixture as typed rows with their paths, read once: read_fixture() checks the shape,
// check_references() what the rows name. load_fixture applies a plan without mistakes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "directory/fixture.hpp"

namespace jianmen::directory::detail {

struct AccountRow {
  std::string path, name;
  std::optional<AccountId> id;
  bool enabled = true;
};

struct ProjectRow {
  std::string path, account, name;
  std::string region;  // of the name
  std::optional<ProjectId> id;
  std::string description;
  bool enabled = true;

  bool is_region() const { return name == region; }
};

struct GroupRow {
  std::string path, account, name;
  std::optional<GroupId> id;
  std::string description;
};

struct PolicyRow {
  std::string path, account;
  Role role;
};

struct KeyRow {
  std::string path, account, user;
  AccessKeyId id;
  base::Secret secret;
  std::string sealed;  // instead of the secret
  bool active = true;
  std::string description;
};

struct UserRow {
  std::string path, account;
  NewUser user;
  base::Secret password;
  std::vector<std::pair<std::string, std::string>> groups;  // path, name or id
};

struct AgencyRow {
  std::string path, account;
  Agency agency;
};

struct GrantRow {
  std::string path, account;
  Grant::Holder holder = Grant::Holder::Group;
  std::string holder_ref, role_ref, project_ref;  // names or ids
  GrantScope scope = GrantScope::Domain;
};

// `account` of every row is the account's name.
struct FixturePlan {
  std::vector<AccountRow> accounts;
  std::vector<ProjectRow> projects;
  std::vector<GroupRow> groups;
  std::vector<PolicyRow> policies;
  std::vector<UserRow> users;
  std::vector<KeyRow> keys;
  std::vector<AgencyRow> agencies;
  std::vector<GrantRow> grants;
  base::json::object services;
};

// `directory` may be nullptr: then every reference must be inside the document.
FixturePlan read_fixture(const base::json::value& fixture, const Directory* directory,
                         std::vector<FixtureMistake>& mistakes);
void check_references(const FixturePlan& plan, const catalog::Catalog& catalog,
                      const Directory* directory, std::vector<FixtureMistake>& mistakes);

std::string_view to_text(RoleType type);    // AX XA AA XX
std::string_view to_text(AccessMode mode);  // default programmatic console

}  // namespace jianmen::directory::detail
