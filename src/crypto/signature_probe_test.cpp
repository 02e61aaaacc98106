#include "crypto/signature_probe.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace jianmen::crypto {
namespace {

TEST(SignatureProbe, SaysOfEveryMessageWhatAVerificationSays) {
  for (const auto curve : {Curve::P256, Curve::Sm2}) {
    for (int i = 0; i < 20; ++i) {
      const auto key = SigningKey::derive(curve, "SDK", "ACCESSKEY" + std::to_string(i),
                                          base::Secret("secret" + std::to_string(i)));
      ASSERT_TRUE(key);
      const std::string message = "message" + std::to_string(i);
      const auto der = key->sign(message);
      ASSERT_TRUE(der);
      auto probe = SignatureProbe::create(curve, *key, *der);
      ASSERT_TRUE(probe);
      for (const auto& text : {message, message + "\n", std::string(), std::string(300, 'x')}) {
        EXPECT_EQ(probe->fits(text), key->verify(text, *der)) << text;
      }
      const auto other = SigningKey::derive(curve, "SDK", "OTHER", base::Secret("secret"));
      auto foreign = SignatureProbe::create(curve, *other, *der);
      EXPECT_FALSE(foreign && foreign->fits(message));
    }
  }
}

// A key of the published vectors whose public coordinate begins with a zero byte.
TEST(SignatureProbe, KnowsTheShortCoordinatesOfThePythonSdk) {
  int seen = 0;
  for (int i = 0; i < 600 && seen == 0; ++i) {
    const auto key = SigningKey::derive(Curve::Sm2, "SDK-SM2-SM3", "AK" + std::to_string(i),
                                        base::Secret("secret"));
    ASSERT_TRUE(key);
    const auto point = key->public_key_hex();
    if (!point.starts_with("00") && point.substr(64, 2) != "00") continue;
    ++seen;
    const auto der = key->sign("m");
    auto probe = SignatureProbe::create(Curve::Sm2, *key, *der);
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->fits("m"));
    EXPECT_FALSE(probe->fits("n"));
  }
  EXPECT_EQ(seen, 1);
}

TEST(SignatureProbe, RefusesWhatIsNoSignature) {
  const auto key = SigningKey::derive(Curve::P256, "SDK", "AK", base::Secret("secret"));
  const auto der = *key->sign("m");
  for (const auto& bytes :
       {std::string(), std::string("x"), der.substr(0, der.size() - 1), der + "x",
        *base::from_hex("3006020100020100"), *base::from_hex("3006020101020100"),
        *base::from_hex("30060201ff020101"), std::string(300, '\x30')}) {
    EXPECT_FALSE(SignatureProbe::create(Curve::P256, *key, bytes))
        << base::to_hex(base::as_bytes(bytes));
  }
}

}  // namespace
}  // namespace jianmen::crypto
