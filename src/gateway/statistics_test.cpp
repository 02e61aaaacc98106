#include "gateway/statistics.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace jianmen::gateway {
namespace {

using identity::Cause;

TEST(Statistics, WorkersAddUp) {
  catalog::Operation list;
  list.id = "ecs:List";
  Statistics statistics(2);
  statistics.shard(0).count(&list, Verdict::Allowed, 100);
  statistics.shard(1).count(&list, Verdict::Allowed, 200);
  statistics.shard(1).count(&list, Verdict::Refused, 5);
  statistics.shard(1).count(nullptr, Verdict::Refused, 1);
  statistics.shard(0).count(Cause::RouteUnknownPath);
  const auto totals = statistics.totals();
  const auto& row = totals.operations.at("ecs:List");
  EXPECT_EQ(row.verdicts, (std::array<std::uint64_t, 3>{2, 1, 0}));
  EXPECT_EQ(row.time.count(), 3U);
  EXPECT_EQ(row.time.microseconds, 305U);
  EXPECT_EQ(totals.operations.at("").verdicts[1], 1U);
  EXPECT_EQ(totals.causes[static_cast<std::size_t>(Cause::RouteUnknownPath)], 1U);
}

TEST(Statistics, MoreOperationsThanPlacesLoseNoRequest) {
  std::vector<catalog::Operation> operations(5'000);
  for (std::size_t i = 0; i < operations.size(); ++i) operations[i].id = "x:" + std::to_string(i);
  Statistics statistics(1);
  for (const auto& one : operations) statistics.shard(0).count(&one, Verdict::Allowed, 1);
  std::uint64_t all = 0;
  for (const auto& [id, row] : statistics.totals().operations) all += row.verdicts[0];
  EXPECT_EQ(all, operations.size());
}

TEST(Statistics, IsReadWhileAWorkerCounts) {
  std::vector<catalog::Operation> operations(500);
  for (std::size_t i = 0; i < operations.size(); ++i) operations[i].id = "x:" + std::to_string(i);
  Statistics statistics(1);
  std::jthread worker([&] {
    for (const auto& one : operations) statistics.shard(0).count(&one, Verdict::Allowed, 1);
  });
  for (int i = 0; i < 20; ++i) EXPECT_LE(statistics.totals().operations.size(), 501U);
  worker.join();
  EXPECT_EQ(statistics.totals().operations.size(), 501U);
}

}  // namespace
}  // namespace jianmen::gateway
