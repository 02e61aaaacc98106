#pragma once
// Multiples of a curve's generator, many at a time: by a table of its multiples (0.8 MiB a curve,
// made at first use in some milliseconds) and additions that share their inversions, in a third of
// the time of OpenSSL's for one. The table is read at places that the numbers give: not for keys
// that sign. Thread safety: any thread.

#include <span>

#include "crypto/detail/residues.hpp"
#include "crypto/signing_key.hpp"

namespace jianmen::crypto::detail {

inline constexpr std::size_t kMultiplesAtOnce = 512;  // fewer share less

struct AffinePoint {
  Limbs x{}, y{};
  bool operator==(const AffinePoint&) const = default;
};

// out[i] = scalars[i] * G, for scalars below the order; {0, 0} for 0, and for a few numbers near
// the order (of chance 2^-240) that the additions do not reach.
void multiply_generator(Curve curve, std::span<const Limbs> scalars, std::span<AffinePoint> out);

}  // namespace jianmen::crypto::detail
