#pragma once
// One ECDSA or SM2 signature under one public key, held against many messages: what the signature
// and the key fix is computed once, so that a message costs a digest (SM2) or a digest and a
// multiplication of the generator (P-256) and no verification. For the search of the diagnosis;
// not for deciding who somebody is: times tell nothing secret, but nothing is made of them either.
// Thread safety: one thread at a time.

#include <memory>
#include <optional>
#include <string_view>

#include "crypto/signing_key.hpp"

namespace jianmen::crypto {

class SignatureProbe {
 public:
  // `der` is the signature. nullopt: it is none that any message could have.
  static std::optional<SignatureProbe> create(Curve curve, const SigningKey& key,
                                              std::string_view der);
  SignatureProbe(SignatureProbe&&) noexcept;
  SignatureProbe& operator=(SignatureProbe&&) noexcept;
  ~SignatureProbe();

  // Would SigningKey::verify (or verify_short_coordinates) accept it for `message`?
  bool fits(std::string_view message);

 private:
  struct Impl;
  explicit SignatureProbe(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::crypto
