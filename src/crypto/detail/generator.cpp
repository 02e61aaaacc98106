#include "crypto/detail/generator.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "crypto/detail/curves.hpp"

namespace jianmen::crypto::detail {

namespace {

constexpr int kWidth = 10;  // bits of a digit
constexpr std::size_t kDigits = (257 + kWidth - 1) / kWidth, kHalf = std::size_t{1} << (kWidth - 1);

using Digits = std::array<std::int16_t, kDigits>;

// -kHalf … kHalf each.
Digits digits_of(const Limbs& scalar) {
  Digits out;
  int carry = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const std::size_t bit = i * kWidth, limb = bit / 64, shift = bit % 64;
    std::uint64_t bits = limb < 4 ? scalar[limb] >> shift : 0;
    if (shift > 64 - kWidth && limb + 1 < 4) bits |= scalar[limb + 1] << (64 - shift);
    int digit = static_cast<int>(bits & (2 * kHalf - 1)) + carry;
    carry = digit > static_cast<int>(kHalf);
    if (carry) digit -= static_cast<int>(2 * kHalf);
    out[i] = static_cast<std::int16_t>(digit);
  }
  return out;
}

template <class Curve>
class Multiples {
 public:
  // Row by row the first; then all rows together, each as long again as it was.
  Multiples() {
    AffinePoint first{Field::enter(Curve::kX), Field::enter(Curve::kY)};
    for (auto& row : table_) {
      row[0] = first;
      for (int i = 0; i < kWidth; ++i)
        double_it(first, Field::invert(Field::add(first.y, first.y)));
    }
    std::vector<Limbs> inverses;
    for (std::size_t known = 1; known < kHalf; known *= 2) {
      inverses.clear();
      for (const auto& row : table_) {
        const auto& top = row[known - 1];
        for (std::size_t i = 0; i + 1 < known; ++i)
          inverses.push_back(Field::subtract(row[i].x, top.x));
        inverses.push_back(Field::add(top.y, top.y));
      }
      invert_all(inverses);
      const auto* inverse = inverses.data();
      for (auto& row : table_) {
        for (std::size_t i = 0; i < known; ++i) row[known + i] = row[known - 1];
        for (std::size_t i = 0; i + 1 < known; ++i) add(row[known + i], row[i], *inverse++);
        double_it(row[2 * known - 1], *inverse++);
      }
    }
  }

  void multiply(std::span<const Limbs> scalars, std::span<AffinePoint> out) const {
    for (std::size_t at = 0; at < scalars.size(); at += kMultiplesAtOnce) {
      const auto size = std::min(kMultiplesAtOnce, scalars.size() - at);
      multiply_some(scalars.subspan(at, size), out.subspan(at, size));
    }
  }

 private:
  using Field = Residues<Curve::kField>;
  using Row = std::array<AffinePoint, kHalf>;  // 1 … kHalf times its first

  // to += from, where neither is nothing and they differ in x: λ = Δy / Δx.
  static void add(AffinePoint& to, const AffinePoint& from, const Limbs& inverse) {
    const auto slope = Field::multiply(Field::subtract(from.y, to.y), inverse);
    const auto x = Field::subtract(Field::subtract(Field::multiply(slope, slope), to.x), from.x);
    to.y = Field::subtract(Field::multiply(slope, Field::subtract(to.x, x)), to.y);
    to.x = x;
  }

  static void double_it(AffinePoint& point, const Limbs& inverse) {  // λ = 3(x² - 1) / 2y
    const auto square = Field::subtract(Field::multiply(point.x, point.x), Field::kOne);
    const auto slope = Field::multiply(Field::add(Field::add(square, square), square), inverse);
    const auto x = Field::subtract(Field::multiply(slope, slope), Field::add(point.x, point.x));
    point.y = Field::subtract(Field::multiply(slope, Field::subtract(point.x, x)), point.y);
    point.x = x;
  }

  // All at the price of one inversion and three multiplications each (Montgomery's trick).
  static void invert_all(std::vector<Limbs>& numbers) {
    std::vector<Limbs> before(numbers.size());
    Limbs product = Field::kOne;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      before[i] = product;
      product = Field::multiply(product, numbers[i]);
    }
    Limbs inverse = Field::invert(product);
    for (std::size_t i = numbers.size(); i-- > 0;) {
      const auto own = Field::multiply(inverse, before[i]);
      inverse = Field::multiply(inverse, numbers[i]);
      numbers[i] = own;
    }
  }

  void multiply_some(std::span<const Limbs> scalars, std::span<AffinePoint> out) const {
    std::vector<Digits> digits;
    digits.reserve(scalars.size());
    for (const auto& scalar : scalars) digits.push_back(digits_of(scalar));
    std::ranges::fill(out, AffinePoint{});
    std::vector<char> lost(out.size());
    std::vector<std::size_t> active;
    std::vector<Limbs> inverses;
    for (std::size_t at = 0; at < kDigits; ++at) {
      active.clear();
      inverses.clear();
      for (std::size_t i = 0; i < out.size(); ++i) {
        if (digits[i][at] == 0) continue;
        const auto& entry = table_[at][static_cast<std::size_t>(std::abs(digits[i][at])) - 1];
        if (is_nothing(out[i])) {
          out[i] = signed_by(digits[i][at], entry);
        } else if (entry.x == out[i].x) {
          lost[i] = 1;
        } else {
          active.push_back(i);
          inverses.push_back(Field::subtract(entry.x, out[i].x));
        }
      }
      if (active.empty()) continue;
      invert_all(inverses);
      for (std::size_t j = 0; j < active.size(); ++j) {
        const auto digit = digits[active[j]][at];
        const auto& entry = table_[at][static_cast<std::size_t>(std::abs(digit)) - 1];
        add(out[active[j]], signed_by(digit, entry), inverses[j]);
      }
    }
    if (!digits.empty()) explicit_bzero(digits.data(), digits.size() * sizeof(Digits));
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] =
          lost[i] ? AffinePoint{} : AffinePoint{Field::leave(out[i].x), Field::leave(out[i].y)};
    }
  }

  // No point of the curves has y = 0.
  static bool is_nothing(const AffinePoint& point) { return is_zero(point.y); }

  static AffinePoint signed_by(int sign, const AffinePoint& point) {
    return sign > 0 ? point : AffinePoint{point.x, Field::subtract(Limbs{}, point.y)};
  }

  std::array<Row, kDigits> table_;
};

template <class Curve>
const Multiples<Curve>& multiples() {
  static const auto table = std::make_unique<const Multiples<Curve>>();
  return *table;
}

}  // namespace

void multiply_generator(Curve curve, std::span<const Limbs> scalars, std::span<AffinePoint> out) {
  if (curve == Curve::P256) return multiples<P256>().multiply(scalars, out);
  multiples<Sm2P256>().multiply(scalars, out);
}

}  // namespace jianmen::crypto::detail
