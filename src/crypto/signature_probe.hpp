#pragma once
// One ECDSA or SM2 signature, held against many keys and many messages. Whoever holds the private
// key d knows the one-time number k that the signature would have been made with: for ECDSA
// k = (e + r d) / s for the message's digest e, and the signature is right when x(kG) = r; for SM2
// k = s + (r + s) d whatever the message, hence e = r - x(kG). So that a message costs a digest
// (SM2), or a digest and a share in a batch of multiples of the generator (P-256), a key the same,
// and nothing a verification. For the search of the diagnosis; not for deciding who somebody is:
// its times and its reads of memory depend on the numbers. Thread safety: one thread at a time.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/signing_key.hpp"

namespace jianmen::crypto {

class SignatureProbe {
 public:
  struct Impl;
  // `der` is the signature; keys are derived with `algorithm` and `access_key_id` as
  // SigningKey::derive does. nullopt: a signature that no message could have.
  static std::optional<SignatureProbe> create(Curve curve, std::string_view algorithm,
                                              std::string_view access_key_id, std::string_view der);
  SignatureProbe(SignatureProbe&&) noexcept;
  SignatureProbe& operator=(SignatureProbe&&) noexcept;
  ~SignatureProbe();

  // One key for each secret, many at once at a lower price: numbered on from those before.
  void add_keys(std::span<const std::string_view> secrets);
  std::size_t keys() const;

  // A trial: would SigningKey::verify (or verify_short_coordinates) with this key accept the
  // signature for the message? Answered when taken.
  void put(std::size_t key, std::string_view message);
  std::size_t waiting() const;
  // The place of the first that fits among the trials that wait; then none waits.
  std::optional<std::size_t> take_first();

 private:
  explicit SignatureProbe(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::crypto
