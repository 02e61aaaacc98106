#include <gtest/gtest.h>

#include "metrics/histogram.hpp"
#include "metrics/text.hpp"

namespace jianmen::metrics {
namespace {

Durations of(std::initializer_list<std::int64_t> all) {
  Histogram histogram;
  for (const auto us : all) histogram.add(us);
  Durations out;
  histogram.read_into(out);
  return out;
}

TEST(Histogram, ABoundBelongsToItsOwnBucket) {
  EXPECT_EQ(of({0, 1, 32}).counts[0], 3U);
  EXPECT_EQ(of({-5}).counts[0], 1U);
  EXPECT_EQ(of({33, 64}).counts[1], 2U);
  EXPECT_EQ(of({65}).counts[2], 1U);
  const auto longest = static_cast<std::int64_t>(Durations::bound(Durations::kBuckets - 1));
  EXPECT_EQ(of({longest}).counts[Durations::kBuckets - 1], 1U);
  EXPECT_EQ(of({longest + 1, INT64_MAX / 4}).counts[Durations::kBuckets], 2U);
}

TEST(Histogram, ReadsAddUp) {
  Histogram a, b;
  a.add(10);
  b.add(20);
  Durations out;
  a.read_into(out);
  b.read_into(out);
  EXPECT_EQ(out.count(), 2U);
  EXPECT_EQ(out.microseconds, 30U);
}

TEST(Text, SamplesFollowTheirFamily) {
  Text text;
  text.family("x_total", "counter", "What x did.");
  text.sample({}, std::uint64_t{7});
  text.sample({{"a", "1"}, {"b", "q\"\\\n"}}, 0.5);
  EXPECT_EQ(std::move(text).finish(),
            "# HELP x_total What x did.\n# TYPE x_total counter\nx_total 7\n"
            "x_total{a=\"1\",b=\"q\\\"\\\\\\n\"} 0.5\n");
}

TEST(Text, AHistogramIsCumulative) {
  Text text;
  text.family("t_seconds", "histogram", "Time.");
  text.histogram({{"of", "y"}}, of({10, 40, 40'000'000}));
  const auto out = std::move(text).finish();
  EXPECT_NE(out.find("t_seconds_bucket{of=\"y\",le=\"3.2e-05\"} 1\n"), out.npos) << out;
  EXPECT_NE(out.find("t_seconds_bucket{of=\"y\",le=\"6.4e-05\"} 2\n"), out.npos) << out;
  EXPECT_NE(out.find("t_seconds_bucket{of=\"y\",le=\"+Inf\"} 3\n"), out.npos) << out;
  EXPECT_NE(out.find("t_seconds_sum{of=\"y\"} 40.00005\n"), out.npos) << out;
  EXPECT_NE(out.find("t_seconds_count{of=\"y\"} 3\n"), out.npos) << out;
}

}  // namespace
}  // namespace jianmen::metrics
