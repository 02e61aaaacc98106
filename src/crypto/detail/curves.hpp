#pragma once
// The numbers of the two curves, y^2 = x^3 - 3x + b over a field of 256 bits: P-256 (FIPS 186-4
// D.1.2.3) and sm2p256v1 (GB/T 32918.5).

#include "crypto/detail/residues.hpp"

namespace jianmen::crypto::detail {

struct P256 {
  static constexpr Limbs kField = {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000,
                                   0xffffffff00000001};
  static constexpr Limbs kOrder = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                   0xffffffff00000000};
  static constexpr Limbs kX = {0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2,
                               0x6b17d1f2e12c4247};
  static constexpr Limbs kY = {0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16,
                               0x4fe342e2fe1a7f9b};
};

struct Sm2P256 {
  static constexpr Limbs kField = {0xffffffffffffffff, 0xffffffff00000000, 0xffffffffffffffff,
                                   0xfffffffeffffffff};
  static constexpr Limbs kOrder = {0x53bbf40939d54123, 0x7203df6b21c6052b, 0xffffffffffffffff,
                                   0xfffffffeffffffff};
  static constexpr Limbs kX = {0x715a4589334c74c7, 0x8fe30bbff2660be1, 0x5f9904466a39c994,
                               0x32c4ae2c1f198119};
  static constexpr Limbs kY = {0x02df32e52139f0a0, 0xd0a9877cc62a4740, 0x59bdcee36b692153,
                               0xbc3736a2f4f6779c};
};

}  // namespace jianmen::crypto::detail
