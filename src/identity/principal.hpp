#pragma once
// Who is calling, as authn proved it: the only form in which a caller's identity reaches a service.
// Made by authn alone (a test searches the sources for other makers). Immutable; shared by
// reference while a request runs.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "identity/ids.hpp"

namespace jianmen::identity {

// What a credential may act on. A token names one; AK/SK has none of its own (the URL's project is
// taken, after checking that it belongs to the account).
struct Scope {
  enum class Kind { None, Domain, Project };
  Kind kind = Kind::None;
  ProjectId project;         // for Kind::Project
  std::string project_name;  // for Kind::Project
  friend bool operator==(const Scope&, const Scope&) = default;
};

enum class CredentialKind { Token, AccessKey, TemporaryKey };

// The user of another account that acts through an agency.
struct AssumedBy {
  AccountId account;
  std::string account_name;
  UserId user;
  std::string user_name;
  friend bool operator==(const AssumedBy&, const AssumedBy&) = default;
};

struct Principal {
  enum class Kind { User, Agency };
  Kind kind = Kind::User;
  AccountId account;
  std::string account_name;
  std::string id;    // a UserId, or the AgencyId of an assumed agency
  std::string name;  // the user's name, or `<account name>/<agency name>`
  bool root = false;
  CredentialKind credential = CredentialKind::Token;
  AccessKeyId access_key;  // of AccessKey and TemporaryKey
  Scope scope;
  // Set: exactly these roles apply, as granted when the credential was issued (tokens, and keys
  // made from them). Not set: what is granted now (permanent keys).
  std::optional<std::vector<RoleId>> roles;
  base::Time issued{};
  base::Time expires{};              // Time::max() for permanent keys
  std::vector<std::string> methods;  // "password", "token", "assume_role", …
  std::string audit_id;              // of a token; what a revocation names
  std::optional<base::Time> mfa_at;
  std::optional<AssumedBy> assumed_by;
};

}  // namespace jianmen::identity
