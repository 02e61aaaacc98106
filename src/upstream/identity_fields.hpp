#pragma once
// The verified caller as fields for an upstream: X-User-Id, X-User-Name, X-Domain-Id,
// X-Domain-Name, X-Project-Id, X-Project-Name, X-Roles, X-Identity-Status and a short-lived
// X-Auth-Token, with which the upstream may call on behalf of the caller. Made once for a
// credential and scope, and again when the directory changes or half of the token's life is over.
// Thread safety: one a worker.

#include <string>
#include <string_view>
#include <unordered_map>

#include "authn/issue.hpp"
#include "authz/authorize.hpp"
#include "base/clock.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"

namespace jianmen::upstream {

class IdentityFields {
 public:
  IdentityFields(const directory::Directory& directory, authz::Authorizer& authorizer,
                 const authn::Issuer& issuer, base::Duration token_life)
      : directory_(directory), authorizer_(authorizer), issuer_(issuer), token_life_(token_life) {}

  // "Name: value\r\n" lines for a caller who acts in `scope`. Valid until the next call.
  std::string_view lines(const identity::Principal& principal, const identity::Scope& scope,
                         base::Time now);

 private:
  struct Kept {
    std::uint64_t generation = 0;
    base::Time until{};
    std::string lines;
  };
  std::string make(const identity::Principal& principal, const identity::Scope& scope);

  const directory::Directory& directory_;
  authz::Authorizer& authorizer_;
  const authn::Issuer& issuer_;
  base::Duration token_life_;
  std::string key_;  // of the last question, kept for its memory
  std::string uncached_;
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace jianmen::upstream
