#include "upstream/pool.hpp"

#include <set>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/run.hpp"

namespace jianmen::upstream {
namespace {

using namespace std::chrono_literals;

Group group_of(std::size_t servers) {
  Group group;
  group.name = "orders";
  group.servers.resize(servers);
  group.failures_to_eject = 1;
  group.connections = 4;
  return group;
}

std::vector<std::shared_ptr<Health>> healthy(std::size_t servers) {
  std::vector<std::shared_ptr<Health>> health;
  for (std::size_t i = 0; i < servers; ++i) health.push_back(std::make_shared<Health>());
  return health;
}

std::shared_ptr<PoolTraffic> traffic_of(const Group& group) {
  return std::make_shared<PoolTraffic>(group.servers.size());
}

const net::Deadline kNow = net::SteadyClock::now();

TEST(Pool, TakesTheLessBusyOfTwo) {
  const Group group = group_of(2);
  Pool pool(group, healthy(2), traffic_of(group));
  auto first = pool.choose(0, kNow);
  auto second = pool.choose(0, kNow);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first.index(), second.index());
  auto third = pool.choose(0, kNow);
  auto fourth = pool.choose(0, kNow);
  EXPECT_NE(third.index(), fourth.index());
}

TEST(Pool, ComesToEveryServer) {
  const Group group = group_of(8);
  Pool pool(group, healthy(8), traffic_of(group));
  std::set<std::size_t> seen;
  for (int i = 0; i < 400; ++i) seen.insert(pool.choose(0, kNow).index());
  EXPECT_EQ(seen.size(), 8U);
}

TEST(Pool, PassesOverWhatWasTriedAndWhatIsIll) {
  const Group group = group_of(3);
  const auto health = healthy(3);
  Pool pool(group, health, traffic_of(group));
  health[1]->failed(group, kNow);
  for (int i = 0; i < 50; ++i) {
    EXPECT_NE(pool.choose(0, kNow).index(), 1U);
    EXPECT_EQ(pool.choose(0b001, kNow).index(), 2U);
  }
  EXPECT_FALSE(pool.choose(0b111, kNow));
}

TEST(Pool, AsksAnyWhenNoneIsInGoodHealth) {
  const Group group = group_of(2);
  const auto health = healthy(2);
  Pool pool(group, health, traffic_of(group));
  for (const auto& one : health) one->failed(group, kNow);
  EXPECT_TRUE(pool.choose(0, kNow));
  EXPECT_EQ(pool.choose(0b01, kNow).index(), 1U);
}

TEST(Pool, HasNoMoreAtWorkOnAServerThanAllowed) {
  const Group group = group_of(1);
  Pool pool(group, healthy(1), traffic_of(group));
  std::vector<Pool::Lease> leases;
  for (int i = 0; i < 4; ++i) {
    leases.push_back(pool.choose(0, kNow));
    EXPECT_TRUE(leases.back());
  }
  EXPECT_FALSE(pool.choose(0, kNow));
  leases.pop_back();
  EXPECT_TRUE(pool.choose(0, kNow));
  leases.front() = Pool::Lease();  // given up by assignment
  auto again = pool.choose(0, kNow);
  EXPECT_TRUE(again);
}

// A connection whose stream has been read once, as an answer leaves it; the far end goes to `far`.
std::unique_ptr<Connection> connection(std::vector<net::Fd>& far) {
  int fds[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  far.emplace_back(fds[1]);
  return std::make_unique<Connection>(
      std::make_unique<net::Stream>(*net::Loop::current(), net::Fd(fds[0])));
}

net::Task<Pool::Lease> served(Pool& pool, std::vector<net::Fd>& far) {
  auto lease = pool.choose(0, kNow);
  lease.connection = connection(far);
  EXPECT_EQ(::send(far.back().get(), "x", 1, 0), 1);
  char byte;
  const std::span<char> room(&byte, 1);
  const auto got = co_await lease.connection->stream().read_some(room, net::kNoDeadline);
  EXPECT_TRUE(got);
  co_return lease;
}

net::Task<void> keeps_connections() {
  const Group group = group_of(1);
  Pool pool(group, healthy(1), traffic_of(group));
  std::vector<net::Fd> far;
  auto first = co_await served(pool, far);
  auto second = co_await served(pool, far);
  const Connection* const last = second.connection.get();
  first.give_back();
  second.give_back();
  // The last one that was used comes first: the others may grow old.
  auto lease = pool.choose(0, kNow);
  lease.take_idle();
  EXPECT_EQ(lease.connection.get(), last);
  EXPECT_TRUE(lease.connection->used);
  lease.give_back();

  // One whose other side has hung up does not serve.
  far[1].reset();
  co_await net::sleep_for(1ms);
  lease = pool.choose(0, kNow);
  lease.take_idle();
  EXPECT_TRUE(lease.connection);
  EXPECT_NE(lease.connection.get(), last);
  lease.give_back();

  // One that was idle for too long is ended.
  pool.sweep(net::Loop::current()->now() + 29s);
  lease = pool.choose(0, kNow);
  lease.take_idle();
  EXPECT_TRUE(lease.connection);
  lease.give_back();
  pool.sweep(net::Loop::current()->now() + 31s);
  char byte;
  EXPECT_EQ(::recv(far[0].get(), &byte, 1, 0), 0);
  lease = pool.choose(0, kNow);
  lease.take_idle();
  EXPECT_FALSE(lease.connection);
}

TEST(Pool, KeepsConnectionsLastUsedFirst) { net::run(keeps_connections()); }

net::Task<void> ends_connections() {
  const Group group = group_of(1);
  Pool pool(group, healthy(1), traffic_of(group));
  std::vector<net::Fd> far;
  {
    auto lease = co_await served(pool, far);
  }
  char byte;
  EXPECT_EQ(::recv(far[0].get(), &byte, 1, 0), 0);
}

TEST(Pool, EndsAConnectionThatIsNotGivenBack) { net::run(ends_connections()); }

}  // namespace
}  // namespace jianmen::upstream
