// Every published vector (tests/data/signing-vectors.json): requests that five SDKs really sent,
// edits of them, and the SDKs' own unit tests.

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "authn/signature/sign.hpp"
#include "authn/signature/verify.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/time_text.hpp"

namespace jianmen::authn::signature {
namespace {

using base::json::value;
using identity::Cause;
using identity::Refusal;

const value& vectors() {
  static const value loaded = [] {
    std::ifstream file(JIANMEN_SOURCE_DIR "/tests/data/signing-vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = base::parse_json(text.str());
    EXPECT_TRUE(parsed) << "tests/data/signing-vectors.json";
    return parsed ? std::move(*parsed) : value();
  }();
  return loaded;
}

std::string text(const value& vector, std::string_view key) {
  return base::string_or(vector, key, "");
}

Algorithm algorithm_of(const value& vector) {
  for (const auto algorithm :
       {Algorithm::HmacSha256, Algorithm::HmacSm3, Algorithm::EcdsaP256Sha256, Algorithm::Sm2Sm3,
        Algorithm::V11HmacSha256}) {
    if (algorithm_name(algorithm) == text(vector, "algorithm")) return algorithm;
  }
  ADD_FAILURE() << text(vector, "algorithm");
  return Algorithm::HmacSha256;
}

// What arrived, with the memory that its views point to.
struct Wire {
  std::string method, target, body, authorization;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<http::Header> headers;
  http::Request request;

  explicit Wire(const value& vector)
      : method(text(vector, "method")), target(text(vector, "path")) {
    if (const auto query = base::find_string(vector, "query")) target += '?' + std::string(*query);
    body = base::from_base64(text(vector, "body_base64")).value_or("");
    for (const auto& pair : *base::find_array(vector, "headers")) {
      fields.emplace_back(pair.at(0).as_string().c_str(), pair.at(1).as_string().c_str());
      if (base::equals_ignore_case(fields.back().first, "authorization"))
        authorization = fields.back().second;
    }
    link();
  }
  Wire(const Wire&) = delete;

  void link() {
    headers.clear();
    for (const auto& [name, content] : fields) headers.push_back({name, content});
    request.method = method;
    request.target = target;
    request.path = request.target.substr(0, request.target.find('?'));
    request.query.reset();
    if (request.path.size() < target.size())
      request.query = request.target.substr(request.path.size() + 1);
    request.headers = headers;
    request.body = body;
  }
};

std::expected<Variant, Refusal> check(const value& vector, const Wire& wire,
                                      const VerifySettings& settings) {
  auto authorization = parse_authorization(wire.authorization);
  if (!authorization) return std::unexpected(authorization.error());
  const auto date = base::parse_sdk_date(find_signed_header(wire.request, "x-sdk-date").value);
  const auto now = date.value_or(base::Time{});
  const SignedRequest signed_request(wire.request, authorization->signed_headers);
  if (auto ok = check_before_key(signed_request, *authorization, now, settings); !ok) {
    return std::unexpected(ok.error());
  }
  const VerificationKey key(text(vector, "ak"), base::Secret(text(vector, "sk")));
  return verify(signed_request, *authorization, key, settings);
}

constexpr std::string_view kWrongDigest =
    "content_sha256_given_wrong";  // refused by section 8 rule 7
VerifySettings strict() { return {.tolerant = false}; }
VerifySettings tolerant() { return {.tolerant = true}; }

std::vector<const value*> captured() {
  std::vector<const value*> all;
  for (const char* list : {"vectors", "cross_sdk_vectors"}) {
    for (const auto& vector : *base::find_array(vectors(), list)) all.push_back(&vector);
  }
  return all;
}

TEST(SigningVectors, AreAllThere) {
  EXPECT_EQ(captured().size(), 324u);
  EXPECT_EQ(base::find_array(vectors(), "mutated_vectors")->size(), 22u);
  EXPECT_EQ(base::find_array(vectors(), "sdk_unit_test_vectors")->size(), 22u);
}

TEST(SigningVectors, AcceptsWhatTheBaseRuleAcceptsWithAndWithoutTolerance) {
  int accepted = 0;
  for (const auto* vector : captured()) {
    if (text(*vector, "expect") != "accept" || text(*vector, "name") == kWrongDigest) continue;
    SCOPED_TRACE(text(*vector, "name"));
    const Wire wire(*vector);
    for (const auto& settings : {strict(), tolerant()}) {
      const auto result = check(*vector, wire, settings);
      ASSERT_TRUE(result) << cause_id(result.error().cause);
      EXPECT_EQ(*result, Variant{});
    }
    ++accepted;
  }
  EXPECT_EQ(accepted, 283);
}

TEST(SigningVectors, BuildsTheCanonicalRequestAndTheStringToSignByteForByte) {
  for (const auto* vector : captured()) {
    if (text(*vector, "expect") != "accept") continue;
    SCOPED_TRACE(text(*vector, "name"));
    const Wire wire(*vector);
    const auto expected = text(*vector, "canonical_request");
    const auto payload = expected.substr(expected.rfind('\n') + 1);
    const auto authorization = parse_authorization(wire.authorization);
    ASSERT_TRUE(authorization);
    EXPECT_EQ(canonical_request(wire.request, authorization->signed_headers, payload), expected);
    EXPECT_EQ(string_to_sign(authorization->algorithm, text(*vector, "x_sdk_date"),
                             authorization->scope, expected),
              text(*vector, "string_to_sign"));
  }
}

TEST(SigningVectors, RefusesADigestHeaderThatDoesNotFitTheBody) {
  for (const auto* vector : captured()) {
    if (text(*vector, "name") != kWrongDigest) continue;
    const auto result = check(*vector, Wire(*vector), tolerant());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().cause, Cause::SignaturePayloadHeader);
    return;
  }
  FAIL() << "vector is gone";
}

Variant named_variant(const value& vector) {
  Variant variant;
  const auto& named = *base::find(vector, "variant");
  if (text(named, "path") == "P2") variant.path = Variant::Path::P2;
  if (text(named, "query") == "Q2") variant.query = Variant::Query::Q2;
  if (text(named, "query") == "Q3") variant.query = Variant::Query::Q3;
  variant.absent_header_is_empty = base::find(named, "missing_signed_headers_as_empty") != nullptr;
  return variant;
}

TEST(SigningVectors, AcceptsTolerantOnesByTheNamedVariantAndOnlyWithTolerance) {
  int tolerated = 0, unprotected = 0;
  for (const auto* vector : captured()) {
    if (text(*vector, "expect") != "accept-tolerant") continue;
    SCOPED_TRACE(text(*vector, "name"));
    const Wire wire(*vector);
    EXPECT_FALSE(check(*vector, wire, strict()));
    const auto result = check(*vector, wire, tolerant());
    if (text(*base::find(*vector, "variant"), "body") ==
        "B3") {  // the body would be open to change
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().cause, Cause::SignatureSecretWrong);
      ++unprotected;
      continue;
    }
    ASSERT_TRUE(result) << cause_id(result.error().cause);
    EXPECT_EQ(*result, named_variant(*vector));
    ++tolerated;
  }
  EXPECT_EQ(tolerated, 20);
  EXPECT_EQ(unprotected, 2);
}

TEST(SigningVectors, RefusesWhatTheWireDoesNotCarry) {
  int refused = 0;
  for (const auto* vector : captured()) {
    if (text(*vector, "expect") != "unverifiable") continue;
    SCOPED_TRACE(text(*vector, "name"));
    const auto result = check(*vector, Wire(*vector), tolerant());
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().cause == Cause::SignatureSecretWrong ||
                result.error().cause == Cause::SignatureHeaderMissing);
    ++refused;
  }
  EXPECT_EQ(refused, 18);
}

TEST(SigningVectors, JudgesEditedRequestsAndSaysTheReason) {
  const std::map<std::string, Cause, std::less<>> reasons{
      {"neg_signed_header_missing", Cause::SignatureHeaderMissing},
      {"neg_derived_scope_region_changed", Cause::SignatureDerivedScope},
      {"neg_plain_signature_as_derived", Cause::SignatureDerivedScope}};
  for (const auto& vector : *base::find_array(vectors(), "mutated_vectors")) {
    SCOPED_TRACE(text(vector, "name"));
    const Wire wire(vector);
    for (auto settings : {strict(), tolerant()}) {
      settings.expected_region = "cn-north-4";
      settings.expected_service = "iotdm";
      const auto result = check(vector, wire, settings);
      if (text(vector, "expect") == "accept") {
        EXPECT_TRUE(result);
        continue;
      }
      ASSERT_FALSE(result);
      const auto reason = reasons.find(text(vector, "name"));
      EXPECT_EQ(result.error().cause,
                reason == reasons.end() ? Cause::SignatureSecretWrong : reason->second)
          << cause_id(result.error().cause);
    }
  }
}

TEST(SigningVectors, BindsTheScopeThroughTheKeyWhenNoneIsExpected) {
  for (const auto& vector : *base::find_array(vectors(), "mutated_vectors")) {
    if (algorithm_of(vector) != Algorithm::V11HmacSha256) continue;
    const auto result = check(vector, Wire(vector), tolerant());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().cause, Cause::SignatureSecretWrong);
  }
}

TEST(SigningVectors, ReadsNodesLatin1HeaderBytes) {
  for (const auto* vector : captured()) {
    if (text(*vector, "name") != "node_header_unicode") continue;
    Wire wire(*vector);
    for (auto& [name, content] : wire.fields) {
      if (name == "X-Note") content = "\xe9";
    }
    wire.link();
    EXPECT_TRUE(check(*vector, wire, strict()));
    return;
  }
  FAIL() << "vector is gone";
}

SignInput sign_input(const value& vector, const Wire& wire) {
  SignInput input;
  input.algorithm = algorithm_of(vector);
  input.access_key_id = text(vector, "ak");
  input.secret = base::Secret(text(vector, "sk"));
  input.method = wire.method;
  input.target = wire.target;
  input.body = wire.body;
  input.now = base::parse_sdk_date(text(vector, "x_sdk_date")).value_or(base::Time{});
  input.region = text(vector, "region_id");
  input.service = text(vector, "derived_service_name");
  const auto authorization = parse_authorization(wire.authorization);
  for (const auto& [name, content] : wire.fields) {
    if (!lists_header(authorization->signed_headers, base::to_lower(name))) continue;
    if (base::equals_ignore_case(name, "host")) {
      input.host = content;
    } else if (base::equals_ignore_case(name, "x-security-token")) {
      input.security_token = content;
    } else if (!base::equals_ignore_case(name, "x-sdk-date")) {
      input.headers.emplace_back(name, content);
    }
  }
  return input;
}

// Python signs an empty file by the header's value, as its stream is not "no body"; an input here
// knows only bytes.
constexpr std::string_view kEmptyFile = "client_octet_stream_empty_file";

TEST(SigningVectors, SignsAsThePythonSdkDoes) {
  int same = 0;
  for (const auto* vector : captured()) {
    if (text(*vector, "sdk") != "python" || text(*vector, "expect") != "accept") continue;
    if (text(*vector, "name") == kEmptyFile) continue;
    SCOPED_TRACE(text(*vector, "name"));
    const Wire wire(*vector);
    const auto made = sign(sign_input(*vector, wire));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->canonical_request, text(*vector, "canonical_request"));
    EXPECT_EQ(made->string_to_sign, text(*vector, "string_to_sign"));
    const auto algorithm = algorithm_of(*vector);
    if (algorithm != Algorithm::EcdsaP256Sha256 && algorithm != Algorithm::Sm2Sm3) {
      EXPECT_EQ(made->authorization, wire.authorization);
      ++same;
    }
  }
  EXPECT_EQ(same, 116);
}

TEST(SigningVectors, VerifiesWhatItSignsInEveryAlgorithm) {
  std::set<Algorithm> seen;
  for (const auto* vector : captured()) {
    const auto algorithm = algorithm_of(*vector);
    if (text(*vector, "sdk") != "python" || text(*vector, "name") == kWrongDigest ||
        seen.contains(algorithm))
      continue;
    SCOPED_TRACE(text(*vector, "name"));
    Wire wire(*vector);
    const auto made = sign(sign_input(*vector, wire));
    ASSERT_TRUE(made);
    wire.fields = made->headers;
    wire.authorization = made->authorization;
    wire.link();
    EXPECT_TRUE(check(*vector, wire, strict()));
    wire.method = "PATCH";
    wire.link();
    EXPECT_FALSE(check(*vector, wire, tolerant()));
    seen.insert(algorithm);
  }
  EXPECT_EQ(seen.size(), 5u);
}

// Inputs of the SDKs' unit tests: the wire is what the test means to send.
TEST(SigningVectors, AgreesWithTheUnitTestsOfTheSdks) {
  for (const auto& vector : *base::find_array(vectors(), "sdk_unit_test_vectors")) {
    SCOPED_TRACE(text(vector, "sdk") + ' ' + text(vector, "test"));
    std::string query;
    for (const auto& pair : *base::find_array(vector, "query")) {
      query += (query.empty() ? "?" : "&") + base::percent_encode(pair.at(0).as_string().c_str()) +
               '=' + base::percent_encode(pair.at(1).as_string().c_str());
    }
    const std::string target = text(vector, "path") + query, body = text(vector, "body"),
                      host = text(vector, "host");
    std::vector<std::pair<std::string, std::string>> fields{{"Host", host}};
    for (const auto& pair : *base::find_array(vector, "headers")) {
      if (base::equals_ignore_case(pair.at(0).as_string().c_str(), "host")) continue;
      fields.emplace_back(pair.at(0).as_string().c_str(), pair.at(1).as_string().c_str());
    }
    std::vector<http::Header> headers;
    for (const auto& [name, content] : fields) headers.push_back({name, content});
    http::Request request;
    const std::string method = text(vector, "method");
    request.method = method;
    request.target = target;
    request.path = request.target.substr(0, request.target.find('?'));
    if (!query.empty()) request.query = request.target.substr(request.path.size() + 1);
    request.headers = headers;
    request.body = body;

    const auto given = text(vector, "authorization");
    const auto authorization = parse_authorization(given);
    ASSERT_TRUE(authorization) << given;
    const auto date = find_signed_header(request, "x-sdk-date").value;
    const SignedRequest signed_request(request, authorization->signed_headers);
    ASSERT_TRUE(check_before_key(signed_request, *authorization,
                                 base::parse_sdk_date(date).value_or(base::Time{}), strict()));
    const VerificationKey key(text(vector, "ak"), base::Secret(text(vector, "sk")));
    const auto result = verify(signed_request, *authorization, key, strict());
    ASSERT_TRUE(result) << *result.error().find("canonical_request") << '\n'
                        << text(vector, "canonical_request");
  }
}

}  // namespace
}  // namespace jianmen::authn::signature
