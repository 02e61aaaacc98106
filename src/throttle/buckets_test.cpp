#include "throttle/buckets.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "throttle/keyed_hash.hpp"

namespace jianmen::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const base::Time kStart{base::Duration(1'780'000'000'000'000)};
const HashKey kKey{1, 2};

std::uint64_t name(std::uint64_t number) {
  return keyed_hash(kKey, 0, {reinterpret_cast<const char*>(&number), sizeof number});
}

TEST(Buckets, AFullOneHoldsTheLimitThenFillsEvenly) {
  Buckets buckets(64);
  const Limit limit{10, seconds(1)};
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(buckets.take(1, limit, kStart)) << i;
  EXPECT_EQ(buckets.take(1, limit, kStart), base::Duration(milliseconds(100)));
  EXPECT_EQ(buckets.take(1, limit, kStart + milliseconds(40)), base::Duration(milliseconds(60)));
  EXPECT_FALSE(buckets.take(1, limit, kStart + milliseconds(100)));
  EXPECT_TRUE(buckets.take(1, limit, kStart + milliseconds(100)));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(buckets.take(1, limit, kStart + seconds(5))) << i;
  EXPECT_TRUE(buckets.take(1, limit, kStart + seconds(5)));
}

TEST(Buckets, WhoWaitsAsLongAsToldPasses) {
  for (const std::uint64_t requests : {1U, 3U, 7U, 600U, 999'999U}) {
    Buckets buckets(64);
    const Limit limit{requests, minutes(1)};
    auto now = kStart;
    while (!buckets.take(9, limit, now)) {
    }
    for (int i = 0; i < 100; ++i) {
      const auto wait = buckets.take(9, limit, now);
      ASSERT_TRUE(wait) << requests;
      now += *wait;
      EXPECT_FALSE(buckets.take(9, limit, now)) << requests;
    }
  }
}

TEST(Buckets, LookingTakesNothing) {
  Buckets buckets(64);
  const Limit limit{2, seconds(2)};
  EXPECT_FALSE(buckets.look(1, limit, kStart));
  buckets.take(1, limit, kStart);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(buckets.look(1, limit, kStart));
  buckets.take(1, limit, kStart);
  EXPECT_EQ(buckets.look(1, limit, kStart), base::Duration(seconds(1)));
  EXPECT_FALSE(buckets.look(1, limit, kStart + seconds(1)));
}

TEST(Buckets, AClockThatIsSetBackLocksNobodyOut) {
  Buckets buckets(64);
  const Limit limit{5, seconds(10)};
  for (int i = 0; i < 5; ++i) buckets.take(1, limit, kStart + std::chrono::hours(48));
  const auto wait = buckets.take(1, limit, kStart);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, base::Duration(seconds(10)));
}

TEST(Buckets, KnowsWhenAllAreFull) {
  Buckets buckets(64);
  EXPECT_TRUE(buckets.all_full(kStart));
  buckets.take(1, {1, seconds(10)}, kStart);
  EXPECT_FALSE(buckets.all_full(kStart + seconds(9)));
  EXPECT_TRUE(buckets.all_full(kStart + seconds(11)));
  buckets.take(1, {1, seconds(10)}, kStart + seconds(20));
  buckets.clear();
  EXPECT_TRUE(buckets.all_full(kStart + seconds(20)));
}

// A million sources, one request each, in memory for a sixteenth of them: none is refused, and who
// asks all the time gets what the limit says.
TEST(Buckets, AMillionSourcesNeitherHarmNorShieldAnybody) {
  Buckets buckets(65'536);
  const Limit limit{20, seconds(1)};
  std::uint64_t passed = 0, refused = 0;
  constexpr std::uint64_t kSources = 1'000'000;
  auto now = kStart;
  for (std::uint64_t i = 0; i < kSources; ++i) {
    now += base::Duration(10);  // a million in ten seconds
    if (buckets.take(i * 0x9E37'79B9'7F4A'7C15U + 1, limit, now)) ++refused;
    if (i % 8 > 0) continue;
    if (!buckets.take(name(kSources + 1), limit, now)) ++passed;
  }
  EXPECT_EQ(refused, 0U) << "an honest source";
  // 20 from the full bucket, 20 a second for ten seconds; and not forgotten in between.
  EXPECT_GE(passed, 218U);
  EXPECT_LE(passed, 222U);
}

// All sources at the limit's rate, eight times as many as there are places: the bound of the error.
TEST(Buckets, WhatIsForgottenIsTheBucketThatWasNearlyFull) {
  Buckets buckets(1'024);
  const Limit limit{10, seconds(10)};
  std::vector<std::uint64_t> heavy(64), passed(64);
  for (std::size_t i = 0; i < heavy.size(); ++i) heavy[i] = name(i);
  auto now = kStart;
  for (int round = 0; round < 1'000; ++round) {
    now += milliseconds(10);
    for (std::size_t i = 0; i < heavy.size(); ++i) {
      if (!buckets.take(heavy[i], limit, now)) ++passed[i];
    }
    for (std::uint64_t i = 0; i < 8; ++i) {
      buckets.take(name(1'000 + static_cast<std::uint64_t>(round) * 8 + i), limit, now);
    }
  }
  const auto most = *std::ranges::max_element(passed);
  EXPECT_LE(most, 20U) << "10 and what flowed in: 1 a second for 10 s";
  EXPECT_GE(*std::ranges::min_element(passed), 18U);
}

TEST(Buckets, ALimitHoldsForAllThreadsTogether) {
  Buckets buckets(1'024);
  const Limit limit{1'000, minutes(1)};
  std::atomic<int> passed{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 2'000; ++j) passed += !buckets.take(7, limit, kStart);
      });
    }
  }
  EXPECT_EQ(passed, 1'000);
}

// The vectors of the paper are of SipHash-2-4; here what the table needs of a hash.
TEST(KeyedHash, DependsOnKeyDomainAndEveryByte) {
  const auto hash = keyed_hash(kKey, 1, "192.0.2.1");
  EXPECT_EQ(keyed_hash(kKey, 1, "192.0.2.1"), hash);
  EXPECT_NE(keyed_hash({1, 3}, 1, "192.0.2.1"), hash);
  EXPECT_NE(keyed_hash({2, 2}, 1, "192.0.2.1"), hash);
  EXPECT_NE(keyed_hash(kKey, 2, "192.0.2.1"), hash);
  EXPECT_NE(keyed_hash(kKey, 1, "192.0.2.2"), hash);
  EXPECT_NE(keyed_hash(kKey, 1, std::string_view("192.0.2.1\0", 10)), hash);
  std::vector<std::uint64_t> low;
  for (std::uint64_t i = 0; i < 4'096; ++i) low.push_back(name(i) & 255);
  std::ranges::sort(low);
  for (std::uint64_t bits = 0; bits < 256; ++bits) {
    const auto count = std::ranges::count(low, bits);
    EXPECT_NEAR(static_cast<double>(count), 16, 16) << bits;
  }
}

}  // namespace
}  // namespace jianmen::throttle
