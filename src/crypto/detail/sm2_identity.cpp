#include "crypto/detail/sm2_identity.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "crypto/detail/openssl.hpp"

namespace jianmen::crypto::detail {

namespace {

// All but the public key is the same for everybody.
Hasher begin_identity() {
  const std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>> group(EC_GROUP_new_by_curve_name(NID_sm2));
  using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
  const Number a(BN_new()), b(BN_new()), base_x(BN_new()), base_y(BN_new());
  EC_GROUP_get_curve(group.get(), nullptr, a.get(), b.get(), nullptr);
  EC_POINT_get_affine_coordinates(group.get(), EC_GROUP_get0_generator(group.get()), base_x.get(),
                                  base_y.get(), nullptr);
  constexpr std::uint16_t kBits = kSm2UserId.size() * 8;
  std::string text = {static_cast<char>(kBits >> 8), static_cast<char>(kBits & 0xff)};
  text += kSm2UserId;
  for (const auto* number : {a.get(), b.get(), base_x.get(), base_y.get()}) {
    std::array<unsigned char, 32> bytes{};
    BN_bn2binpad(number, bytes.data(), bytes.size());
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  Hasher hasher(Hash::Sm3);
  hasher.update(text);
  return hasher;
}

}  // namespace

Digest hash_sm2_identity(std::string_view x, std::string_view y) {
  static const Hasher begun = begin_identity();
  auto hasher = begun;
  hasher.update(x);
  hasher.update(y);
  return hasher.finish();
}

std::string_view without_leading_zeros(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('\0'), number.size()));
}

}  // namespace jianmen::crypto::detail
