#include "base/random.hpp"

#include <algorithm>

#include <gmock/gmock.h>

#include "base/encoding.hpp"

namespace jianmen::base {
namespace {

TEST(SequenceRandom, RepeatsForTheSameSeedOnly) {
  SequenceRandom one(7);
  SequenceRandom same(7);
  SequenceRandom other(8);
  const std::string id = make_hex_id(one);
  EXPECT_EQ(make_hex_id(same), id);
  EXPECT_NE(make_hex_id(other), id);
  EXPECT_NE(make_hex_id(one), id);
}

TEST(Random, MakesIdsOfTheRightForm) {
  SequenceRandom random;
  for (int i = 0; i < 100; ++i) {
    const std::string id = make_hex_id(random);
    EXPECT_EQ(id.size(), 32U);
    EXPECT_TRUE(is_lower_hex(id));
    EXPECT_THAT(make_uuid(random),
                testing::MatchesRegex(
                    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
}

TEST(Random, DrawsFromTheWholeAlphabetWithoutBias) {
  SequenceRandom random;
  const std::string text = make_text(random, 30000, "abc");
  EXPECT_EQ(text.size(), 30000U);
  for (const char c : {'a', 'b', 'c'}) {
    EXPECT_NEAR(static_cast<double>(std::ranges::count(text, c)), 10000, 500);
  }
  EXPECT_EQ(make_text(random, 0, "abc"), "");
  EXPECT_EQ(make_text(random, 3, "x"), "xxx");
}

}  // namespace
}  // namespace jianmen::base
