#include "authn/signature/authorization.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/encoding.hpp"

namespace jianmen::authn::signature {

namespace {

using identity::Cause;
using identity::Refusal;

struct Row {
  Algorithm algorithm;
  std::string_view name;
  crypto::Hash hash;
};

constexpr std::array kAlgorithms{
    Row{Algorithm::HmacSha256, "SDK-HMAC-SHA256", crypto::Hash::Sha256},
    Row{Algorithm::HmacSm3, "SDK-HMAC-SM3", crypto::Hash::Sm3},
    Row{Algorithm::EcdsaP256Sha256, "SDK-ECDSA-P256-SHA256", crypto::Hash::Sha256},
    Row{Algorithm::Sm2Sm3, "SDK-SM2-SM3", crypto::Hash::Sm3},
    Row{Algorithm::V11HmacSha256, "V11-HMAC-SHA256", crypto::Hash::Sha256},
};

const Row& row_of(Algorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

std::string_view first_word(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != ' ' && text[size] != '\t') ++size;
  return text.substr(0, size);
}

std::optional<Algorithm> find_algorithm(std::string_view name) {
  for (const auto& row : kAlgorithms) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

std::unexpected<Refusal> refuse(Cause cause, std::string evidence, std::string value) {
  return std::unexpected(Refusal{cause, {{std::move(evidence), std::move(value)}}});
}

std::unexpected<Refusal> malformed(std::string problem) {
  return refuse(Cause::SignatureAuthorizationMalformed, "problem", std::move(problem));
}

// The scheme's name may be shown; what follows it, or a whole value without a blank, may be a
// secret.
std::unexpected<Refusal> refuse_scheme(std::string_view value) {
  const auto word = first_word(value);
  const bool ours = base::equals_ignore_case(word.substr(0, 4), "SDK-") ||
                    base::equals_ignore_case(word.substr(0, 4), "V11-");
  const bool is_name =
      (ours || word.size() < value.size()) && word.size() <= 32 &&
      std::ranges::all_of(word, [](unsigned char c) { return base::is_unreserved(c); });
  return refuse(ours ? Cause::SignatureAlgorithmUnknown : Cause::SignatureAuthorizationOtherScheme,
                "scheme", is_name ? std::string(word) : std::string());
}

// Cuts `label` and the text up to the next comma (or the end) off `rest`.
std::optional<std::string_view> take_part(std::string_view& rest, std::string_view label) {
  rest = base::trim(rest);
  if (!rest.starts_with(label)) return std::nullopt;
  rest.remove_prefix(label.size());
  const auto end = rest.find(',');
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (part.empty()) return std::nullopt;
  return part;
}

// "AK/20260601/region/service" → AK and the scope; false when a piece is missing.
bool split_credential(std::string_view credential, Authorization& out) {
  const auto slash = credential.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  out.access_key_id = credential.substr(0, slash);
  out.scope = credential.substr(slash + 1);
  const auto pieces = base::split(out.scope, '/');
  return pieces.size() == 3 && std::ranges::none_of(pieces, &std::string_view::empty);
}

bool is_printable_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// Is `name` among the names of a list that were read before it?
bool was_said(std::string_view list, std::string_view name) {
  bool found = false;
  const auto before = list.substr(0, static_cast<std::size_t>(name.data() - list.data()));
  for_each_name(before, [&](std::string_view earlier) {
    found = earlier == name;
    return !found;
  });
  return found;
}

std::expected<void, Refusal> check_names(std::string_view list) {
  std::size_t count = 0;
  bool upper_case = false;
  const char* problem = nullptr;
  for_each_name(list, [&](std::string_view name) {
    bool printable = !name.empty();
    for (const char c : name) {
      printable = printable && c > ' ' && c < 0x7f;
      upper_case = upper_case || (c >= 'A' && c <= 'Z');
    }
    if (!printable) problem = "SignedHeaders holds an empty or unprintable name";
    if (++count > kMaxSignedHeaders) problem = "SignedHeaders names too many headers";
    // Said twice, a header would be written twice: one request could make the verifier write
    // without bound.
    if (!problem && was_said(list, name)) problem = "SignedHeaders names a header twice";
    return problem == nullptr;
  });
  if (problem) return malformed(problem);
  if (upper_case) {
    return refuse(Cause::SignatureHeaderForm, "signed_headers", std::string(list));
  }
  return {};
}

std::expected<void, Refusal> check_encoding(Algorithm algorithm, std::string_view signature) {
  const bool der = algorithm == Algorithm::EcdsaP256Sha256 || algorithm == Algorithm::Sm2Sm3;
  // DER of two integers of up to 33 bytes; short ones are rare but legal.
  const bool length =
      der ? signature.size() >= 16 && signature.size() <= 144 && signature.size() % 2 == 0
          : signature.size() == 64;
  if (length && base::is_lower_hex(signature)) return {};
  Refusal refusal{Cause::SignatureEncoding, {}};
  refusal.with("signature_length", std::to_string(signature.size()));
  refusal.with("expected",
               der ? "DER as lower-case hex, up to 144 digits" : "64 lower-case hex digits");
  return std::unexpected(std::move(refusal));
}

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) { return row_of(algorithm).name; }
crypto::Hash hash_of(Algorithm algorithm) { return row_of(algorithm).hash; }

std::string_view payload_header_name(Algorithm algorithm) {
  return hash_of(algorithm) == crypto::Hash::Sha256 ? "x-sdk-content-sha256" : "x-sdk-content-sm3";
}

bool lists_header(std::string_view signed_headers, std::string_view lower_case_name) {
  return !for_each_name(signed_headers,
                        [&](std::string_view name) { return name != lower_case_name; });
}

bool is_signature(std::string_view authorization) {
  return find_algorithm(first_word(base::trim(authorization))).has_value();
}

std::expected<Authorization, Refusal> parse_authorization(std::string_view value) {
  value = base::trim(value);
  const auto word = first_word(value);
  const auto algorithm = find_algorithm(word);
  if (!algorithm) return refuse_scheme(value);

  Authorization out;
  out.algorithm = *algorithm;
  const bool derived = *algorithm == Algorithm::V11HmacSha256;
  auto rest = value.substr(word.size());
  const auto credential = take_part(rest, derived ? "Credential=" : "Access=");
  if (!credential) return malformed(derived ? "Credential= is missing" : "Access= is missing");
  const auto names = take_part(rest, "SignedHeaders=");
  if (!names) return malformed("SignedHeaders= is missing");
  const auto signature = take_part(rest, "Signature=");
  if (!signature || !rest.empty()) return malformed("Signature= is missing or not the last part");

  out.access_key_id = *credential;
  if (derived && !split_credential(*credential, out)) {
    return malformed("Credential= is not AK/date/region/service");
  }
  if (out.access_key_id.size() > 128 || !is_printable_word(*credential)) {
    return malformed("the access key id is too long or unprintable");
  }
  out.signed_headers = *names;
  out.signature = *signature;
  if (auto ok = check_names(*names); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = check_encoding(*algorithm, *signature); !ok)
    return std::unexpected(std::move(ok.error()));
  return out;
}

}  // namespace jianmen::authn::signature
