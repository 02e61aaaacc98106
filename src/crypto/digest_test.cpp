#include "crypto/digest.hpp"

#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encoding.hpp"
#include "base/random.hpp"

namespace jianmen::crypto {
namespace {

std::string hex(const Digest& digest) { return base::to_hex(digest); }

std::string unhex(std::string_view text) { return base::from_hex(text).value(); }

std::string random_text(base::Random& random, std::size_t size) {
  std::string text(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

const EVP_MD* evp_of(Hash hash) { return hash == Hash::Sha256 ? EVP_sha256() : EVP_sm3(); }

Digest evp_digest(Hash hash, std::string_view bytes) {
  Digest out;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, evp_of(hash), nullptr);
  return out;
}

std::string repeat(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

struct DigestRow {
  Hash hash;
  std::string text, hex;
};

TEST(Digest, FollowsThePublishedVectors) {
  // FIPS 180-4 examples; GB/T 32905-2016 appendix A; signing facts for the empty texts.
  const DigestRow rows[] = {
      {Hash::Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {Hash::Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {Hash::Sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {Hash::Sm3, "", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
      {Hash::Sm3, "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
      {Hash::Sm3, repeat("abcd", 16),
       "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
  };
  for (const auto& row : rows) EXPECT_EQ(hex_digest(row.hash, row.text), row.hex) << row.text;
}

TEST(Digest, AgreesWithOpenSslAtEveryLength) {
  base::SequenceRandom random;
  for (const Hash hash : {Hash::Sha256, Hash::Sm3}) {
    for (std::size_t size = 0; size < 300; ++size) {
      const std::string text = random_text(random, size);
      EXPECT_EQ(digest(hash, text), evp_digest(hash, text)) << size;
    }
    const std::string large = random_text(random, 1'000'003);
    EXPECT_EQ(digest(hash, large), evp_digest(hash, large));
  }
}

TEST(Hasher, DoesNotCareHowTheTextArrives) {
  base::SequenceRandom random;
  const std::string text = random_text(random, 500);
  for (const Hash hash : {Hash::Sha256, Hash::Sm3}) {
    for (const std::size_t step : {1U, 7U, 63U, 64U, 65U, 128U, 499U, 500U}) {
      Hasher hasher(hash);
      hasher.update("");
      for (std::size_t at = 0; at < text.size(); at += step) {
        hasher.update(std::string_view(text).substr(at, step));
      }
      EXPECT_EQ(hasher.finish(), digest(hash, text)) << step;
    }
  }
}

TEST(Hasher, CopiesInTheMiddle) {
  for (const Hash hash : {Hash::Sha256, Hash::Sm3}) {
    Hasher first(hash);
    first.update("a");
    Hasher second = first;
    first.update("b");
    second.update("c");
    EXPECT_EQ(first.finish(), digest(hash, "ab"));
    EXPECT_EQ(second.finish(), digest(hash, "ac"));
  }
}

struct HmacRow {
  std::string key, text, mac;
};

TEST(Hmac, FollowsRfc4231) {
  const HmacRow rows[] = {
      {repeat("\x0b", 20), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {repeat("\xaa", 20), repeat("\xdd", 50),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {unhex("0102030405060708090a0b0c0d0e0f10111213141516171819"), repeat("\xcd", 50),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {repeat("\xaa", 131), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {repeat("\xaa", 131),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key "
       "needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(hex(HmacKey(Hash::Sha256, row.key).mac(row.text)), row.mac);
}

TEST(Hmac, AgreesWithOpenSslForEveryKeyLength) {
  base::SequenceRandom random;
  for (const Hash hash : {Hash::Sha256, Hash::Sm3}) {
    for (std::size_t size = 0; size < 140; ++size) {
      const std::string key = random_text(random, size);
      const std::string text = random_text(random, size * 3);
      Digest expected;
      HMAC(evp_of(hash), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), expected.data(),
           nullptr);
      const HmacKey made(hash, key);
      const HmacKey copy = made;  // NOLINT(performance-unnecessary-copy-initialization)
      EXPECT_EQ(made.mac(text), expected) << size;
      EXPECT_EQ(copy.mac(text), expected) << size;
      EXPECT_EQ(made.hash(), hash);
    }
  }
}

TEST(Hkdf, FollowsRfc5869) {
  // Appendix A.1 to A.3, the first 32 bytes: more bytes do not change them.
  EXPECT_EQ(hex(hkdf_sha256(unhex("000102030405060708090a0b0c"), repeat("\x0b", 22),
                            unhex("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  std::string salt, key, info;
  for (int i = 0; i < 80; ++i) {
    key += static_cast<char>(i);
    salt += static_cast<char>(0x60 + i);
    info += static_cast<char>(0xb0 + i);
  }
  EXPECT_EQ(hex(hkdf_sha256(salt, key, info)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
  EXPECT_EQ(hex(hkdf_sha256("", repeat("\x0b", 22), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, DerivesTheKeysOfTheDerivedSignature) {
  // tests/data/signing-vectors.json, derived_get and derived_global_region.
  constexpr std::string_view kAccessKeyId = "HWAKEXAMPLE012345678";
  constexpr std::string_view kSecret = "SkExample0123456789abcdefghijklmnopqrstu";
  EXPECT_EQ(hex(hkdf_sha256(kAccessKeyId, kSecret, "20260601/cn-north-4/iotdm")),
            "29425a4c8bc3e3a6a491fab2333de07b746538c1b9de374665c24304c2a36716");
  EXPECT_EQ(hex(hkdf_sha256(kAccessKeyId, kSecret, "20260601/globe/svc")),
            "99a1f49933df5279306ac89cc53cb5d0676c174696c556cd03542921bbbf280e");
}

TEST(EqualConstantTime, NeedsTheSameLengthAndBytes) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("bbc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_constant_time("", "a"));
  EXPECT_FALSE(equal_constant_time("abc", std::string_view("abc\0", 4)));
}

}  // namespace
}  // namespace jianmen::crypto
