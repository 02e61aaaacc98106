#pragma once
// ZA of GB/T 32918.2 section 5.5: who signs, in the digest that an SM2 signature is of.

#include <string_view>

#include "crypto/digest.hpp"

namespace jianmen::crypto::detail {

// The user id when the two sides agree on none (GB/T 35276 section 10).
inline constexpr std::string_view kSm2UserId = "1234567812345678";

// Over the coordinates of the public point as they are given: signers differ in leading zeros.
Digest hash_sm2_identity(std::string_view x, std::string_view y);

// As signers write them that keep numbers without leading zeros.
std::string_view without_leading_zeros(std::string_view number);

}  // namespace jianmen::crypto::detail
