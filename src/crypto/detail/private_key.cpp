#include "crypto/detail/private_key.hpp"

#include <cstring>
#include <string>

#include "crypto/detail/curves.hpp"
#include "crypto/digest.hpp"

namespace jianmen::crypto::detail {

// d = c + 1 of the first counter whose c is at most n - 2.
std::optional<Limbs> derive_private_key(Curve curve, std::string_view algorithm,
                                        std::string_view access_key_id, std::string_view secret) {
  const HmacKey key(curve == Curve::P256 ? Hash::Sha256 : Hash::Sm3, secret);
  Limbs limit = curve == Curve::P256 ? P256::kOrder : Sm2P256::kOrder;
  limit[0] -= 1;  // both orders are odd
  std::string input("\0\0\0\1", 4);
  input.append(algorithm).append(1, '\0').append(access_key_id);
  const std::size_t counter_at = input.size();
  input.append(std::string_view("\0\0\0\1\0", 5));
  for (int counter = 0; counter < 256; ++counter) {
    input[counter_at] = static_cast<char>(counter);
    Digest candidate = key.mac(input);
    Limbs number = limbs_of(candidate);
    explicit_bzero(candidate.data(), candidate.size());
    if (!less(number, limit)) continue;
    for (auto& limb : number) {
      if (++limb != 0) break;
    }
    return number;
  }
  return std::nullopt;
}

}  // namespace jianmen::crypto::detail
