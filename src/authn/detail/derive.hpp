#pragma once
// The one constructor of credentials that come from another credential. Whatever it returns stays
// within its parent: in scope, in roles and in time. Pure but for reading the directory.

#include "authn/token/token.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"

namespace jianmen::authn::detail {

struct Wanted {
  identity::CredentialKind credential = identity::CredentialKind::Token;  // or TemporaryKey
  identity::Scope scope;  // of a token; a key takes what its parent has
  base::Time now{};
  base::Duration life{};
};

// Scope: a project-scoped parent gives only that project; any other its account and the account's
// projects. Roles: the parent's own snapshot where the scope stays the same, less what is no longer
// granted; else what is granted now to its user or agency. A key of a parent without a project has
// no snapshot, like a permanent key; a token without a scope gives tokens, but no key. End: the
// parent's, at the latest. Errors: Denied (outside the parent, or its user is off), NotFound (no
// such project in the account), Unauthenticated (the parent has ended), TooLarge (more roles than a
// token holds).
base::Result<Claims> derive(const directory::Directory& directory,
                            const identity::Principal& parent, const Wanted& wanted);

// Roles that apply now to a user or an agency in a scope; none in Kind::None.
std::vector<identity::RoleId> current_roles(const directory::Directory& directory,
                                            const identity::User& user,
                                            const identity::Scope& scope);
std::vector<identity::RoleId> current_roles(const directory::Directory& directory,
                                            const identity::Agency& agency,
                                            const identity::Scope& scope);

// The scope with the project's name; an error when the project is not of the account.
base::Result<identity::Scope> resolve_scope(const directory::Directory& directory,
                                            const identity::AccountId& account,
                                            const identity::Scope& scope);

}  // namespace jianmen::authn::detail
