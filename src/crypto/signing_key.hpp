#pragma once
// ECDSA on P-256 with SHA-256, and SM2 with SM3 (user id 1234567812345678, curve sm2p256v1): keys
// derived from AK and SK by the counter KDF of NIST SP 800-108 with the rejection of FIPS 186-4
// B.4.2 (signing facts, section 5). Signatures are DER SEQUENCE{r, s}. Thread safety: immutable
// after creation, use from any thread.

#include <memory>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::crypto {

enum class Curve { P256, Sm2 };

class SigningKey {
 public:
  // `algorithm` is the token of the Authorization header; it enters the derivation.
  static base::Result<SigningKey> derive(Curve curve, std::string_view algorithm,
                                         std::string_view access_key_id,
                                         const base::Secret& secret);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  base::Result<std::string> sign(std::string_view message) const;  // DER bytes
  bool verify(std::string_view message, std::string_view der) const;
  // SM2 only: as the Python SDK hashes ZA, with leading zero bytes of the public key's coordinates
  // dropped (signing facts, row 27). False for P256, or when no coordinate is short.
  bool verify_short_coordinates(std::string_view message, std::string_view der) const;
  std::string private_key_hex() const;  // for tests against the published vectors
  std::string public_key_hex() const;   // x then y, 128 digits

 private:
  struct Impl;
  explicit SigningKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::crypto
