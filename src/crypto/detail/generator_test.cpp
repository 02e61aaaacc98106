#include "crypto/detail/generator.hpp"

#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "crypto/detail/curves.hpp"
#include "crypto/detail/openssl.hpp"

namespace jianmen::crypto::detail {
namespace {

using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

Limbs limbs(const BIGNUM* number) {
  std::array<std::uint8_t, 32> bytes{};
  BN_bn2binpad(number, bytes.data(), bytes.size());
  return limbs_of(bytes);
}

Number number(const Limbs& limbs) {
  const auto bytes = bytes_of(limbs);
  return Number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
}

std::vector<Limbs> scalars(const Limbs& order) {
  std::vector<Limbs> out;
  for (std::uint64_t i = 0; i < 20; ++i) {
    out.push_back({i});
    out.push_back({order[0] - i - 1, order[1], order[2], order[3]});
  }
  for (std::size_t bit = 0; bit < 255; ++bit) {
    Limbs power{}, ones{};
    power[bit / 64] = std::uint64_t{1} << (bit % 64);
    for (std::size_t i = 0; i <= bit; ++i) ones[i / 64] |= std::uint64_t{1} << (i % 64);
    out.push_back(power);
    out.push_back(ones);
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 100; ++i) out.push_back({random(), random(), random(), random() >> 1});
  return out;
}

TEST(Generator, MultiplesAreThoseOfOpenSsl) {
  for (const auto curve : {Curve::P256, Curve::Sm2}) {
    const std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>> group(
        EC_GROUP_new_by_curve_name(curve == Curve::P256 ? NID_X9_62_prime256v1 : NID_sm2));
    const auto& order = curve == Curve::P256 ? P256::kOrder : Sm2P256::kOrder;
    EXPECT_EQ(limbs(EC_GROUP_get0_order(group.get())), order);
    const auto all = scalars(order);
    std::vector<AffinePoint> points(all.size());
    multiply_generator(curve, all, points);
    const std::unique_ptr<EC_POINT, Free<EC_POINT_free>> point(EC_POINT_new(group.get()));
    const Number x(BN_new()), y(BN_new());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EC_POINT_mul(group.get(), point.get(), number(all[i]).get(), nullptr, nullptr, nullptr);
      AffinePoint expected;
      if (EC_POINT_is_at_infinity(group.get(), point.get()) == 0) {
        EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), y.get(), nullptr);
        expected = {limbs(x.get()), limbs(y.get())};
      }
      EXPECT_EQ(points[i], expected) << i;
    }
  }
}

template <class Residues>
void check_arithmetic(const Limbs& modulus) {
  const std::unique_ptr<BN_CTX, Free<BN_CTX_free>> scratch(BN_CTX_new());
  const auto prime = number(modulus);
  std::mt19937_64 random(2);
  std::vector<Limbs> numbers = {{}, {1}, {modulus[0] - 1, modulus[1], modulus[2], modulus[3]}};
  for (int i = 0; i < 40; ++i)
    numbers.push_back(Residues::reduced({random(), random(), random(), random()}));
  const Number expected(BN_new());
  for (const auto& a : numbers) {
    EXPECT_EQ(Residues::leave(Residues::enter(a)), a);
    if (!is_zero(a)) {
      const auto form = Residues::enter(a);
      EXPECT_EQ(Residues::multiply(form, Residues::invert(form)), Residues::kOne);
    }
    for (const auto& b : numbers) {
      BN_mod_mul(expected.get(), number(a).get(), number(b).get(), prime.get(), scratch.get());
      EXPECT_EQ(Residues::multiply(a, Residues::enter(b)), limbs(expected.get()));
      BN_mod_add(expected.get(), number(a).get(), number(b).get(), prime.get(), scratch.get());
      EXPECT_EQ(Residues::add(a, b), limbs(expected.get()));
      BN_mod_sub(expected.get(), number(a).get(), number(b).get(), prime.get(), scratch.get());
      EXPECT_EQ(Residues::subtract(a, b), limbs(expected.get()));
    }
  }
}

TEST(Residues, ArithmeticIsThatOfOpenSsl) {
  check_arithmetic<Residues<P256::kField>>(P256::kField);
  check_arithmetic<Residues<P256::kOrder>>(P256::kOrder);
  check_arithmetic<Residues<Sm2P256::kField>>(Sm2P256::kField);
  check_arithmetic<Residues<Sm2P256::kOrder>>(Sm2P256::kOrder);
}

}  // namespace
}  // namespace jianmen::crypto::detail
