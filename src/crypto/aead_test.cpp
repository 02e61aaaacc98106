#include "crypto/aead.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "base/encoding.hpp"

namespace jianmen::crypto {
namespace {

std::string unhex(std::string_view text) { return base::from_hex(text).value(); }

template <std::size_t N>
std::array<std::uint8_t, N> to_array(std::string_view hex) {
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(base::as_bytes(unhex(hex)), out.begin());
  return out;
}

struct Row {
  std::string_view name, key, nonce, associated, plain, sealed;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13 to 16.
constexpr Row kRows[] = {
    {"case 13", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"case 14", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"case 15", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b391aafd255",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c"},
    {"case 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525"
     "b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(Aes256Gcm, FollowsThePublishedVectors) {
  for (const auto& row : kRows) {
    const Aes256Gcm cipher(to_array<32>(row.key));
    const auto nonce = to_array<kNonceSize>(row.nonce);
    const std::string sealed = cipher.seal(nonce, unhex(row.associated), unhex(row.plain));
    EXPECT_EQ(base::to_hex(base::as_bytes(sealed)), row.sealed) << row.name;
    EXPECT_EQ(cipher.open(nonce, unhex(row.associated), sealed), unhex(row.plain)) << row.name;
  }
}

class Opening : public testing::Test {
 protected:
  Aes256Gcm cipher_{to_array<32>(kRows[3].key)};
  std::array<std::uint8_t, kNonceSize> nonce_ = to_array<kNonceSize>(kRows[3].nonce);
  std::string sealed_ = cipher_.seal(nonce_, "place", "the plain text");
};

TEST_F(Opening, RefusesEveryFlippedBitAndEveryCut) {
  ASSERT_EQ(cipher_.open(nonce_, "place", sealed_), "the plain text");
  for (std::size_t i = 0; i < sealed_.size(); ++i) {
    std::string altered = sealed_;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(cipher_.open(nonce_, "place", altered)) << i;
    EXPECT_FALSE(cipher_.open(nonce_, "place", sealed_.substr(0, i))) << i;
    EXPECT_FALSE(cipher_.open(nonce_, "place", sealed_.substr(i + 1))) << i;
  }
  EXPECT_FALSE(cipher_.open(nonce_, "place", sealed_ + 'x'));
  EXPECT_EQ(cipher_.open(nonce_, "place", sealed_), "the plain text");  // no state is left behind
}

TEST_F(Opening, RefusesAnotherPlaceNonceOrKey) {
  EXPECT_FALSE(cipher_.open(nonce_, "plac", sealed_));
  EXPECT_FALSE(cipher_.open(nonce_, "", sealed_));
  auto other_nonce = nonce_;
  other_nonce[0] ^= 1;
  EXPECT_FALSE(cipher_.open(other_nonce, "place", sealed_));
  EXPECT_FALSE(Aes256Gcm(to_array<32>(kRows[0].key)).open(nonce_, "place", sealed_));
}

TEST_F(Opening, WritesNothingUnprovenIntoTheBuffer) {
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(cipher_.open(nonce_, "place", sealed_, buffer), 14U);
  EXPECT_EQ(base::as_text(buffer).substr(0, 14), "the plain text");
  buffer = {};
  EXPECT_EQ(cipher_.open(nonce_, "elsewhere", sealed_, buffer), std::nullopt);
  EXPECT_EQ(buffer, (std::array<std::uint8_t, 64>{}));
  EXPECT_EQ(cipher_.open(nonce_, "place", sealed_, std::span(buffer).first(13)), std::nullopt);
  EXPECT_EQ(cipher_.open(nonce_, "place", "", buffer), std::nullopt);
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST_F(Opening, WorksFromMoreThreadsThanItKeepsContextsFor) {
  for (int round = 0; round < 2; ++round) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 80; ++i) {
      threads.emplace_back([this, i] {
        const std::string text = std::to_string(i);
        auto nonce = nonce_;
        nonce[1] = static_cast<std::uint8_t>(i);
        EXPECT_EQ(cipher_.open(nonce, "t", cipher_.seal(nonce, "t", text)), text);
        EXPECT_FALSE(cipher_.open(nonce_, "t", sealed_));
      });
    }
  }
}

TEST(Aes256Gcm, KeysOfOneThreadStayApart) {
  const auto nonce = to_array<kNonceSize>(kRows[3].nonce);
  for (int i = 0; i < 3; ++i) {  // a new key may get the address of one that is gone
    auto key = to_array<32>(kRows[3].key);
    const Aes256Gcm first(key);
    key[0] = static_cast<std::uint8_t>(i);
    const Aes256Gcm second(key);
    const std::string sealed = first.seal(nonce, "", "x");
    EXPECT_FALSE(second.open(nonce, "", sealed));
    EXPECT_EQ(first.open(nonce, "", sealed), "x");
  }
}

}  // namespace
}  // namespace jianmen::crypto
