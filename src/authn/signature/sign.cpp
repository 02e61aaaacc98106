#include "authn/signature/sign.hpp"

#include <algorithm>
#include <optional>

#include "authn/signature/canonical_request.hpp"
#include "authn/signature/verify.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "crypto/signing_key.hpp"

namespace jianmen::authn::signature {

namespace {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

bool has_header(const HeaderList& headers, std::string_view name) {
  return std::ranges::any_of(
      headers, [name](const auto& header) { return base::equals_ignore_case(header.first, name); });
}

// Names with '_' are sent but not signed: many proxies drop them (Python, Go and Java do the same).
std::string signed_header_names(const HeaderList& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    if (name.find('_') == std::string::npos) names.push_back(base::to_lower(name));
  }
  std::ranges::sort(names);
  std::string list;
  for (const auto& name : names) {
    if (!list.empty()) list += ';';
    list += name;
  }
  return list;
}

base::Result<HeaderList> headers_to_send(const SignInput& input) {
  HeaderList headers = input.headers;
  const auto add = [&headers](std::string_view name, std::string value) {
    if (!has_header(headers, name)) headers.emplace_back(name, std::move(value));
  };
  add("Host", input.host);
  add("X-Sdk-Date", base::to_sdk_date(input.now));
  if (!input.security_token.empty()) add("X-Security-Token", input.security_token);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto& [name, value] = headers[i];
    if (name.empty() || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return base::fail(base::Code::InvalidArgument,
                        "header " + name + " cannot be sent: it holds a line end");
    }
    const auto same = [&name](const auto& other) {
      return base::equals_ignore_case(other.first, name);
    };
    if (std::count_if(headers.begin(), headers.end(), same) > 1) {
      return base::fail(base::Code::InvalidArgument, "header " + name + " is given twice");
    }
    if (same(std::pair<std::string, std::string>("Authorization", {}))) {
      return base::fail(base::Code::InvalidArgument,
                        "Authorization is what signing makes; do not give it");
    }
  }
  return headers;
}

// Views over the input as the verifier sees the request.
http::Request as_request(const SignInput& input, const std::vector<http::Header>& headers) {
  http::Request request;
  request.method = input.method;
  request.target = input.target;
  request.path = request.target.substr(0, request.target.find('?'));
  if (request.path.size() < request.target.size())
    request.query = request.target.substr(request.path.size() + 1);
  request.headers = headers;
  request.body = input.body;
  return request;
}

// A payload header speaks for a body; for an empty one its hash is signed (both are verifiable;
// this is Python's way).
std::string payload_line(const SignInput& input, const http::Request& request) {
  const auto given = find_signed_header(request, payload_header_name(input.algorithm));
  if (given.count > 0 && !input.body.empty()) return std::string(given.value);
  return crypto::hex_digest(hash_of(input.algorithm), input.body);
}

base::Result<std::string> signature_of(const SignInput& input, std::string_view scope,
                                       std::string_view to_sign) {
  switch (input.algorithm) {
    case Algorithm::HmacSha256:
    case Algorithm::HmacSm3:
      return base::to_hex(
          crypto::HmacKey(hash_of(input.algorithm), input.secret.reveal()).mac(to_sign));
    case Algorithm::V11HmacSha256:
      return base::to_hex(derive_scope_key(input.access_key_id, input.secret, scope).mac(to_sign));
    case Algorithm::EcdsaP256Sha256:
    case Algorithm::Sm2Sm3:
      break;
  }
  const auto curve =
      input.algorithm == Algorithm::Sm2Sm3 ? crypto::Curve::Sm2 : crypto::Curve::P256;
  auto key = crypto::SigningKey::derive(curve, algorithm_name(input.algorithm), input.access_key_id,
                                        input.secret);
  if (!key) return error_of(key);
  auto der = key->sign(to_sign);
  if (!der) return error_of(der);
  return base::to_hex(base::as_bytes(*der));
}

}  // namespace

base::Result<Signed> sign(const SignInput& input) {
  const bool derived = input.algorithm == Algorithm::V11HmacSha256;
  if (input.access_key_id.empty() || input.secret.empty()) {
    return base::fail(base::Code::InvalidArgument, "signing needs an access key id and a secret");
  }
  if (derived && (input.region.empty() || input.service.empty())) {
    return base::fail(base::Code::InvalidArgument,
                      "V11-HMAC-SHA256 needs the region and the service");
  }
  auto headers = headers_to_send(input);
  if (!headers) return error_of(headers);

  std::vector<http::Header> views;
  for (const auto& [name, value] : *headers) views.push_back({name, value});
  const auto request = as_request(input, views);
  const auto names = signed_header_names(*headers);
  const std::string sdk_date(find_signed_header(request, "x-sdk-date").value);
  if (!base::parse_sdk_date(sdk_date)) {
    return base::fail(base::Code::InvalidArgument, "X-Sdk-Date is not YYYYMMDDTHHMMSSZ");
  }

  Signed out;
  auto canonical = canonical_request(request, names, payload_line(input, request));
  if (!canonical) return base::fail(base::Code::Internal, "a header to sign is missing");
  out.canonical_request = std::move(*canonical);
  const auto scope =
      derived ? sdk_date.substr(0, 8) + '/' + input.region + '/' + input.service : std::string();
  out.string_to_sign = string_to_sign(input.algorithm, sdk_date, scope, out.canonical_request);
  auto signature = signature_of(input, scope, out.string_to_sign);
  if (!signature) return error_of(signature);

  out.authorization = algorithm_name(input.algorithm);
  out.authorization += derived ? " Credential=" + input.access_key_id + '/' + scope
                               : " Access=" + input.access_key_id;
  out.authorization += ", SignedHeaders=" + names + ", Signature=" + *signature;
  out.headers = std::move(*headers);
  out.headers.emplace_back("Authorization", out.authorization);
  return out;
}

}  // namespace jianmen::authn::signature
