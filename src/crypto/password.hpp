#pragma once
// argon2id (RFC 9106), PHC text. Slow by design: call it on a thread that may block, never on an
// event loop.

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::crypto {

struct PasswordCost {
  std::uint32_t iterations = 2;
  std::uint32_t memory_kib = 19 * 1024;  // OWASP's second choice: m=19 MiB, t=2, p=1
  std::uint32_t lanes = 1;
};

base::Result<std::string> hash_password(const base::Secret& password, base::Random& random,
                                        PasswordCost cost = {});
// False for a wrong password and for a hash that is no argon2id text.
bool verify_password(const base::Secret& password, std::string_view phc);
// Spends the time that a verification takes, for a user that does not exist (no oracle by time).
void spend_verification(const base::Secret& password, PasswordCost cost = {});

}  // namespace jianmen::crypto
