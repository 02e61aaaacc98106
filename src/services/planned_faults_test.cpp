#include "services/planned_faults.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "services/test_services.hpp"

namespace jianmen::services {

namespace {

PlannedFault answer(std::string operation, std::optional<std::uint32_t> times = {}) {
  PlannedFault fault;
  fault.operation = std::move(operation);
  fault.status = 503;
  fault.code = "Ecs.0000";
  fault.message = "Planned.";
  fault.left = times;
  return fault;
}

TEST(PlannedFaults, MeetTheirOperationAsOftenAsPlanned) {
  PlannedFaults faults;
  EXPECT_FALSE(faults.take("ecs:ShowServer"));
  faults.add(answer("ecs:ShowServer", 2));
  EXPECT_FALSE(faults.take("ecs:DeleteServers"));
  EXPECT_EQ(faults.take("ecs:ShowServer")->left, 1u);
  EXPECT_EQ(faults.list().size(), 1u);
  EXPECT_EQ(faults.take("ecs:ShowServer")->left, 0u);
  EXPECT_FALSE(faults.take("ecs:ShowServer"));
  EXPECT_TRUE(faults.list().empty());
}

TEST(PlannedFaults, TheFirstPlannedComesFirstAndUnlimitedOnesStay) {
  PlannedFaults faults;
  faults.add(answer("ecs:ShowServer", 1));
  auto later = answer("ecs:ShowServer");
  later.status = 500;
  faults.add(later);
  EXPECT_EQ(faults.take("ecs:ShowServer")->status, 503);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(faults.take("ecs:ShowServer")->status, 500);
  faults.clear();
  EXPECT_FALSE(faults.take("ecs:ShowServer"));
}

TEST(PlannedFaults, AreUsedUpOnceEachByManyThreads) {
  PlannedFaults faults;
  faults.add(answer("ecs:ShowServer", 1000));
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 400; ++j) taken += faults.take("ecs:ShowServer").has_value();
    });
  }
  threads.clear();
  EXPECT_EQ(taken, 1000);
}

using PlannedFaultTest = FrameTest;

TEST_F(PlannedFaultTest, StandsInPlaceOfTheAnswerInTheWordsOfTheFamily) {
  faults.add(answer("ecs:ListServersDetails", 1));
  const auto token = project_token(viewer, project);
  const auto refused = ask(token, "GET", list);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.text, R"({"error":{"message":"Planned.","code":"Ecs.0000"}})");
  EXPECT_EQ(refused.cause(), Cause::BackendPlannedFault);
  EXPECT_EQ(status(token, "GET", list), 200);
}

TEST_F(PlannedFaultTest, IsNotMetByThoseWhoAreRefusedAnyway) {
  faults.add(answer("ecs:ListServersDetails", 1));
  EXPECT_EQ(status(project_token(newcomer, project), "GET", list), 403);
  EXPECT_EQ(faults.list().size(), 1u);
}

TEST_F(PlannedFaultTest, MayBeNoAnswerAtAll) {
  auto reset = answer("ecs:ListServersDetails");
  reset.kind = PlannedFault::Kind::Reset;
  faults.add(reset);
  const auto none = ask(project_token(viewer, project), "GET", list);
  EXPECT_TRUE(none.response.drops());
  EXPECT_EQ(none.cause(), Cause::BackendPlannedFault);
}

TEST_F(PlannedFaultTest, MayBeALateAnswer) {
  auto delay = answer("ecs:ListServersDetails");
  delay.kind = PlannedFault::Kind::Delay;
  delay.delay = std::chrono::milliseconds(1);
  faults.add(delay);
  const auto late = ask(project_token(viewer, project), "GET", list);
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(late.record.refusal, std::nullopt);
}

}  // namespace

}  // namespace jianmen::services
