#pragma once
// Tokens (docs/adr: token): version, key id, random nonce, AES-256-GCM over a compact binary body,
// base64url, < 400 bytes for up to six roles. Opening needs no look-up; what changed since it was
// issued is told by the epoch. The same sealed form under another purpose carries temporary keys
// (X-Security-Token).
//   bytes 0-1  0x24c and the version, so that every token's text begins with "JM"
//   bytes 2-5  key id      bytes 6-7  length of the whole, big-endian      bytes 8-19  nonce
//   then the claims under AES-256-GCM with the purpose as associated data, and its tag
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
  identity::Principal principal;   // without names: the authenticator adds them from the directory
  std::uint64_t epoch = 0;         // of the user or the agency when it was issued
  std::uint64_t caller_epoch = 0;  // of the user that assumed the agency; 0 without one
  base::Secret secret;             // temporary keys only
};

enum class Purpose { Token, SecurityToken };

enum class OpenFault {
  NotAToken,     // not of this form at all
  Cut,           // of this form, too short
  Damaged,       // of this form, altered
  Foreign,       // sealed by another installation (unknown key id)
  OtherPurpose,  // a security token used as a token, or the reverse
};

// More roles than fit a request header that servers and proxies let through; seal() wants at most
// these.
constexpr std::size_t kMaxRolesInToken = 256;

class TokenRing {
 public:
  // Keys are derived from the vault's master key. Generation `current` seals; it and the `kept - 1`
  // before it open.
  TokenRing(const crypto::Vault& vault, base::Random& random, unsigned current = 1,
            unsigned kept = 1);
  ~TokenRing();
  TokenRing(const TokenRing&) = delete;
  TokenRing& operator=(const TokenRing&) = delete;

  std::string seal(const Claims& claims, Purpose purpose) const;
  std::expected<Claims, OpenFault> open(std::string_view text, Purpose purpose) const;

  // Of a text that open() calls Cut: how many characters its end lacks; 0 when even its beginning
  // does not tell.
  static std::size_t missing_characters(std::string_view text);

 private:
  struct Ring;
  std::unique_ptr<Ring> ring_;
};

}  // namespace jianmen::authn
