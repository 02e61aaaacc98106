#pragma once
// The nouns of IAM as plain values (the IAM reference of the cloud). Names are UTF-8. Times are
// UTC. Thread safety: values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "identity/ids.hpp"

namespace jianmen::identity {

using base::Time;

struct Account {
  AccountId id;
  std::string name;  // unique in the installation
  bool enabled = true;
  Time created{};
};

enum class AccessMode { Default, Programmatic, Console };

struct User {
  UserId id;
  AccountId account;
  std::string name;  // unique in the account
  bool enabled = true;
  bool root = false;  // the account's own user: allowed everything, cannot be deleted
  std::string description;
  std::string email, areacode, phone;
  std::string xuser_id, xuser_type;
  AccessMode access_mode = AccessMode::Default;
  std::string password_hash;  // argon2id PHC text; empty: no password login
  bool must_change_password = false;
  std::string password_strength;  // "Low" | "Middle" | "High", as measured when it was set
  Time created{};
  std::optional<Time> last_login;
  // Rises when something that a token relied on is taken away (disabled, password or key changed,
  // grant or membership removed): tokens of an older epoch are refused. Never falls.
  std::uint64_t epoch = 0;
};

struct Group {
  GroupId id;
  AccountId account;
  std::string name;  // unique in the account
  std::string description;
  Time created{};
};

struct Project {
  ProjectId id;
  AccountId account;
  std::string
      name;  // a region id, or `<region id>_<suffix>` for a sub-project; unique in the account
  std::string region;  // the region part of the name
  ProjectId parent;    // empty for a region project
  std::string description;
  bool enabled = true;
  Time created{};
};

enum class RoleType { Domain /*AX*/, Project /*XA*/, Both /*AA*/, None /*XX*/ };

// A role (Version 1.0) or a policy (1.1), the system's or an account's own; one resource on the
// wire.
struct Role {
  RoleId id;
  AccountId account;  // empty for a system role
  std::string name;   // internal: te_admin, system_all_3, custom_<account>_<n>
  std::string display_name;
  RoleType type = RoleType::Both;
  std::string catalog;  // BASE, ECS, … CUSTOMED
  std::string flag;     // "fine_grained" for system policies, else empty
  std::string description, description_cn;
  std::string policy;  // the document, JSON text
  Time created{}, updated{};
};

// Where a grant applies.
enum class GrantScope {
  Domain,
  Project,
  Inherited /* the domain and all its projects, also future ones */
};

// role × holder (group or agency) × scope
struct Grant {
  enum class Holder { Group, Agency };
  AccountId account;
  Holder holder = Holder::Group;
  std::string holder_id;  // a GroupId or an AgencyId
  RoleId role;
  GrantScope scope = GrantScope::Domain;
  ProjectId project;  // set for GrantScope::Project
  Time created{};
};

struct AccessKey {
  AccessKeyId id;
  AccountId account;
  UserId user;
  std::string sealed_secret;  // the SK under the installation's master key; crypto::Vault opens it
  bool active = true;
  std::string description;
  Time created{};
};

// Delegation from `account` to `trusted_account` (or to a cloud service, by name).
struct Agency {
  AgencyId id;
  AccountId account;
  std::string name;  // unique in the account
  std::string description;
  AccountId trusted_account;         // empty for a cloud service
  std::string trusted_account_name;  // the account's name, or op_svc_<service>
  std::optional<Time> expires;       // none: FOREVER
  std::optional<std::int64_t> duration_hours;
  Time created{};
  std::uint64_t epoch = 0;  // as User::epoch
};

}  // namespace jianmen::identity
