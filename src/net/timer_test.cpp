#include "net/timer.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace jianmen::net::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Counter final : public Timer {
 public:
  int fired = 0;

 private:
  void expire() override { ++fired; }
};

class TimerWheelTest : public testing::Test {
 protected:
  // Moves the time in steps, as a loop does.
  void go_to(SteadyClock::duration time) {
    while (now_ < start_ + time) {
      now_ = std::min(now_ + milliseconds(100), start_ + time);
      if (now_ >= wheel_.next_due()) wheel_.advance(now_);
    }
  }
  Deadline start_{seconds(1000)};
  Deadline now_ = start_;
  TimerWheel wheel_{start_};
};

TEST_F(TimerWheelTest, FiresAtOrSoonAfterTheDeadlineAndOnce) {
  Counter timer;
  wheel_.arm(timer, start_ + milliseconds(1000));
  go_to(milliseconds(999));
  EXPECT_EQ(timer.fired, 0);
  go_to(milliseconds(1250));
  EXPECT_EQ(timer.fired, 1);
  go_to(seconds(600));
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, ALaterDeadlineReplacesAnEarlierOne) {
  Counter timer;
  for (int i = 0; i < 100; ++i) {
    wheel_.arm(timer, now_ + seconds(5));
    go_to(milliseconds(1000) * (i + 1));
  }
  EXPECT_EQ(timer.fired, 0);
  go_to(seconds(105));
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, AnEarlierDeadlineReplacesALaterOne) {
  Counter timer;
  wheel_.arm(timer, start_ + seconds(60));
  wheel_.arm(timer, start_ + seconds(1));
  go_to(milliseconds(1300));
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, ADisarmedTimerDoesNotFire) {
  Counter timer;
  wheel_.arm(timer, start_ + seconds(1));
  timer.disarm();
  go_to(seconds(3));
  EXPECT_EQ(timer.fired, 0);
  EXPECT_EQ(wheel_.next_due(), kNoDeadline);
}

TEST_F(TimerWheelTest, ATimerThatIsGoneDoesNotFire) {
  auto timer = std::make_unique<Counter>();
  wheel_.arm(*timer, start_ + seconds(1));
  timer.reset();
  go_to(seconds(3));
}

TEST_F(TimerWheelTest, KeepsDeadlinesFarBeyondItsSlots) {
  Counter timer;
  wheel_.arm(timer, start_ + seconds(3600));
  go_to(seconds(3599));
  EXPECT_EQ(timer.fired, 0);
  go_to(seconds(3601));
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, WorksAfterALongTimeWithoutTimers) {
  now_ += std::chrono::hours(30);
  Counter timer;
  wheel_.arm(timer, now_ + seconds(1));
  wheel_.advance(now_);
  EXPECT_EQ(timer.fired, 0);
  EXPECT_LE(wheel_.next_due(), now_ + milliseconds(1250));
  wheel_.advance(now_ + milliseconds(1250));
  EXPECT_EQ(timer.fired, 1);
}

TEST_F(TimerWheelTest, FiresManyInWhateverOrderTheyCame) {
  std::vector<std::unique_ptr<Counter>> timers;
  for (int i = 0; i < 1000; ++i) {
    timers.push_back(std::make_unique<Counter>());
    wheel_.arm(*timers.back(), start_ + milliseconds((i * 7919) % 200'000));
  }
  go_to(seconds(100));
  for (int i = 0; i < 1000; ++i) {
    const int due = (i * 7919) % 200'000;
    if (due <= 99'700) {
      EXPECT_EQ(timers[i]->fired, 1) << due;
    } else if (due > 100'000) {
      EXPECT_EQ(timers[i]->fired, 0) << due;
    }
  }
}

TEST_F(TimerWheelTest, ExpireAllFiresWhatIsArmedOnly) {
  Counter armed, disarmed;
  wheel_.arm(armed, start_ + seconds(900));
  wheel_.arm(disarmed, start_ + seconds(9));
  disarmed.disarm();
  wheel_.expire_all();
  EXPECT_EQ(armed.fired, 1);
  EXPECT_EQ(disarmed.fired, 0);
}

TEST(DeadlineTest, DoesNotWrapForAnEndlessTimeout) {
  EXPECT_EQ(after(Deadline(seconds(5)), SteadyClock::duration::max()), kNoDeadline);
  EXPECT_EQ(after(Deadline(seconds(5)), seconds(2)), Deadline(seconds(7)));
}

}  // namespace
}  // namespace jianmen::net::detail
