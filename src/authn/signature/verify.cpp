#include "authn/signature/verify.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::authn::signature {

namespace {

using identity::Cause;
using identity::Refusal;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

std::string_view empty_body_hash(crypto::Hash hash) {
  return hash == crypto::Hash::Sha256
             ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
             : "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
}

constexpr std::string_view kDate = "x-sdk-date";

// As check_before_key has seen it.
std::string_view sdk_date_of(const SignedRequest& request) {
  const auto* date = request.find(kDate);
  return date ? date->value : std::string_view();
}

// Whole or half hours up to the widest zone, give or take what a clock drifts and a request
// travels.
bool looks_like_time_zone(base::Duration off) {
  const auto distance = std::chrono::abs(off);
  const auto beyond = distance % minutes(30);
  return distance >= minutes(60) - minutes(2) && distance <= minutes(14 * 60) + minutes(2) &&
         (beyond <= minutes(2) || beyond >= minutes(28));
}

std::expected<void, Refusal> check_date(const SignedRequest& request, base::Time now,
                                        const VerifySettings& settings) {
  const auto* header = request.find(kDate);
  if (!header || header->count == 0) {
    const bool arrived = find_signed_header(request.request(), kDate).count > 0;
    return std::unexpected(Refusal{Cause::SignatureDateMissing, {}}.with(
        "problem", arrived ? "X-Sdk-Date is not in SignedHeaders" : "X-Sdk-Date did not arrive"));
  }
  const auto time = base::parse_sdk_date(header->value);
  if (!time) {
    return std::unexpected(Refusal{Cause::SignatureDateFormat, {}}.with(
        "signature_time", std::string(header->value.substr(0, 64))));
  }
  const auto off = *time - now;
  if (std::chrono::abs(off) <= settings.clock_window) return {};
  Refusal refusal{looks_like_time_zone(off) ? Cause::SignatureTimeZone : Cause::SignatureClockSkew,
                  {}};
  refusal.with("signature_time", std::string(header->value));
  refusal.with("server_time", base::to_sdk_date(now));
  refusal.with("offset_seconds", std::to_string(std::chrono::round<seconds>(off).count()));
  return std::unexpected(std::move(refusal));
}

std::expected<void, Refusal> check_scope(const Authorization& authorization,
                                         std::string_view sdk_date,
                                         const VerifySettings& settings) {
  const auto pieces = base::split(authorization.scope, '/');
  const bool fits = pieces.size() == 3 && pieces[0] == sdk_date.substr(0, 8) &&
                    (!settings.expected_region || pieces[1] == *settings.expected_region) &&
                    (!settings.expected_service || pieces[2] == *settings.expected_service);
  if (fits) return {};
  Refusal refusal{Cause::SignatureDerivedScope, {}};
  refusal.with("scope", std::string(authorization.scope));
  refusal.with("signature_time", std::string(sdk_date));
  if (settings.expected_region) refusal.with("expected_region", *settings.expected_region);
  if (settings.expected_service) refusal.with("expected_service", *settings.expected_service);
  return std::unexpected(std::move(refusal));
}

Refusal header_missing(std::string_view name) {
  return Refusal{Cause::SignatureHeaderMissing, {}}.with("header", std::string(name));
}

std::expected<void, Refusal> check_signed_headers(const SignedRequest& request, bool tolerant) {
  // Which of the two was signed, and which would an upstream believe? Nobody can tell.
  if (!request.repeated().empty()) {
    return std::unexpected(Refusal{Cause::SignatureHeaderChanged, {}}
                               .with("header", std::string(request.repeated()))
                               .with("problem", "a signed header arrived more than once"));
  }
  if (!tolerant && !request.missing().empty())
    return std::unexpected(header_missing(request.missing()));
  return {};
}

// The payload header when the signature covers it: then, and only then, its value is the payload
// line.
std::optional<std::string_view> signed_payload_header(const SignedRequest& request,
                                                      const Authorization& authorization) {
  const auto* header = request.find(payload_header_name(authorization.algorithm));
  if (!header || header->count == 0) return std::nullopt;
  return header->value;
}

std::expected<void, Refusal> check_payload(const SignedRequest& request,
                                           const Authorization& authorization) {
  const auto given = signed_payload_header(request, authorization);
  if (!given || *given == kUnsignedPayload) return {};
  if (request.request().source && !request.read()) return {};
  const auto actual = request.body_digest(hash_of(authorization.algorithm));
  if (base::equals_ignore_case(*given, actual)) return {};
  return std::unexpected(
      Refusal{Cause::SignaturePayloadHeader, {}}
          .with("header", std::string(payload_header_name(authorization.algorithm)))
          .with("given", std::string(given->substr(0, 128)))
          .with("body_digest", actual)
          .with("body_length", std::to_string(request.body_length())));
}

// One request against one key: the parts that do not change from variant to variant, and the two
// texts.
class Verification {
 public:
  Verification(const SignedRequest& request, const Authorization& authorization,
               const VerificationKey& key)
      : request_(request),
        authorization_(authorization),
        key_(key),
        sdk_date_(sdk_date_of(request)) {
    if (authorization.algorithm == Algorithm::V11HmacSha256) {
      derived_ = derive_scope_key(key.access_key_id(), key.secret(), authorization.scope);
    } else if (authorization.algorithm == Algorithm::EcdsaP256Sha256 ||
               authorization.algorithm == Algorithm::Sm2Sm3) {
      der_ = base::from_hex(authorization.signature).value_or(std::string());
    }
  }

  bool matches(std::string_view payload, const Variant& variant, bool tolerant) {
    auto& canonical = canonical_text();
    auto& to_sign = text_to_sign();
    if (!write_canonical_request(canonical, request_, payload, variant)) return false;
    write_string_to_sign(to_sign, authorization_.algorithm, sdk_date_, authorization_.scope,
                         canonical);
    switch (authorization_.algorithm) {
      case Algorithm::HmacSha256:
      case Algorithm::HmacSm3:
        return fits_mac(key_.hmac(hash_of(authorization_.algorithm)), to_sign);
      case Algorithm::V11HmacSha256:
        return fits_mac(*derived_, to_sign);
      case Algorithm::EcdsaP256Sha256:
      case Algorithm::Sm2Sm3:
        return fits_signature(to_sign, tolerant);
    }
    return false;
  }

  std::string_view canonical() const { return canonical_text(); }
  std::string_view to_sign() const { return text_to_sign(); }

 private:
  // Kept a thread, so that a verification allocates nothing once the texts have grown to their
  // usual size.
  static std::string& canonical_text() {
    thread_local std::string text;
    return text;
  }
  static std::string& text_to_sign() {
    thread_local std::string text;
    return text;
  }

  bool fits_mac(const crypto::HmacKey& key, std::string_view to_sign) const {
    std::array<char, 64> hex;
    base::write_hex(key.mac(to_sign), hex.data());
    return crypto::equal_constant_time(authorization_.signature,
                                       std::string_view(hex.data(), hex.size()));
  }

  bool fits_signature(std::string_view to_sign, bool tolerant) const {
    const auto* key = key_.signing_key(authorization_.algorithm);
    if (!key) return false;
    return key->verify(to_sign, der_) || (tolerant && key->verify_short_coordinates(to_sign, der_));
  }

  const SignedRequest& request_;
  const Authorization& authorization_;
  const VerificationKey& key_;
  std::string_view sdk_date_;
  std::optional<crypto::HmacKey> derived_;
  std::string der_;
};

// The order of the signing facts, section 8 rule 5, then the combinations (C++ and Java make more
// than one at once).
constexpr std::array kTolerated{
    Variant{Variant::Path::P1, Variant::Query::Q2, false},
    Variant{Variant::Path::P2, Variant::Query::Q1, false},
    Variant{Variant::Path::P1, Variant::Query::Q3, false},
    Variant{Variant::Path::P2, Variant::Query::Q2, false},
    Variant{Variant::Path::P2, Variant::Query::Q3, false},
};

// Would the variant read this request as a variant before it already did?
bool makes_no_difference(const Variant& variant, const http::Request& request) {
  const bool one_path = request.path.find('%') == std::string_view::npos;
  const bool one_order = !request.query || request.query->find('&') == std::string_view::npos;
  return (variant.path != Variant::Path::P1 && one_path) ||
         (variant.query != Variant::Query::Q1 && one_order);
}

bool is_credential(std::string_view name) {
  constexpr std::array kCredentials{"x-security-token", "x-auth-token", "x-subject-token",
                                    "authorization", "cookie"};
  return std::ranges::find(kCredentials, name) != kCredentials.end();
}

std::string shown(std::string_view canonical) {
  constexpr std::size_t kMost = 8192;
  std::string out;
  for (bool first = true; !canonical.empty() && out.size() < kMost; first = false) {
    const auto end = canonical.find('\n');
    const auto line = canonical.substr(0, end);
    canonical = end == std::string_view::npos ? std::string_view() : canonical.substr(end + 1);
    if (!first) out += '|';
    const auto name = line.substr(0, line.find(':'));
    if (name.size() < line.size() && is_credential(name)) {
      out.append(name).append(":***");
    } else {
      out += line;
    }
  }
  if (out.size() > kMost) out.resize(kMost);
  return out;
}

}  // namespace

struct VerificationKey::Derived {
  std::once_flag sm3_once, p256_once, sm2_once;
  crypto::HmacKey sm3;
  std::optional<crypto::SigningKey> p256, sm2;
};

VerificationKey::VerificationKey(std::string access_key_id, base::Secret secret)
    : access_key_id_(std::move(access_key_id)),
      secret_(std::move(secret)),
      sha256_(crypto::Hash::Sha256, secret_.reveal()),
      derived_(std::make_unique<Derived>()) {}

VerificationKey::~VerificationKey() = default;

const crypto::HmacKey& VerificationKey::hmac(crypto::Hash hash) const {
  if (hash == crypto::Hash::Sha256) return sha256_;
  std::call_once(derived_->sm3_once,
                 [this] { derived_->sm3 = crypto::HmacKey(crypto::Hash::Sm3, secret_.reveal()); });
  return derived_->sm3;
}

const crypto::SigningKey* VerificationKey::signing_key(Algorithm algorithm) const {
  const bool p256 = algorithm == Algorithm::EcdsaP256Sha256;
  if (!p256 && algorithm != Algorithm::Sm2Sm3) return nullptr;
  auto& key = p256 ? derived_->p256 : derived_->sm2;
  std::call_once(p256 ? derived_->p256_once : derived_->sm2_once, [&] {
    auto made = crypto::SigningKey::derive(p256 ? crypto::Curve::P256 : crypto::Curve::Sm2,
                                           algorithm_name(algorithm), access_key_id_, secret_);
    if (made) key.emplace(std::move(*made));
  });
  return key ? &*key : nullptr;
}

crypto::HmacKey derive_scope_key(std::string_view access_key_id, const base::Secret& secret,
                                 std::string_view scope) {
  // The key is the hex text of the derived bytes, not the bytes (signing facts, section 5).
  const base::Secret text(base::to_hex(crypto::hkdf_sha256(access_key_id, secret.reveal(), scope)));
  return crypto::HmacKey(crypto::Hash::Sha256, text.reveal());
}

std::expected<void, Refusal> check_before_key(const SignedRequest& request,
                                              const Authorization& authorization, base::Time now,
                                              const VerifySettings& settings) {
  const auto asked = request.read() ? request.read()->asked : now;
  if (auto ok = check_date(request, asked, settings); !ok) return ok;
  if (authorization.algorithm == Algorithm::V11HmacSha256) {
    if (auto ok = check_scope(authorization, sdk_date_of(request), settings); !ok) return ok;
  }
  if (auto ok = check_signed_headers(request, settings.tolerant); !ok) return ok;
  return check_payload(request, authorization);
}

std::optional<crypto::Hash> covered_body(const SignedRequest& request,
                                         const Authorization& authorization) {
  const auto given = signed_payload_header(request, authorization);
  if (given && *given == kUnsignedPayload) return std::nullopt;
  return hash_of(authorization.algorithm);
}

std::expected<Variant, Refusal> verify(const SignedRequest& signed_request,
                                       const Authorization& authorization,
                                       const VerificationKey& key, const VerifySettings& settings) {
  const http::Request& request = signed_request.request();
  Verification verification(signed_request, authorization, key);
  const auto hash = hash_of(authorization.algorithm);
  const auto header = signed_payload_header(signed_request, authorization);
  const bool empty = signed_request.has_no_body();
  const std::string body_hash = header || empty ? std::string() : signed_request.body_digest(hash);
  const std::string_view payload = header  ? *header
                                   : empty ? empty_body_hash(hash)
                                           : std::string_view(body_hash);
  const bool also_empty = header && empty;

  const auto fits = [&](const Variant& variant) {
    // Python signs the hash of nothing although it sends UNSIGNED-PAYLOAD; the other SDKs sign the
    // header.
    return verification.matches(payload, variant, settings.tolerant) ||
           (also_empty && verification.matches(empty_body_hash(hash), variant, settings.tolerant));
  };

  Variant base_rule;
  const auto missing = signed_request.missing();
  if (missing.empty() && fits(base_rule)) return base_rule;
  base_rule.absent_header_is_empty = !missing.empty();
  if (settings.tolerant) {
    if (!missing.empty() && fits(base_rule)) return base_rule;
    for (auto variant : kTolerated) {
      variant.absent_header_is_empty = !missing.empty();
      if (!makes_no_difference(variant, request) && fits(variant)) return variant;
    }
  }

  Refusal refusal{missing.empty() ? Cause::SignatureSecretWrong : Cause::SignatureHeaderMissing,
                  {}};
  if (!missing.empty()) refusal.with("header", std::string(missing));
  const auto uncovered = find_signed_header(request, payload_header_name(authorization.algorithm));
  if (!header && uncovered.count == 1 && missing.empty() &&
      verification.matches(uncovered.value, base_rule, settings.tolerant)) {
    refusal.cause = Cause::SignaturePayloadHeader;
    refusal.with("problem", "the payload header is not in SignedHeaders");
  }
  verification.matches(payload, base_rule, false);  // for its texts: what the base rule reads
  refusal.with("ak", std::string(authorization.access_key_id));
  refusal.with("canonical_request", shown(verification.canonical()));
  refusal.with("string_to_sign", std::string(verification.to_sign()));
  return std::unexpected(std::move(refusal));
}

}  // namespace jianmen::authn::signature
