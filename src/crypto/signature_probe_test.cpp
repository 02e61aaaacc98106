#include "crypto/signature_probe.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace jianmen::crypto {
namespace {

SigningKey key_of(Curve curve, const std::string& id, const std::string& secret) {
  return *SigningKey::derive(curve, "SDK", id, base::Secret(secret));
}

TEST(SignatureProbe, SaysOfEveryKeyAndMessageWhatAVerificationSays) {
  for (const auto curve : {Curve::P256, Curve::Sm2}) {
    for (int i = 0; i < 6; ++i) {
      const std::string id = "ACCESSKEY" + std::to_string(i), message = "message" + id;
      const std::vector<std::string_view> secrets = {"one", "two", "three"};
      const auto der = *key_of(curve, id, std::string(secrets[i % 3])).sign(message);
      auto probe = SignatureProbe::create(curve, "SDK", id, der);
      ASSERT_TRUE(probe);
      probe->add_keys(std::span(secrets).first(1));
      probe->add_keys(std::span(secrets).subspan(1));
      ASSERT_EQ(probe->keys(), 3U);
      for (std::size_t key = 0; key < secrets.size(); ++key) {
        const auto verifier = key_of(curve, id, std::string(secrets[key]));
        for (const auto& text : {message, message + "\n", std::string(), std::string(300, 'x')}) {
          probe->put(key, text);
          EXPECT_EQ(probe->waiting(), 1U);
          EXPECT_EQ(probe->take_first().has_value(), verifier.verify(text, der)) << text;
        }
      }
    }
  }
}

TEST(SignatureProbe, TakesTheFirstOfMany) {
  for (const auto curve : {Curve::P256, Curve::Sm2}) {
    const auto der = *key_of(curve, "AK", "secret").sign("right");
    auto probe = SignatureProbe::create(curve, "SDK", "AK", der);
    const std::vector<std::string_view> secrets = {"secret"};
    probe->add_keys(secrets);
    EXPECT_FALSE(probe->take_first());
    for (int i = 0; i < 1300; ++i) {
      probe->put(0, i == 700 || i == 900 ? "right" : std::to_string(i));
    }
    EXPECT_EQ(probe->take_first(), 700U);
    EXPECT_EQ(probe->waiting(), 0U);
    EXPECT_FALSE(probe->take_first());
  }
}

// A key whose public coordinate begins with a zero byte, signed as SigningKey does and as the
// Python SDK does: only one of both identities is in either.
TEST(SignatureProbe, KnowsTheShortCoordinatesOfThePythonSdk) {
  int seen = 0;
  for (int i = 0; i < 600 && seen == 0; ++i) {
    const std::string id = "AK" + std::to_string(i);
    const auto key = key_of(Curve::Sm2, id, "secret");
    const auto point = key.public_key_hex();
    if (!point.starts_with("00") && point.substr(64, 2) != "00") continue;
    ++seen;
    const auto der = *key.sign("m");
    auto probe = SignatureProbe::create(Curve::Sm2, "SDK", id, der);
    ASSERT_TRUE(probe);
    const std::vector<std::string_view> secrets = {"secret"};
    probe->add_keys(secrets);
    probe->put(0, "n");
    probe->put(0, "m");
    EXPECT_EQ(probe->take_first(), 1U);
  }
  EXPECT_EQ(seen, 1);
}

TEST(SignatureProbe, RefusesWhatIsNoSignature) {
  const auto der = *key_of(Curve::P256, "AK", "secret").sign("m");
  for (const auto& bytes : {std::string(), std::string("x"), der.substr(0, der.size() - 1),
                            der + "x", *base::from_hex("3006020100020100"),
                            *base::from_hex("30060201ff020101"), std::string(300, '\x30')}) {
    EXPECT_FALSE(SignatureProbe::create(Curve::P256, "SDK", "AK", bytes))
        << base::to_hex(base::as_bytes(bytes));
  }
}

}  // namespace
}  // namespace jianmen::crypto
