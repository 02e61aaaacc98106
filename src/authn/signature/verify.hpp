#pragma once
// Verification of a signed request by the rules of the signing facts, section 8. Pure: clock, key
// and settings come in. Constant-time comparison. Base rule first; tolerant variants (Q2, H0, P2,
// Q3) only after it failed.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "authn/signature/authorization.hpp"
#include "authn/signature/canonical_request.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"
#include "crypto/signing_key.hpp"
#include "http/message.hpp"
#include "identity/refusal.hpp"

namespace jianmen::authn::signature {

struct VerifySettings {
  base::Duration clock_window = std::chrono::minutes(15);
  bool tolerant = true;
  // V11: what the credential scope must name. Not set: any, the key's derivation binds it anyway.
  std::optional<std::string> expected_region = std::nullopt;
  std::optional<std::string> expected_service = std::nullopt;
};

// A key as the verifier needs it: the HMAC-SHA256 state made once, the others derived at first use
// and kept. Thread safety: immutable from outside; any thread.
class VerificationKey {
 public:
  VerificationKey(std::string access_key_id, base::Secret secret);
  ~VerificationKey();
  VerificationKey(const VerificationKey&) = delete;
  VerificationKey& operator=(const VerificationKey&) = delete;
  std::string_view access_key_id() const { return access_key_id_; }
  const crypto::HmacKey& hmac(crypto::Hash hash) const;
  const crypto::SigningKey* signing_key(Algorithm algorithm) const;  // nullptr: cannot be derived
  const base::Secret& secret() const { return secret_; }

 private:
  std::string access_key_id_;
  base::Secret secret_;
  crypto::HmacKey sha256_;
  struct Derived;
  std::unique_ptr<Derived> derived_;
};

// V11: the HMAC key of a credential scope, `YYYYMMDD/region/service`.
crypto::HmacKey derive_scope_key(std::string_view access_key_id, const base::Secret& secret,
                                 std::string_view scope);

// The checks that need no key: X-Sdk-Date present, signed, of the right form and within the window
// (evidence `signature_time`, `server_time`); signed headers present (when tolerant, verify() looks
// at the absent ones) and each only once; a signed payload header UNSIGNED-PAYLOAD or the body's
// digest (of a body that still has to be read: any digest); the V11 scope.
std::expected<void, identity::Refusal> check_before_key(const SignedRequest& request,
                                                        const Authorization& authorization,
                                                        base::Time now,
                                                        const VerifySettings& settings);

// The hash of the body that the signature covers, by the body itself or by a payload header;
// nullopt: UNSIGNED-PAYLOAD.
std::optional<crypto::Hash> covered_body(const SignedRequest& request,
                                         const Authorization& authorization);

// The signature itself, after check_before_key. The refusal is SignatureSecretWrong with evidence
// `canonical_request` (lines joined by '|' as the gateway's message shows it, credentials among the
// header values hidden) and `string_to_sign`; SignatureHeaderMissing when besides a signed header
// did not arrive; SignaturePayloadHeader when the signature fits but for a payload header that it
// does not cover.
std::expected<Variant, identity::Refusal> verify(const SignedRequest& request,
                                                 const Authorization& authorization,
                                                 const VerificationKey& key,
                                                 const VerifySettings& settings);

}  // namespace jianmen::authn::signature
