#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace jianmen::base {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, StandsStillUntilMoved) {
  ManualClock clock(Time(10s));
  EXPECT_EQ(clock.now(), Time(10s));
  clock.advance(-3s);
  EXPECT_EQ(clock.now(), Time(7s));
  clock.set(Time(99s));
  EXPECT_EQ(clock.now(), Time(99s));
}

TEST(MovableClock, GoesOnFromWhereItWasSet) {
  MovableClock clock;
  EXPECT_EQ(clock.offset(), 0s);
  clock.advance(24h);
  EXPECT_EQ(clock.offset(), 24h);
  clock.set(Time(1000s));
  const Time first = clock.now();
  EXPECT_GE(first, Time(1000s));
  EXPECT_LT(first, Time(1000s) + 1h);
  EXPECT_GE(clock.now(), first);
  clock.reset();
  EXPECT_EQ(clock.offset(), 0s);
}

TEST(MovableClock, GoesFarButNeverOverflows) {
  for (const auto far : {Duration::max(), Duration::min()}) {
    MovableClock clock;
    clock.set(Time(far));
    clock.now();
    clock.reset();
    clock.advance(far);
    clock.advance(far);
    EXPECT_EQ(clock.now() > Time(0s), far > 0s);
  }
}

}  // namespace
}  // namespace jianmen::base
