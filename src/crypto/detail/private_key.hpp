#pragma once
// The private key of ECDSA and SM2 as the SDKs derive it from AK and SK: the counter KDF of NIST SP
// 800-108 with the rejection of FIPS 186-4 B.4.2 (signing facts, section 5).

#include <optional>
#include <string_view>

#include "crypto/detail/residues.hpp"
#include "crypto/signing_key.hpp"

namespace jianmen::crypto::detail {

// nullopt: none of the 256 counters gives one (p < 2^-8000). The caller wipes it.
std::optional<Limbs> derive_private_key(Curve curve, std::string_view algorithm,
                                        std::string_view access_key_id, std::string_view secret);

}  // namespace jianmen::crypto::detail
