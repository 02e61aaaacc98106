#include "crypto/password.hpp"

#include <gmock/gmock.h>

namespace jianmen::crypto {
namespace {

using base::Secret;

constexpr PasswordCost kCheap = {.iterations = 1, .memory_kib = 64, .lanes = 1};

TEST(Password, VerifiesTheRightOneOnly) {
  base::SequenceRandom random;
  for (const std::string& text : {std::string("P@ssw0rd"), std::string(), std::string("密码"),
                                  std::string("with\0zero", 9), std::string(500, 'x')}) {
    const auto phc = hash_password(Secret(text), random, kCheap);
    ASSERT_TRUE(phc);
    EXPECT_TRUE(verify_password(Secret(text), *phc));
    EXPECT_FALSE(verify_password(Secret(text + "x"), *phc));
    EXPECT_FALSE(verify_password(Secret("other"), *phc));
    EXPECT_FALSE(verify_password(Secret(text + '\0'), *phc));
  }
}

TEST(Password, IsSaltedAndWritesItsCost) {
  base::SequenceRandom random;
  const auto one = hash_password(Secret("same"), random, kCheap);
  const auto two = hash_password(Secret("same"), random, kCheap);
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_THAT(*one, testing::StartsWith("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_THAT(*hash_password(Secret("same"), random),
              testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(Password, VerifiesAHashOfTheReferenceImplementation) {
  // phc-winner-argon2 test.c: argon2id, v=19, t=2, m=2^16, p=1, "password", salt "somesalt".
  constexpr auto kPhc =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(verify_password(Secret("password"), kPhc));
  EXPECT_FALSE(verify_password(Secret("differentpassword"), kPhc));
}

TEST(Password, RefusesWhatIsNoAffordableArgon2idText) {
  base::SequenceRandom random;
  const std::string phc = *hash_password(Secret("x"), random, kCheap);
  ASSERT_TRUE(verify_password(Secret("x"), phc));
  const std::string rest = phc.substr(phc.find('$', 28));
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("$argon2id$"), phc.substr(0, phc.size() - 1),
        phc + "$", phc + std::string(1, '\0'), "$argon2i" + phc.substr(9),
        "$argon2id$v=16$m=64,t=1,p=1" + rest, "$argon2id$v=19$m=4294967295,t=1,p=1" + rest,
        "$argon2id$v=19$m=64,t=4000000000,p=1" + rest,
        "$argon2id$v=19$m=64,t=1,p=99999999999" + rest, "$argon2id$v=19$m=-1,t=1,p=1" + rest,
        "$argon2id$v=19$m=64,t=1,p=0" + rest, std::string("$2b$10$abcdefghijklmnopqrstuv")}) {
    EXPECT_FALSE(verify_password(Secret("x"), text)) << text;
  }
}

TEST(Password, RefusesACostThatArgon2DoesNotKnow) {
  base::SequenceRandom random;
  const auto phc =
      hash_password(Secret("x"), random, {.iterations = 0, .memory_kib = 64, .lanes = 1});
  ASSERT_FALSE(phc);
  EXPECT_EQ(phc.error().code, base::Code::InvalidArgument);
}

TEST(Password, SpendsTheTimeOfAVerificationForNobody) {
  spend_verification(Secret("x"), kCheap);
  spend_verification(Secret(""), kCheap);
}

}  // namespace
}  // namespace jianmen::crypto
