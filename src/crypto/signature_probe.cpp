#include "crypto/signature_probe.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>

#include "base/encoding.hpp"
#include "crypto/detail/curves.hpp"
#include "crypto/detail/generator.hpp"
#include "crypto/detail/openssl.hpp"
#include "crypto/detail/private_key.hpp"
#include "crypto/detail/sm2_identity.hpp"
#include "crypto/digest.hpp"

namespace jianmen::crypto {

namespace {

using detail::AffinePoint;
using detail::Free;
using detail::Limbs;

using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

std::optional<Limbs> limbs_of(const BIGNUM* number) {
  std::array<std::uint8_t, 32> bytes;
  if (BN_is_negative(number) || BN_bn2binpad(number, bytes.data(), bytes.size()) < 0)
    return std::nullopt;
  return detail::limbs_of(bytes);
}

void wipe(std::vector<Limbs>& numbers) {
  if (!numbers.empty()) explicit_bzero(numbers.data(), numbers.size() * sizeof(Limbs));
}

// Leaves no copy behind when the numbers move.
void append(std::vector<Limbs>& numbers, const Limbs& number) {
  if (numbers.size() == numbers.capacity()) {
    std::vector<Limbs> moved;
    moved.reserve(std::max(detail::kMultiplesAtOnce, 2 * numbers.size()));
    moved.assign(numbers.begin(), numbers.end());
    wipe(numbers);
    numbers.swap(moved);
  }
  numbers.push_back(number);
}

}  // namespace

struct SignatureProbe::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  virtual void add_keys(std::span<const std::string_view> secrets) = 0;
  virtual std::size_t keys() const = 0;
  virtual void put(std::size_t key, std::string_view message) = 0;
  virtual std::optional<std::size_t> take_first() = 0;

  std::string algorithm, access_key_id;
  Limbs r{}, s{};
  std::size_t waiting = 0;
};

namespace {

class Ecdsa final : public SignatureProbe::Impl {
 public:
  ~Ecdsa() override {
    wipe(shifts_);
    wipe(trials_);
  }

  void add_keys(std::span<const std::string_view> secrets) override {
    if (shifts_.empty()) {
      inverse_ = Order::invert(Order::enter(s));
      factor_ = Order::multiply(inverse_, Order::enter(r));
    }
    for (const auto secret : secrets) {
      auto key = detail::derive_private_key(Curve::P256, algorithm, access_key_id, secret);
      append(shifts_, key ? Order::multiply(*key, factor_) : Limbs{});
      if (key) explicit_bzero(key->data(), sizeof *key);
    }
  }
  std::size_t keys() const override { return shifts_.size(); }

  // What did not fit before does not fit now: 0, which costs nothing and fits nothing.
  void put(std::size_t key, std::string_view message) override {
    const auto e = detail::limbs_of(digest(Hash::Sha256, message));
    const bool is_new = tried_.insert(e[0] + key).second;
    append(trials_, is_new ? Order::add(Order::multiply(e, inverse_), shifts_[key]) : Limbs{});
  }

  std::optional<std::size_t> take_first() override {
    std::vector<AffinePoint> points(trials_.size());
    detail::multiply_generator(Curve::P256, trials_, points);
    wipe(trials_);
    trials_.clear();
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!detail::is_zero(points[i].y) && Order::reduced(points[i].x) == r) return i;
    }
    return std::nullopt;
  }

 private:
  using Order = detail::Residues<detail::P256::kOrder>;

  Limbs inverse_{}, factor_{};               // 1 / s, r / s; in Montgomery's form
  std::vector<Limbs> shifts_;                // r d / s of each key
  std::vector<Limbs> trials_;                // k
  std::unordered_set<std::uint64_t> tried_;  // a limb of each digest, and the key
};

class Sm2 final : public SignatureProbe::Impl {
 public:
  void add_keys(std::span<const std::string_view> secrets) override {
    std::vector<Limbs> scalars;  // d and k of each
    const auto sum = Order::enter(Order::add(r, s));
    for (const auto secret : secrets) {
      auto key = detail::derive_private_key(Curve::Sm2, algorithm, access_key_id, secret);
      append(scalars, key.value_or(Limbs{}));
      append(scalars, key ? Order::add(s, Order::multiply(*key, sum)) : Limbs{});
      if (key) explicit_bzero(key->data(), sizeof *key);
    }
    std::vector<AffinePoint> points(scalars.size());
    detail::multiply_generator(Curve::Sm2, scalars, points);
    wipe(scalars);
    for (std::size_t i = 0; i < points.size(); i += 2)
      keys_.push_back(key_of(points[i], points[i + 1]));
  }
  std::size_t keys() const override { return keys_.size(); }

  void put(std::size_t key, std::string_view message) override {
    const auto& [possible, expected, identities] = keys_[key];
    const bool fits = possible && std::ranges::any_of(identities, [&](const Digest& identity) {
                        Hasher hasher(Hash::Sm3);
                        hasher.update(base::as_text(identity));
                        hasher.update(message);
                        return Order::reduced(detail::limbs_of(hasher.finish())) == expected;
                      });
    if (fits && !first_) first_ = waiting;
  }

  std::optional<std::size_t> take_first() override { return std::exchange(first_, std::nullopt); }

 private:
  using Order = detail::Residues<detail::Sm2P256::kOrder>;

  struct Key {
    bool possible = false;
    Limbs expected{};  // the digest that the signature is of, modulo the order
    std::vector<Digest> identities = {};
  };

  Key key_of(const AffinePoint& owner, const AffinePoint& across) const {
    if (detail::is_zero(owner.y) || detail::is_zero(across.y)) return {};
    Key key{.possible = true, .expected = Order::subtract(r, Order::reduced(across.x))};
    const auto x_bytes = detail::bytes_of(owner.x), y_bytes = detail::bytes_of(owner.y);
    const auto x = base::as_text(x_bytes), y = base::as_text(y_bytes);
    key.identities.push_back(detail::hash_sm2_identity(x, y));
    if (x.starts_with('\0') || y.starts_with('\0')) {
      key.identities.push_back(detail::hash_sm2_identity(detail::without_leading_zeros(x),
                                                         detail::without_leading_zeros(y)));
    }
    return key;
  }

  std::vector<Key> keys_;
  std::optional<std::size_t> first_;
};

}  // namespace

SignatureProbe::SignatureProbe(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SignatureProbe::SignatureProbe(SignatureProbe&&) noexcept = default;
SignatureProbe& SignatureProbe::operator=(SignatureProbe&&) noexcept = default;
SignatureProbe::~SignatureProbe() = default;

std::optional<SignatureProbe> SignatureProbe::create(Curve curve, std::string_view algorithm,
                                                     std::string_view access_key_id,
                                                     std::string_view der) {
  ERR_set_mark();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  ERR_pop_to_mark();
  if (!signature || at != end) return std::nullopt;
  const auto r = limbs_of(ECDSA_SIG_get0_r(signature.get()));
  const auto s = limbs_of(ECDSA_SIG_get0_s(signature.get()));
  const auto& order = curve == Curve::P256 ? detail::P256::kOrder : detail::Sm2P256::kOrder;
  for (const auto& part : {r, s}) {
    if (!part || detail::is_zero(*part) || !detail::less(*part, order)) return std::nullopt;
  }
  std::unique_ptr<Impl> impl;
  if (curve == Curve::P256) {
    impl = std::make_unique<Ecdsa>();
  } else {
    using Order = detail::Residues<detail::Sm2P256::kOrder>;
    if (detail::is_zero(Order::add(*r, *s))) return std::nullopt;
    impl = std::make_unique<Sm2>();
  }
  impl->algorithm = algorithm;
  impl->access_key_id = access_key_id;
  impl->r = *r;
  impl->s = *s;
  return SignatureProbe(std::move(impl));
}

void SignatureProbe::add_keys(std::span<const std::string_view> secrets) {
  impl_->add_keys(secrets);
}
std::size_t SignatureProbe::keys() const { return impl_->keys(); }

void SignatureProbe::put(std::size_t key, std::string_view message) {
  impl_->put(key, message);
  ++impl_->waiting;
}
std::size_t SignatureProbe::waiting() const { return impl_->waiting; }

std::optional<std::size_t> SignatureProbe::take_first() {
  impl_->waiting = 0;
  return impl_->take_first();
}

}  // namespace jianmen::crypto
