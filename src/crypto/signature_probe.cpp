#include "crypto/signature_probe.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/encoding.hpp"
#include "crypto/detail/openssl.hpp"
#include "crypto/detail/sm2_identity.hpp"
#include "crypto/digest.hpp"

namespace jianmen::crypto {

namespace {

using detail::Free;

using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>>;
using Scratch = std::unique_ptr<BN_CTX, Free<BN_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

struct SignatureProbe::Impl {
  Curve curve = Curve::P256;
  Group group;
  Scratch scratch;
  // SM2: the digest (modulo the order) that the signature is of, and what it begins with.
  Number expected;
  std::vector<std::string> identities;
  // P-256: digest * G is one of these; the signature does not tell the sign of R.
  std::vector<Point> ends;
  Point point;  // of a message
};

SignatureProbe::SignatureProbe(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SignatureProbe::SignatureProbe(SignatureProbe&&) noexcept = default;
SignatureProbe& SignatureProbe::operator=(SignatureProbe&&) noexcept = default;
SignatureProbe::~SignatureProbe() = default;

std::optional<SignatureProbe> SignatureProbe::create(Curve curve, const SigningKey& key,
                                                     std::string_view der) {
  ERR_set_mark();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  ERR_pop_to_mark();
  const auto coordinates = base::from_hex(key.public_key_hex());
  if (!signature || at != end || !coordinates || coordinates->size() != 64) return std::nullopt;
  const std::string_view x = std::string_view(*coordinates).substr(0, 32),
                         y = std::string_view(*coordinates).substr(32);

  auto impl = std::make_unique<Impl>();
  impl->curve = curve;
  impl->group.reset(
      EC_GROUP_new_by_curve_name(curve == Curve::P256 ? NID_X9_62_prime256v1 : NID_sm2));
  impl->scratch.reset(BN_CTX_new());
  if (!impl->group || !impl->scratch) return std::nullopt;
  const auto* group = impl->group.get();
  auto* scratch = impl->scratch.get();
  const auto* order = EC_GROUP_get0_order(group);
  const auto* r = ECDSA_SIG_get0_r(signature.get());
  const auto* s = ECDSA_SIG_get0_s(signature.get());
  for (const auto* part : {r, s}) {
    if (BN_is_zero(part) || BN_is_negative(part) || BN_cmp(part, order) >= 0) return std::nullopt;
  }
  const Point owner(EC_POINT_new(group));
  if (!owner || EC_POINT_set_affine_coordinates(group, owner.get(), number_of(x).get(),
                                                number_of(y).get(), scratch) != 1)
    return std::nullopt;
  impl->point.reset(EC_POINT_new(group));

  if (curve == Curve::Sm2) {
    // r = e + x of (sG + (r + s)Q), so that e is known.
    const Number sum(BN_new()), across(BN_new());
    impl->expected.reset(BN_new());
    if (BN_mod_add(sum.get(), r, s, order, scratch) != 1 || BN_is_zero(sum.get()) ||
        EC_POINT_mul(group, impl->point.get(), s, owner.get(), sum.get(), scratch) != 1 ||
        EC_POINT_get_affine_coordinates(group, impl->point.get(), across.get(), nullptr, scratch) !=
            1 ||
        BN_mod_sub(impl->expected.get(), r, across.get(), order, scratch) != 1)
      return std::nullopt;
    const auto add = [&](std::string_view as_x, std::string_view as_y) {
      const Digest identity = detail::hash_sm2_identity(as_x, as_y);
      impl->identities.emplace_back(base::as_text(identity));
    };
    add(x, y);
    if (x.starts_with('\0') || y.starts_with('\0')) {
      add(detail::without_leading_zeros(x), detail::without_leading_zeros(y));
    }
    return SignatureProbe(std::move(impl));
  }
  // x(R) = r for R = (eG + rQ) / s, so that eG = sR - rQ.
  const Number minus(BN_new());
  BN_sub(minus.get(), order, r);
  for (const int odd : {0, 1}) {
    const Point across(EC_POINT_new(group)), part(EC_POINT_new(group));
    Point sum(EC_POINT_new(group));
    ERR_set_mark();
    const bool made =
        EC_POINT_set_compressed_coordinates(group, across.get(), r, odd, scratch) == 1 &&
        EC_POINT_mul(group, part.get(), nullptr, across.get(), s, scratch) == 1 &&
        EC_POINT_mul(group, across.get(), nullptr, owner.get(), minus.get(), scratch) == 1 &&
        EC_POINT_add(group, sum.get(), part.get(), across.get(), scratch) == 1;
    ERR_pop_to_mark();
    if (made) impl->ends.push_back(std::move(sum));
  }
  if (impl->ends.empty()) return std::nullopt;
  return SignatureProbe(std::move(impl));
}

bool SignatureProbe::fits(std::string_view message) {
  const auto* group = impl_->group.get();
  auto* scratch = impl_->scratch.get();
  const auto* order = EC_GROUP_get0_order(group);
  if (impl_->curve == Curve::Sm2) {
    return std::ranges::any_of(impl_->identities, [&](const std::string& identity) {
      Hasher hasher(Hash::Sm3);
      hasher.update(identity);
      hasher.update(message);
      const auto hashed = hasher.finish();
      const auto number = number_of(base::as_text(hashed));
      const Number reduced(BN_new());
      return BN_nnmod(reduced.get(), number.get(), order, scratch) == 1 &&
             BN_cmp(reduced.get(), impl_->expected.get()) == 0;
    });
  }
  const auto hashed = digest(Hash::Sha256, message);
  const auto number = number_of(base::as_text(hashed));
  return EC_POINT_mul(group, impl_->point.get(), number.get(), nullptr, nullptr, scratch) == 1 &&
         std::ranges::any_of(impl_->ends, [&](const Point& end) {
           return EC_POINT_cmp(group, impl_->point.get(), end.get(), scratch) == 0;
         });
}

}  // namespace jianmen::crypto
