#include "crypto/signing_key.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace jianmen::crypto {
namespace {

using base::Secret;

constexpr std::string_view kP256Token = "SDK-ECDSA-P256-SHA256";
constexpr std::string_view kSm2Token = "SDK-SM2-SM3";

// The published vectors that carry a private key; "short coordinate" is Python's SM2 defect.
struct Row {
  std::string name, algorithm, ak, sk, private_key, public_key, message, der;
  Curve curve() const { return algorithm == kSm2Token ? Curve::Sm2 : Curve::P256; }
  bool short_coordinate() const { return name.find("short_coordinate") != std::string::npos; }
  SigningKey key() const { return *SigningKey::derive(curve(), algorithm, ak, Secret(sk)); }
};

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = [] {
    std::ifstream file(JIANMEN_SOURCE_DIR "/tests/data/signing-vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    const auto data = base::parse_json(text.str());
    std::vector<Row> found;
    for (const auto& vector : *base::find_array(*data, "vectors")) {
      const auto field = [&](std::string_view name) { return base::string_or(vector, name, ""); };
      if (field("private_key_hex").empty()) continue;
      found.push_back(
          {field("name"), field("algorithm"), field("ak"), field("sk"), field("private_key_hex"),
           field("public_key_x_hex") + field("public_key_y_hex"), field("string_to_sign"),
           base::from_hex(field("signature_der_hex")).value()});
    }
    return found;
  }();
  return rows;
}

TEST(SigningKey, IsDerivedAsTheSdksDeriveIt) {
  ASSERT_EQ(rows().size(), 8U);
  for (const auto& row : rows()) {
    const SigningKey key = row.key();
    EXPECT_EQ(key.private_key_hex(), row.private_key) << row.name;
    EXPECT_EQ(key.public_key_hex(), row.public_key) << row.name;
  }
}

TEST(SigningKey, DependsOnEveryInput) {
  const auto derive = [](Curve curve, std::string_view algorithm, std::string_view ak,
                         std::string sk) {
    return SigningKey::derive(curve, algorithm, ak, Secret(std::move(sk)))->private_key_hex();
  };
  const std::string key = derive(Curve::P256, kP256Token, "A", "S");
  EXPECT_EQ(key, derive(Curve::P256, kP256Token, "A", "S"));
  EXPECT_NE(key, derive(Curve::Sm2, kP256Token, "A", "S"));
  EXPECT_NE(key, derive(Curve::P256, kSm2Token, "A", "S"));
  EXPECT_NE(key, derive(Curve::P256, kP256Token, "B", "S"));
  EXPECT_NE(key, derive(Curve::P256, kP256Token, "A", "T"));
}

TEST(SigningKey, VerifiesTheSignaturesOfTheSdks) {
  for (const auto& row : rows()) {
    const SigningKey key = row.key();
    EXPECT_EQ(key.verify(row.message, row.der), !row.short_coordinate()) << row.name;
    EXPECT_EQ(key.verify_short_coordinates(row.message, row.der), row.short_coordinate())
        << row.name;
    EXPECT_FALSE(key.verify(row.message + "x", row.der)) << row.name;
    EXPECT_FALSE(key.verify_short_coordinates(row.message + "x", row.der)) << row.name;
    const auto other = SigningKey::derive(row.curve(), row.algorithm, row.ak, Secret(row.sk + "x"));
    EXPECT_FALSE(other->verify(row.message, row.der)) << row.name;
    EXPECT_FALSE(other->verify_short_coordinates(row.message, row.der)) << row.name;
  }
}

TEST(SigningKey, VerifiesWhatItSigns) {
  for (const auto& row : rows()) {
    SigningKey key = row.key();
    const SigningKey moved = std::move(key);
    for (const std::string& message : {std::string(), std::string("m"), std::string(10000, 'm')}) {
      const auto der = moved.sign(message);
      ASSERT_TRUE(der);
      EXPECT_TRUE(moved.verify(message, *der));
      EXPECT_FALSE(moved.verify(message + 'x', *der));
      EXPECT_FALSE(moved.verify_short_coordinates(message, *der));
    }
  }
}

// A DER INTEGER of up to 127 bytes.
std::string integer(std::string_view bytes) {
  return std::string("\x02") + static_cast<char>(bytes.size()) + std::string(bytes);
}

std::string sequence(std::string_view r, std::string_view s) {
  const std::string body = integer(r) + integer(s);
  return std::string("\x30") + static_cast<char>(body.size()) + body;
}

TEST(SigningKey, RefusesEveryAlterationAndOtherFormsOfASignature) {
  for (const auto& row : rows()) {
    const SigningKey key = row.key();
    const auto accepts = [&](std::string_view der) {
      return key.verify(row.message, der) || key.verify_short_coordinates(row.message, der);
    };
    ASSERT_TRUE(accepts(row.der));
    for (std::size_t i = 0; i < row.der.size(); ++i) {
      for (const int bit : {1, 0x80}) {
        std::string altered = row.der;
        altered[i] = static_cast<char>(altered[i] ^ bit);
        EXPECT_FALSE(accepts(altered)) << row.name << ' ' << i;
      }
      EXPECT_FALSE(accepts(row.der.substr(0, i))) << row.name << ' ' << i;
    }
    const std::string zero(1, '\0');
    const std::string one(1, '\1');
    for (const std::string& der :
         {row.der + zero, sequence(zero, zero), sequence(zero, one), sequence(one, zero),
          sequence(one, one), sequence("\xff", "\xff"), sequence("", ""),
          sequence(std::string(40, '\x7f'), std::string(40, '\x7f')), std::string("\x30\x80"),
          std::string("\x30\x84\xff\xff\xff\xff", 6), std::string(64, '\1'),
          std::string(10000, '\x30')}) {
      EXPECT_FALSE(accepts(der)) << row.name << ' ' << base::to_hex(base::as_bytes(der));
    }
    // The same r with a longer length form (BER): one signature has one text.
    std::string longer = row.der;
    longer.insert(1, 1, '\x81');
    EXPECT_FALSE(accepts(longer)) << row.name;
  }
}

TEST(SigningKey, LeavesNoErrorForTheNextUserOfTheThread) {
  ERR_clear_error();
  for (const auto& row : rows()) {
    row.key().verify(row.message, "no signature");
    row.key().verify_short_coordinates(row.message, "no signature");
    EXPECT_EQ(ERR_peek_error(), 0UL) << row.name;
  }
}

}  // namespace
}  // namespace jianmen::crypto
