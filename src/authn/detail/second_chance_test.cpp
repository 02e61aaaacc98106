#include "authn/detail/second_chance.hpp"

#include <gtest/gtest.h>

namespace jianmen::authn::detail {
namespace {

TEST(SecondChance, KeepsWhatWasUsedAndForgetsWhatWasNot) {
  SecondChance<int> cache(3);
  for (int i = 0; i < 3; ++i) cache.put(std::to_string(i), i);
  EXPECT_EQ(*cache.find("0"), 0);
  EXPECT_EQ(*cache.find("2"), 2);
  cache.put("3", 3);
  EXPECT_EQ(cache.find("1"), nullptr);
  EXPECT_NE(cache.find("0"), nullptr);
  EXPECT_NE(cache.find("2"), nullptr);
  EXPECT_NE(cache.find("3"), nullptr);
}

TEST(SecondChance, ReplacesTheValueOfAKnownKey) {
  SecondChance<int> cache(2);
  cache.put("a", 1);
  cache.put("a", 2);
  EXPECT_EQ(*cache.find("a"), 2);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(SecondChance, StaysBounded) {
  SecondChance<std::string> cache(16);
  for (int i = 0; i < 10'000; ++i) {
    const auto key = std::to_string(i % 997);
    cache.put(key, key);
    if (const auto* other = cache.find(std::to_string(i % 13))) {
      EXPECT_EQ(*other, std::to_string(i % 13));
    }
    ASSERT_LE(cache.size(), 16u);
  }
}

}  // namespace
}  // namespace jianmen::authn::detail
