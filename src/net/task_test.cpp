#include "net/task.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "net/blocking.hpp"
#include "net/loop.hpp"
#include "net/run.hpp"
#include "net/spawn.hpp"

namespace jianmen::net {
namespace {

Task<long> number(long value) { co_return value; }

Task<long> sum_of_many(int count) {
  long sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await number(i);
  co_return sum;
}

Task<int> throws() {
  throw std::runtime_error("as asked");
  co_return 0;
}

Task<void> set(bool& flag) {
  flag = true;
  co_return;
}

TEST(TaskTest, RunsOnlyWhenAwaited) {
  bool ran = false;
  {
    const auto task = set(ran);
  }
  EXPECT_FALSE(ran);
  run(set(ran));
  EXPECT_TRUE(ran);
}

TEST(TaskTest, AwaitsAHundredThousandTasksInConstantStack) {
  EXPECT_EQ(run(sum_of_many(100'000)), 4'999'950'000);
}

TEST(TaskTest, HandsAnExceptionToWhoAwaits) { EXPECT_THROW(run(throws()), std::runtime_error); }

Task<base::Result<int>> fails() { co_return base::fail(base::Code::NotFound, "nothing there"); }

TEST(TaskTest, CarriesAnErrorAsAValue) {
  auto result = run(fails());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::NotFound);
}

Task<base::Result<>> fails_later() {
  co_await sleep_for(std::chrono::milliseconds(1));
  co_return base::fail(base::Code::Internal, "later");
}

Task<int> spawns_and_returns(bool& ended) {
  struct AtEnd {
    bool& flag;
    ~AtEnd() { flag = true; }
  };
  spawn(fails_later(), "test");
  const AtEnd at_end{ended};
  co_return 7;
}

TEST(SpawnTest, LeavesNoTaskBehindWhenTheLoopEnds) {
  bool ended = false;
  EXPECT_EQ(run(spawns_and_returns(ended)), 7);
  EXPECT_TRUE(ended);
}

Task<void> sleep_long(bool& woke) {
  co_await sleep_for(std::chrono::hours(1));
  woke = true;
}

Task<int> spawn_sleeper(bool& woke) {
  spawn(sleep_long(woke), "sleeper");
  co_return 1;
}

TEST(LoopTest, EndsEverySleepWhenItStops) {
  bool woke = false;
  EXPECT_EQ(run(spawn_sleeper(woke)), 1);
  EXPECT_TRUE(woke);
}

Task<SteadyClock::duration> measure_sleep(SteadyClock::duration time) {
  const auto start = SteadyClock::now();
  co_await sleep_for(time);
  co_return SteadyClock::now() - start;
}

TEST(LoopTest, NeverWakesASleeperEarly) {
  EXPECT_GE(run(measure_sleep(std::chrono::milliseconds(20))), std::chrono::milliseconds(20));
  EXPECT_GE(run(measure_sleep(std::chrono::milliseconds(300))), std::chrono::milliseconds(300));
}

TEST(LoopTest, SleepsWithoutALoopByBlocking) {
  auto sleep = sleep_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(sleep.await_suspend(std::noop_coroutine()));
}

TEST(LoopTest, RunsWhatOtherThreadsPostInOrder) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  std::vector<int> seen;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) (*loop)->post([&seen, i] { seen.push_back(i); });
    (*loop)->stop();
  });
  (*loop)->run();
  poster.join();
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_EQ(seen.back(), 999);
  EXPECT_EQ(Loop::current(), nullptr);
}

Task<bool> runs_elsewhere_and_returns(BlockingPool& pool) {
  const auto here = std::this_thread::get_id();
  const auto there = co_await pool.run([] { return std::this_thread::get_id(); });
  co_return there != here&& std::this_thread::get_id() == here;
}

Task<int> throws_elsewhere(BlockingPool& pool) {
  co_return co_await pool.run([]() -> int { throw std::runtime_error("there"); });
}

TEST(BlockingPoolTest, RunsOnItsOwnThreadAndResumesOnTheLoop) {
  BlockingPool pool(2);
  EXPECT_TRUE(run(runs_elsewhere_and_returns(pool)));
}

TEST(BlockingPoolTest, HandsAnExceptionBack) {
  BlockingPool pool(1);
  EXPECT_THROW(run(throws_elsewhere(pool)), std::runtime_error);
}

Task<void> count_one(BlockingPool& pool, std::atomic<int>& count) {
  co_await pool.run([&count] { return ++count; });
}

Task<int> spawn_many(BlockingPool& pool, std::atomic<int>& count) {
  for (int i = 0; i < 500; ++i) spawn(count_one(pool, count), "count");
  co_return 0;
}

TEST(BlockingPoolTest, FinishesWhatWasGivenBeforeTheLoopEnds) {
  std::atomic<int> count{0};
  BlockingPool pool(3);
  run(spawn_many(pool, count));
  EXPECT_EQ(count.load(), 500);
}

Task<void> wait_for(BlockingPool& pool, std::atomic<bool>& go_on) {
  co_await pool.run([&go_on] {
    while (!go_on) std::this_thread::yield();
    return 0;
  });
}

Task<bool> crowds(BlockingPool& pool) {
  std::atomic<bool> go_on{false};
  bool was = pool.is_crowded();
  spawn(wait_for(pool, go_on), "at work");
  while (pool.waiting() > 0) std::this_thread::yield();  // the thread has taken it
  spawn(wait_for(pool, go_on), "waits");
  was |= pool.is_crowded();
  spawn(wait_for(pool, go_on), "waits too");
  const bool is = pool.is_crowded();
  go_on = true;
  co_await pool.run([] { return 0; });  // behind all of them
  co_return !was && is && !pool.is_crowded();
}

TEST(BlockingPoolTest, SaysThatItIsCrowdedAsLongAsItIs) {
  BlockingPool pool(1, 2);
  EXPECT_TRUE(run(crowds(pool)));
}

TEST(BlockingPoolTest, RunsInPlaceWithoutALoop) {
  BlockingPool pool(1);
  auto work = pool.run([] { return std::this_thread::get_id(); });
  EXPECT_FALSE(work.await_suspend(std::noop_coroutine()));
  EXPECT_EQ(work.await_resume(), std::this_thread::get_id());
}

}  // namespace
}  // namespace jianmen::net
