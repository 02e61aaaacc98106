#pragma once
// Arithmetic modulo a prime of 256 bits, in Montgomery's form: x is kept as x * 2^256 mod p. For
// what is done thousands of times and where OpenSSL's numbers cost more than the work itself. Times
// depend on the values only in the last subtraction. Thread safety: pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace jianmen::crypto::detail {

using Limbs = std::array<std::uint64_t, 4>;  // the least first

constexpr Limbs limbs_of(std::span<const std::uint8_t, 32> big_endian) {
  Limbs out{};
  for (std::size_t i = 0; i < 32; ++i) {
    auto& limb = out[3 - i / 8];
    limb = limb << 8 | big_endian[i];
  }
  return out;
}

constexpr std::array<std::uint8_t, 32> bytes_of(const Limbs& limbs) {
  std::array<std::uint8_t, 32> out{};
  for (std::size_t i = 0; i < 32; ++i)
    out[i] = static_cast<std::uint8_t>(limbs[3 - i / 8] >> (56 - 8 * (i % 8)));
  return out;
}

constexpr bool is_zero(const Limbs& a) { return (a[0] | a[1] | a[2] | a[3]) == 0; }

constexpr bool less(const Limbs& a, const Limbs& b) {
  for (std::size_t i = 4; i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

// out = a + b + carry, and a - b - carry; the new carry. g++ 12 makes one instruction of each only
// when told: a fifth of the time.
[[gnu::always_inline]] constexpr unsigned char add_limb(unsigned char carry, std::uint64_t a,
                                                        std::uint64_t b, std::uint64_t& out) {
#ifdef __x86_64__
  if !consteval {
    unsigned long long sum;  // NOLINT(google-runtime-int): as the intrinsic has it
    carry = _addcarry_u64(carry, a, b, &sum);
    out = sum;
    return carry;
  }
#endif
  const auto sum = static_cast<unsigned __int128>(a) + b + carry;
  out = static_cast<std::uint64_t>(sum);
  return static_cast<unsigned char>(sum >> 64);
}

[[gnu::always_inline]] constexpr unsigned char subtract_limb(unsigned char carry, std::uint64_t a,
                                                             std::uint64_t b, std::uint64_t& out) {
#ifdef __x86_64__
  if !consteval {
    unsigned long long difference;  // NOLINT(google-runtime-int): as the intrinsic has it
    carry = _subborrow_u64(carry, a, b, &difference);
    out = difference;
    return carry;
  }
#endif
  const auto difference = static_cast<unsigned __int128>(a) - b - carry;
  out = static_cast<std::uint64_t>(difference);
  return static_cast<unsigned char>(difference >> 64 & 1U);
}

template <Limbs kModulus>
struct Residues {
  using Wide = unsigned __int128;

  // a and b below the modulus, as everywhere here but in multiply().
  [[gnu::always_inline]] static constexpr Limbs add(const Limbs& a, const Limbs& b) {
    Limbs sum;
    auto carry = add_limb(0, a[0], b[0], sum[0]);
    carry = add_limb(carry, a[1], b[1], sum[1]);
    carry = add_limb(carry, a[2], b[2], sum[2]);
    carry = add_limb(carry, a[3], b[3], sum[3]);
    return reduced(sum, carry);
  }

  [[gnu::always_inline]] static constexpr Limbs subtract(const Limbs& a, const Limbs& b) {
    Limbs out;
    auto carry = subtract_limb(0, a[0], b[0], out[0]);
    carry = subtract_limb(carry, a[1], b[1], out[1]);
    carry = subtract_limb(carry, a[2], b[2], out[2]);
    carry = subtract_limb(carry, a[3], b[3], out[3]);
    const std::uint64_t mask = 0 - std::uint64_t{carry};
    carry = add_limb(0, out[0], kModulus[0] & mask, out[0]);
    carry = add_limb(carry, out[1], kModulus[1] & mask, out[1]);
    carry = add_limb(carry, out[2], kModulus[2] & mask, out[2]);
    add_limb(carry, out[3], kModulus[3] & mask, out[3]);
    return out;
  }

  // a * b / 2^256. One of the two may be any number of 256 bits. Written limb by limb: g++ 12 keeps
  // arrays of them in memory, which takes twice the time.
  [[gnu::always_inline]] static constexpr Limbs multiply(const Limbs& a, const Limbs& b) {
    std::uint64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0;
    const auto low = [](Wide wide) { return static_cast<std::uint64_t>(wide); };
    const auto high = [](Wide wide) { return static_cast<std::uint64_t>(wide >> 64); };
    const auto row = [&](std::uint64_t digit) __attribute__((always_inline)) {
      Wide part = Wide{a[0]} * digit + s0;
      const auto r0 = low(part);
      part = Wide{a[1]} * digit + s1 + high(part);
      const auto r1 = low(part);
      part = Wide{a[2]} * digit + s2 + high(part);
      const auto r2 = low(part);
      part = Wide{a[3]} * digit + s3 + high(part);
      const auto r3 = low(part);
      const Wide top = Wide{s4} + high(part);
      // What makes the lowest limb zero is added, and the limb left out.
      const auto factor = r0 * kNegatedInverse;
      const auto carry = kNegatedInverse == 1 ? factor : high(Wide{factor} * kModulus[0] + r0);
      part = Wide{factor} * kModulus[1] + r1 + carry;
      s0 = low(part);
      part = Wide{factor} * kModulus[2] + r2 + high(part);
      s1 = low(part);
      part = Wide{factor} * kModulus[3] + r3 + high(part);
      s2 = low(part);
      part = top + high(part);
      s3 = low(part);
      s4 = high(part);
    };
    row(b[0]);
    row(b[1]);
    row(b[2]);
    row(b[3]);
    return reduced({s0, s1, s2, s3}, s4);
  }

  // Into Montgomery's form, and out of it.
  static constexpr Limbs enter(const Limbs& a) { return multiply(a, kSquare); }
  static constexpr Limbs leave(const Limbs& a) { return multiply(a, Limbs{1}); }

  // By Fermat's theorem; 0 for 0. Within the form.
  static constexpr Limbs invert(const Limbs& a) {
    std::array<Limbs, 16> powers;
    powers[0] = kOne;
    for (std::size_t i = 1; i < 16; ++i) powers[i] = multiply(powers[i - 1], a);
    Limbs out = kOne;
    for (std::size_t digit = 64; digit-- > 0;) {
      for (int i = 0; i < 4; ++i) out = multiply(out, out);
      out = multiply(out, powers[kExponent[digit / 16] >> (4 * (digit % 16)) & 15U]);
    }
    return out;
  }

  [[gnu::always_inline]] static constexpr Limbs reduced(const Limbs& a, std::uint64_t high = 0) {
    Limbs less;
    auto carry = subtract_limb(0, a[0], kModulus[0], less[0]);
    carry = subtract_limb(carry, a[1], kModulus[1], less[1]);
    carry = subtract_limb(carry, a[2], kModulus[2], less[2]);
    carry = subtract_limb(carry, a[3], kModulus[3], less[3]);
    return high < carry ? a : less;
  }

  static constexpr std::uint64_t kNegatedInverse = [] {
    std::uint64_t inverse = 1;  // of the lowest limb modulo 2^64, by Newton's iteration
    for (int i = 0; i < 6; ++i) inverse *= 2 - kModulus[0] * inverse;
    return 0 - inverse;
  }();
  static constexpr Limbs doubled(Limbs value, int times) {
    for (int i = 0; i < times; ++i) value = add(value, value);
    return value;
  }
  static constexpr Limbs kOne = doubled({1}, 256);
  static constexpr Limbs kSquare = doubled({1}, 512);
  static constexpr Limbs kExponent = {kModulus[0] - 2, kModulus[1], kModulus[2], kModulus[3]};
};

}  // namespace jianmen::crypto::detail
