#pragma once
// The Authorization header of a signed request (signing facts, sections 1 and 2).
// Access=/Credential=, SignedHeaders=, Signature=: views into the header.

#include <expected>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "identity/refusal.hpp"

namespace jianmen::authn::signature {

enum class Algorithm { HmacSha256, HmacSm3, EcdsaP256Sha256, Sm2Sm3, V11HmacSha256 };

std::string_view algorithm_name(Algorithm algorithm);  // "SDK-HMAC-SHA256" …
crypto::Hash hash_of(Algorithm algorithm);

struct Authorization {
  Algorithm algorithm = Algorithm::HmacSha256;
  std::string_view access_key_id;
  std::string_view scope;           // V11: "20260601/cn-north-4/ecs"; else empty
  std::string_view signed_headers;  // "host;x-sdk-date", lower case
  std::string_view signature;       // lower-case hex
};

// Does the value start with the name of a known algorithm (then it is the credential, whatever else came)?
bool is_signature(std::string_view authorization);
// Refusals: SignatureAuthorizationOtherScheme, SignatureAlgorithmUnknown, SignatureAuthorizationMalformed,
// SignatureEncoding (upper case, base64, wrong length).
std::expected<Authorization, identity::Refusal> parse_authorization(std::string_view value);

}  // namespace jianmen::authn::signature
