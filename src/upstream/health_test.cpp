#include "upstream/health.hpp"

#include <gtest/gtest.h>

namespace jianmen::upstream {
namespace {

using namespace std::chrono_literals;

const net::Deadline kNow = net::Deadline() + 1h;

Group group() {
  Group out;
  out.failures_to_eject = 3;
  out.eject_time = 10s;
  return out;
}

TEST(Health, FailuresInARowTakeItOutForAWhile) {
  Health health;
  EXPECT_TRUE(health.is_good(kNow));
  EXPECT_FALSE(health.failed(group(), kNow));
  EXPECT_FALSE(health.failed(group(), kNow));
  EXPECT_TRUE(health.is_good(kNow));
  EXPECT_TRUE(health.failed(group(), kNow));
  EXPECT_FALSE(health.is_good(kNow));
  EXPECT_FALSE(health.is_good(kNow + 10s - 1ms));
  EXPECT_TRUE(health.is_good(kNow + 10s));
}

TEST(Health, ASuccessBreaksTheRow) {
  Health health;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(health.failed(group(), kNow));
    EXPECT_FALSE(health.failed(group(), kNow));
    health.succeeded();
  }
  EXPECT_TRUE(health.is_good(kNow));
}

TEST(Health, CountsAnewAfterItWasTakenOut) {
  Health health;
  for (int i = 0; i < 3; ++i) health.failed(group(), kNow);
  const auto back = kNow + 10s;
  EXPECT_FALSE(health.failed(group(), back));
  EXPECT_TRUE(health.is_good(back));
}

TEST(Health, TheCheckersAnswersDecideOnlyInARow) {
  const HealthCheck check{.path = "/", .failures = 3, .successes = 2};
  Health health;
  EXPECT_FALSE(health.checked(check, false));
  EXPECT_FALSE(health.checked(check, false));
  EXPECT_FALSE(health.checked(check, true));
  EXPECT_FALSE(health.checked(check, false));
  EXPECT_FALSE(health.checked(check, false));
  EXPECT_FALSE(health.is_down());
  EXPECT_TRUE(health.checked(check, false));
  EXPECT_TRUE(health.is_down());
  EXPECT_FALSE(health.is_good(kNow));
  EXPECT_FALSE(health.checked(check, true));
  EXPECT_FALSE(health.checked(check, false));
  EXPECT_FALSE(health.checked(check, true));
  EXPECT_TRUE(health.checked(check, true));
  EXPECT_TRUE(health.is_good(kNow));
}

TEST(Health, TrafficDoesNotBringUpWhatTheCheckerTookDown) {
  const HealthCheck check{.path = "/", .failures = 1, .successes = 1};
  Health health;
  EXPECT_TRUE(health.checked(check, false));
  health.succeeded();
  EXPECT_FALSE(health.is_good(kNow));
}

}  // namespace
}  // namespace jianmen::upstream
