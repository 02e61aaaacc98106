#pragma once
// The Authorization header of a signed request (signing facts, sections 1 and 2).
// Access=/Credential=, SignedHeaders=, Signature=: views into the header.

#include <cstddef>
#include <expected>
#include <string_view>

#include "crypto/digest.hpp"
#include "identity/refusal.hpp"

namespace jianmen::authn::signature {

enum class Algorithm { HmacSha256, HmacSm3, EcdsaP256Sha256, Sm2Sm3, V11HmacSha256 };

std::string_view algorithm_name(Algorithm algorithm);  // "SDK-HMAC-SHA256" …
crypto::Hash hash_of(Algorithm algorithm);
std::string_view payload_header_name(Algorithm algorithm);  // "x-sdk-content-sha256" …

// More names than any client signs: the bound on what one request makes the verifier write.
constexpr std::size_t kMaxSignedHeaders = 64;

struct Authorization {
  Algorithm algorithm = Algorithm::HmacSha256;
  std::string_view access_key_id;
  std::string_view scope;           // V11: "20260601/cn-north-4/ecs"; else empty
  std::string_view signed_headers;  // "host;x-sdk-date", lower case
  std::string_view signature;       // lower-case hex
};

// Calls f(name) for each name of a SignedHeaders list; stops when f answers false. True: f never
// did.
template <class F>
bool for_each_name(std::string_view signed_headers, F f) {
  while (true) {
    const auto end = signed_headers.find(';');
    if (!f(signed_headers.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    signed_headers.remove_prefix(end + 1);
  }
}
bool lists_header(std::string_view signed_headers, std::string_view lower_case_name);

// Does the value start with the name of a known algorithm (then it is the credential, whatever else
// came)?
bool is_signature(std::string_view authorization);
// Refusals: SignatureAuthorizationOtherScheme, SignatureAlgorithmUnknown,
// SignatureAuthorizationMalformed, SignatureHeaderForm (upper case in SignedHeaders),
// SignatureEncoding (upper case, base64, wrong length).
std::expected<Authorization, identity::Refusal> parse_authorization(std::string_view value);

}  // namespace jianmen::authn::signature
