#include "throttle/throttle.hpp"

#include <gtest/gtest.h>

namespace jianmen::throttle {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const base::Time kStart{base::Duration(1'780'000'000'000'000)};

TEST(Limit, IsReadAndWrittenAsPeopleAndTheGatewayDo) {
  struct Row {
    std::string_view text, wire;
  };
  for (const Row& row :
       {Row{"200/5m", "limit:200,time:5 minute"}, Row{"5/1s", "limit:5,time:1 second"},
        Row{"90/90s", "limit:90,time:90 second"}, Row{"1000/24h", "limit:1000,time:24 hour"}}) {
    const auto limit = parse_limit(row.text);
    ASSERT_TRUE(limit) << row.text;
    EXPECT_EQ(to_text(*limit), row.text);
    EXPECT_EQ(wire_text(*limit), row.wire);
  }
  EXPECT_EQ(parse_limit("120/60s"), (Limit{120, minutes(1)}));
  EXPECT_EQ(parse_limit("off"), Limit());
  EXPECT_EQ(to_text(Limit()), "off");
  for (const std::string_view bad :
       {"", "5", "/1s", "0/1s", "-1/1s", "5/", "5/0s", "5/1", "5/500ms", "5/1500ms", "5/25h",
        "x/1s", "5 /1s", "2000000000/1s"}) {
    EXPECT_FALSE(parse_limit(bad)) << bad;
  }
}

struct World {
  explicit World(const Settings& settings) : throttle(settings, random) {}
  base::SequenceRandom random;
  Throttle throttle;
};

TEST(Throttle, NothingIsLimitedUntilItIsAskedFor) {
  World world({});
  EXPECT_FALSE(world.throttle.any());
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(world.throttle.take_source("192.0.2.1", kStart));
    EXPECT_FALSE(world.throttle.take_caller({"AK", "u", "a", "ecs:List"}, kStart));
  }
}

TEST(Throttle, EachKindHasItsBucket) {
  Settings settings;
  settings.source = settings.access_key = settings.user = settings.account = settings.operation =
      Limit{1, minutes(1)};
  World world(settings);
  EXPECT_TRUE(world.throttle.any());
  EXPECT_FALSE(world.throttle.take_source("192.0.2.1", kStart));
  EXPECT_FALSE(world.throttle.take_source("192.0.2.2", kStart));
  const auto denied = world.throttle.take_source("192.0.2.1", kStart);
  ASSERT_TRUE(denied);
  EXPECT_EQ(denied->kind, Kind::Source);
  EXPECT_EQ(denied->retry_after, base::Duration(minutes(1)));
  // The same text as key, user, account and operation: four buckets.
  EXPECT_FALSE(world.throttle.take_caller({"x", "x", "x", "x"}, kStart));
  struct Row {
    Caller caller;
    Kind kind;
  };
  for (const Row& row :
       {Row{{"x", "", "", ""}, Kind::Key}, Row{{"", "x", "", ""}, Kind::User},
        Row{{"", "", "x", ""}, Kind::Account}, Row{{"", "", "", "x"}, Kind::Operation}}) {
    const auto caller = world.throttle.take_caller(row.caller, kStart);
    ASSERT_TRUE(caller) << kind_name(row.kind);
    EXPECT_EQ(caller->kind, row.kind);
    EXPECT_EQ(world.throttle.denied(row.kind), 1U);
  }
}

TEST(Throttle, WhoIsStoppedByHisOwnLimitTakesNothingFromOthers) {
  Settings settings;
  settings.user = {1, minutes(1)};
  settings.operation = {3, minutes(1)};
  World world(settings);
  for (int i = 0; i < 100; ++i) world.throttle.take_caller({"", "greedy", "", "op"}, kStart);
  EXPECT_FALSE(world.throttle.take_caller({"", "second", "", "op"}, kStart));
  EXPECT_FALSE(world.throttle.take_caller({"", "third", "", "op"}, kStart));
  EXPECT_EQ(world.throttle.take_caller({"", "fourth", "", "op"}, kStart)->kind, Kind::Operation);
}

TEST(Throttle, AnOperationMayHaveALimitOfItsOwn) {
  Settings settings;
  settings.operation = {2, seconds(1)};
  settings.operations = {{"ecs:Create", {1, seconds(1)}}, {"ecs:List", Limit()}};
  World world(settings);
  EXPECT_FALSE(world.throttle.take_caller({"", "", "", "ecs:Create"}, kStart));
  EXPECT_EQ(world.throttle.take_caller({"", "", "", "ecs:Create"}, kStart)->limit.requests, 1U);
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(world.throttle.take_caller({"", "", "", "ecs:List"}, kStart));
  }
}

TEST(Throttle, ASourceOfIPv6IsItsNetworkOf64Bits) {
  Settings settings;
  settings.source = {1, minutes(1)};
  World world(settings);
  EXPECT_FALSE(world.throttle.take_source("2001:db8:1:2::1", kStart));
  EXPECT_TRUE(world.throttle.take_source("2001:db8:1:2:ffff::9", kStart));
  EXPECT_FALSE(world.throttle.take_source("2001:db8:1:3::1", kStart));
}

TEST(Throttle, ALoadBalancerMayBeLeftAlone) {
  Settings settings;
  settings.source = settings.source_failures = {1, minutes(1)};
  settings.exempt = {"192.0.2.7"};
  World world(settings);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(world.throttle.take_source("192.0.2.7", kStart));
    world.throttle.record_failure("192.0.2.7", kStart);
    EXPECT_FALSE(world.throttle.look_failures("192.0.2.7", kStart));
  }
}

TEST(Throttle, FailuresOfASourceRunOutAndComeBack) {
  World world({});
  const auto limit = Settings().source_failures;
  for (std::uint64_t i = 0; i < limit.requests; ++i) {
    EXPECT_FALSE(world.throttle.look_failures("192.0.2.1", kStart)) << i;
    world.throttle.record_failure("192.0.2.1", kStart);
  }
  const auto denied = world.throttle.look_failures("192.0.2.1", kStart);
  ASSERT_TRUE(denied);
  EXPECT_EQ(denied->kind, Kind::Failures);
  EXPECT_FALSE(world.throttle.look_failures("192.0.2.2", kStart)) << "another source";
  EXPECT_FALSE(world.throttle.look_failures("192.0.2.1", kStart + denied->retry_after));
  EXPECT_FALSE(world.throttle.look_failures("192.0.2.1", kStart + limit.time));
}

TEST(Throttle, OnThisMachineNoSourceIsLimitedUnlessAskedFor) {
  Settings settings;
  settings.source = {1, minutes(1)};
  World world(settings);
  for (const std::string_view peer : {"127.0.0.1", "127.9.9.9", "::1", "unix"}) {
    for (int i = 0; i < 5'000; ++i) world.throttle.record_failure(peer, kStart);
    EXPECT_FALSE(world.throttle.look_failures(peer, kStart)) << peer;
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(world.throttle.take_source(peer, kStart)) << peer;
  }
  settings.exempt.clear();
  World strict(settings);
  EXPECT_FALSE(strict.throttle.take_source("127.0.0.1", kStart));
  EXPECT_TRUE(strict.throttle.take_source("127.0.0.1", kStart));
}

}  // namespace
}  // namespace jianmen::throttle
