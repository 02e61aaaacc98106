#include "authn/signature/authorization.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace jianmen::authn::signature {
namespace {

using identity::Cause;

const std::string kHex(64, 'a');
const std::string kGood =
    "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=" + kHex;

TEST(Authorization, ReadsEveryAlgorithm) {
  for (const auto algorithm :
       {Algorithm::HmacSha256, Algorithm::HmacSm3, Algorithm::EcdsaP256Sha256, Algorithm::Sm2Sm3}) {
    const auto value = std::string(algorithm_name(algorithm)) +
                       " Access=AK, SignedHeaders=host;x-sdk-date, Signature=" + kHex;
    EXPECT_TRUE(is_signature(value));
    const auto parsed = parse_authorization(value);
    ASSERT_TRUE(parsed) << value;
    EXPECT_EQ(parsed->algorithm, algorithm);
    EXPECT_EQ(parsed->access_key_id, "AK");
    EXPECT_EQ(parsed->signed_headers, "host;x-sdk-date");
    EXPECT_EQ(parsed->signature, kHex);
  }
}

TEST(Authorization, ReadsTheScopeOfADerivedCredential) {
  const auto value =
      "V11-HMAC-SHA256 Credential=AK/20260601/cn-north-4/iotdm, SignedHeaders=x-sdk-date, "
      "Signature=" +
      kHex;
  const auto parsed = parse_authorization(value);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->access_key_id, "AK");
  EXPECT_EQ(parsed->scope, "20260601/cn-north-4/iotdm");
}

TEST(Authorization, TakesPartsWithAndWithoutABlank) {
  EXPECT_TRUE(
      parse_authorization("SDK-HMAC-SHA256  Access=AK,SignedHeaders=host,Signature=" + kHex + " "));
}

struct Row {
  const char* what;
  std::string value;
  Cause cause;
};

TEST(Authorization, SaysWhyItRefuses) {
  std::string many = "h0";
  for (int i = 1; i <= 64; ++i) many += ";h" + std::to_string(i);
  const auto with_names = [](const std::string& names) {
    return "SDK-HMAC-SHA256 Access=AK, SignedHeaders=" + names + ", Signature=" + kHex;
  };
  const Row rows[] = {
      {"nothing", "", Cause::SignatureAuthorizationOtherScheme},
      {"Basic", "Basic dXNlcjpwYXNz", Cause::SignatureAuthorizationOtherScheme},
      {"Bearer", "Bearer abc", Cause::SignatureAuthorizationOtherScheme},
      {"Amazon", "AWS4-HMAC-SHA256 Credential=AKIA/x", Cause::SignatureAuthorizationOtherScheme},
      {"an unknown algorithm", "SDK-HMAC-SHA1 Access=AK", Cause::SignatureAlgorithmUnknown},
      {"lower case", "sdk-hmac-sha256 Access=AK", Cause::SignatureAlgorithmUnknown},
      {"V11 with SM3", "V11-HMAC-SM3 Credential=AK/1/2/3", Cause::SignatureAlgorithmUnknown},
      {"no parts", "SDK-HMAC-SHA256", Cause::SignatureAuthorizationMalformed},
      {"Credential for Access",
       "SDK-HMAC-SHA256 Credential=AK, SignedHeaders=host, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"an empty key id", "SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"a blank in the key id", "SDK-HMAC-SHA256 Access=A K, SignedHeaders=host, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"another order", "SDK-HMAC-SHA256 SignedHeaders=host, Access=AK, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"no signature", "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host",
       Cause::SignatureAuthorizationMalformed},
      {"a part too many", kGood + ", More=1", Cause::SignatureAuthorizationMalformed},
      {"no scope", "V11-HMAC-SHA256 Credential=AK, SignedHeaders=host, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"a short scope",
       "V11-HMAC-SHA256 Credential=AK/20260601/r, SignedHeaders=host, Signature=" + kHex,
       Cause::SignatureAuthorizationMalformed},
      {"an empty name", with_names("host;;x-sdk-date"), Cause::SignatureAuthorizationMalformed},
      {"a name twice", with_names("host;x-sdk-date;host"), Cause::SignatureAuthorizationMalformed},
      {"too many names", with_names(many), Cause::SignatureAuthorizationMalformed},
      {"upper case names", with_names("Host;X-Sdk-Date"), Cause::SignatureHeaderForm},
      {"an upper case signature",
       "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" + std::string(64, 'A'),
       Cause::SignatureEncoding},
      {"base64",
       "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" + std::string(43, 'a') + "=",
       Cause::SignatureEncoding},
      {"a cut signature", kGood.substr(0, kGood.size() - 1), Cause::SignatureEncoding},
      {"a DER signature of odd length",
       "SDK-SM2-SM3 Access=AK, SignedHeaders=host, Signature=" + std::string(141, 'a'),
       Cause::SignatureEncoding},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto parsed = parse_authorization(row.value);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().cause, row.cause) << cause_id(parsed.error().cause);
  }
}

TEST(Authorization, NeverShowsWhatMayBeASecret) {
  const auto whole = parse_authorization("MIIEowIBAAKCAQEA");
  ASSERT_FALSE(whole);
  EXPECT_EQ(*whole.error().find("scheme"), "");
  const auto bearer = parse_authorization("Bearer MIIEowIBAAKCAQEA");
  ASSERT_FALSE(bearer);
  EXPECT_EQ(*bearer.error().find("scheme"), "Bearer");
}

TEST(Authorization, IsASignatureOnlyByAKnownAlgorithm) {
  EXPECT_TRUE(is_signature("SDK-HMAC-SHA256 x"));
  EXPECT_TRUE(is_signature("V11-HMAC-SHA256"));
  EXPECT_FALSE(is_signature("SDK-HMAC-SHA2560 x"));
  EXPECT_FALSE(is_signature("Bearer SDK-HMAC-SHA256"));
  EXPECT_FALSE(is_signature(""));
}

TEST(Authorization, SurvivesRandomEdits) {
  base::SequenceRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string value = kGood;
    std::array<std::uint8_t, 4> draw;
    random.fill(draw);
    for (int edits = 0; edits <= draw[0] % 4; ++edits) {
      random.fill(draw);
      const auto at = (draw[0] * 256u + draw[1]) % value.size();
      if (draw[2] % 3 == 0) value.erase(at, draw[3] % 8);
      if (draw[2] % 3 == 1) value[at] = static_cast<char>(draw[3]);
      if (draw[2] % 3 == 2) value.insert(at, 1, static_cast<char>(draw[3]));
      if (value.empty()) break;
    }
    if (const auto parsed = parse_authorization(value)) {
      EXPECT_EQ(parsed->signature.size(), 64u);
      EXPECT_FALSE(parsed->access_key_id.empty());
    }
  }
}

}  // namespace
}  // namespace jianmen::authn::signature
