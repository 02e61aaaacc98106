#pragma once
// Issuing credentials: tokens and temporary keys. Whatever is derived from another credential goes
// through derive(), the one constructor, so that it never exceeds its parent in scope, role or
// time.

#include <optional>
#include <string>

#include "authn/authenticator.hpp"
#include "authn/token/token.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"

namespace jianmen::authn {

struct IssuedToken {
  std::string text;  // for X-Subject-Token
  identity::Principal principal;
};

struct TemporaryKey {
  std::string access, secret, security_token;
  base::Time expires{};
};

class Issuer {
 public:
  Issuer(const directory::Directory& directory, const TokenRing& ring, const base::Clock& clock,
         base::Random& random, Settings settings);

  // For a user whose password (or key) was just proven. Scope Kind::None gives an unscoped token
  // without roles.
  base::Result<IssuedToken> token_for_user(const identity::User& user, identity::Scope scope,
                                           std::vector<std::string> methods) const;
  // From a token: another scope of the same account that the parent's user may reach, the parent's
  // end.
  base::Result<IssuedToken> token_from(const identity::Principal& parent,
                                       identity::Scope scope) const;
  // Through an agency that `caller` may assume (the permission is checked before).
  base::Result<IssuedToken> token_for_agency(const identity::Agency& agency,
                                             const identity::Principal& caller,
                                             identity::Scope scope) const;
  base::Result<TemporaryKey> key_from(const identity::Principal& parent, base::Duration life) const;
  base::Result<TemporaryKey> key_for_agency(const identity::Agency& agency,
                                            const identity::Principal& caller,
                                            base::Duration life) const;

 private:
  const directory::Directory& directory_;
  const TokenRing& ring_;
  const base::Clock& clock_;
  base::Random& random_;
  Settings settings_;
};

}  // namespace jianmen::authn
