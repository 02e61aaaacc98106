#include "crypto/signing_key.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "base/encoding.hpp"
#include "crypto/detail/openssl.hpp"
#include "crypto/detail/private_key.hpp"
#include "crypto/detail/sm2_identity.hpp"
#include "crypto/digest.hpp"

namespace jianmen::crypto {

namespace {

using detail::Free;
using detail::kSm2UserId;

using base::Code;

constexpr std::size_t kFieldSize = 32;

using Number = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_clear_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;

struct CurveFacts {
  int id;
  const char* group;
  const char* key_type;
  const char* digest;
  Hash hash;
};

const CurveFacts& facts_of(Curve curve) {
  static constexpr CurveFacts kP256 = {NID_X9_62_prime256v1, "prime256v1", "EC", "SHA256",
                                       Hash::Sha256};
  static constexpr CurveFacts kSm2 = {NID_sm2, "SM2", "SM2", "SM3", Hash::Sm3};
  return curve == Curve::P256 ? kP256 : kSm2;
}

const EC_GROUP* group_of(Curve curve) {
  static const EC_GROUP* const p256 = EC_GROUP_new_by_curve_name(facts_of(Curve::P256).id);
  static const EC_GROUP* const sm2 = EC_GROUP_new_by_curve_name(facts_of(Curve::Sm2).id);
  return curve == Curve::P256 ? p256 : sm2;
}

std::string to_field_bytes(const BIGNUM* number) {
  std::string bytes(kFieldSize, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kFieldSize);
  return bytes;
}

// A refused signature leaves no trace in the thread's error queue, where a TLS connection would
// take it for its own.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

const unsigned char* unsigned_chars(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// d; nullptr when there is none.
Number derive_private(Curve curve, std::string_view algorithm, std::string_view access_key_id,
                      const base::Secret& secret) {
  auto limbs = detail::derive_private_key(curve, algorithm, access_key_id, secret.reveal());
  if (!limbs) return nullptr;
  auto bytes = detail::bytes_of(*limbs);
  Number number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  explicit_bzero(bytes.data(), bytes.size());
  explicit_bzero(limbs->data(), sizeof *limbs);
  return number;
}

struct PublicPoint {
  std::string x, y;
};

// Q = dG.
base::Result<PublicPoint> multiply_base(Curve curve, const BIGNUM* scalar) {
  const EC_GROUP* group = group_of(curve);
  const Point point(EC_POINT_new(group));
  const Number x(BN_new());
  const Number y(BN_new());
  if (point == nullptr || x == nullptr || y == nullptr ||
      EC_POINT_mul(group, point.get(), scalar, nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_get_affine_coordinates(group, point.get(), x.get(), y.get(), nullptr) != 1) {
    return base::fail(Code::Internal, "cannot compute a public key");
  }
  return PublicPoint{to_field_bytes(x.get()), to_field_bytes(y.get())};
}

// Without `scalar` the key can only verify.
Key make_key(Curve curve, const PublicPoint& point, const BIGNUM* scalar) {
  const CurveFacts& facts = facts_of(curve);
  const std::string encoded = '\x04' + point.x + point.y;  // SEC 1, uncompressed
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, facts.group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                       encoded.size()) != 1 ||
      (scalar != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
    return nullptr;
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, facts.key_type, nullptr));
  EVP_PKEY* made = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made,
                        scalar != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        params.get()) != 1) {
    return nullptr;
  }
  return Key(made);
}

// The user id that the hash of an SM2 signature begins with. Set after the context was initialised:
// as a parameter of EVP_Digest{Sign,Verify}Init_ex, OpenSSL 3.0.19 refuses it.
bool set_user_id(Curve curve, EVP_PKEY_CTX* context) {
  return curve != Curve::Sm2 ||
         EVP_PKEY_CTX_set1_id(context, kSm2UserId.data(), kSm2UserId.size()) == 1;
}

}  // namespace

struct SigningKey::Impl {
  Curve curve;
  base::Secret scalar;  // d, 32 bytes
  PublicPoint point;
  Key signing;
  Key verifying;
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

base::Result<SigningKey> SigningKey::derive(Curve curve, std::string_view algorithm,
                                            std::string_view access_key_id,
                                            const base::Secret& secret) {
  const Number scalar = derive_private(curve, algorithm, access_key_id, secret);
  if (scalar == nullptr) return base::fail(Code::Internal, "cannot derive a signing key");
  auto point = multiply_base(curve, scalar.get());
  if (!point) return error_of(point);
  auto impl = std::make_unique<Impl>();
  impl->curve = curve;
  impl->scalar = base::Secret(to_field_bytes(scalar.get()));
  impl->point = *std::move(point);
  impl->signing = make_key(curve, impl->point, scalar.get());
  impl->verifying = make_key(curve, impl->point, nullptr);
  if (impl->signing == nullptr || impl->verifying == nullptr) {
    return base::fail(Code::Internal, "cannot make a signing key");
  }
  return SigningKey(std::move(impl));
}

base::Result<std::string> SigningKey::sign(std::string_view message) const {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // of `context`
  std::string der(128, '\0');
  std::size_t size = der.size();
  if (context == nullptr ||
      EVP_DigestSignInit_ex(context.get(), &key_context, facts_of(impl_->curve).digest, nullptr,
                            nullptr, impl_->signing.get(), nullptr) != 1 ||
      !set_user_id(impl_->curve, key_context) ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                     unsigned_chars(message), message.size()) != 1) {
    return base::fail(Code::Internal, "cannot sign");
  }
  der.resize(size);
  return der;
}

bool SigningKey::verify(std::string_view message, std::string_view der) const {
  const QuietErrors quiet;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // of `context`
  return context != nullptr &&
         EVP_DigestVerifyInit_ex(context.get(), &key_context, facts_of(impl_->curve).digest,
                                 nullptr, nullptr, impl_->verifying.get(), nullptr) == 1 &&
         set_user_id(impl_->curve, key_context) &&
         EVP_DigestVerify(context.get(), unsigned_chars(der), der.size(), unsigned_chars(message),
                          message.size()) == 1;
}

bool SigningKey::verify_short_coordinates(std::string_view message, std::string_view der) const {
  if (impl_->curve != Curve::Sm2) return false;
  const PublicPoint& point = impl_->point;
  if (!point.x.starts_with('\0') && !point.y.starts_with('\0')) return false;
  const QuietErrors quiet;
  Hasher hasher(Hash::Sm3);
  hasher.update(base::as_text(detail::hash_sm2_identity(detail::without_leading_zeros(point.x),
                                                        detail::without_leading_zeros(point.y))));
  hasher.update(message);
  const Digest hashed = hasher.finish();
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, impl_->verifying.get(), nullptr));
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), unsigned_chars(der), der.size(), hashed.data(),
                         hashed.size()) == 1;
}

std::string SigningKey::private_key_hex() const {
  return base::to_hex(base::as_bytes(impl_->scalar.reveal()));
}

std::string SigningKey::public_key_hex() const {
  return base::to_hex(base::as_bytes(impl_->point.x + impl_->point.y));
}

}  // namespace jianmen::crypto
