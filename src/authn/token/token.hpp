#pragma once
// Tokens (docs/adr: token): version, key id, random nonce, AES-256-GCM over a compact binary body, base64url,
// < 400 bytes for up to six roles. Opening needs no look-up; what changed since it was issued is told by the epoch.
// The same sealed form under another purpose carries temporary keys (X-Security-Token).
// Thread safety: TokenRing is immutable; seal and open from any thread.

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "crypto/vault.hpp"
#include "identity/principal.hpp"

namespace jianmen::authn {

// What a token or a temporary key carries.
struct Claims {
  identity::Principal principal;  // without names: the authenticator adds them from the directory
  std::uint64_t epoch = 0;        // of the user or the agency when it was issued
  std::uint64_t caller_epoch = 0; // of the user that assumed the agency; 0 without one
  base::Secret secret;            // temporary keys only
};

enum class Purpose { Token, SecurityToken };

enum class OpenFault {
  NotAToken,    // not of this form at all
  Cut,          // of this form, too short
  Damaged,      // of this form, altered
  Foreign,      // sealed by another installation (unknown key id)
  OtherPurpose  // a security token used as a token, or the reverse
};

class TokenRing {
 public:
  TokenRing(const crypto::Vault& vault, base::Random& random);
  ~TokenRing();

  std::string seal(const Claims& claims, Purpose purpose) const;
  std::expected<Claims, OpenFault> open(std::string_view text, Purpose purpose) const;

 private:
  struct Ring;
  std::unique_ptr<Ring> ring_;
};

}  // namespace jianmen::authn
