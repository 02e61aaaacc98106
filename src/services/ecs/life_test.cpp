#include "services/ecs/life.hpp"

#include <gtest/gtest.h>

namespace jianmen::services::ecs {
namespace {

TEST(EcsLife, AnEventBeginsOnlyInItsStates) {
  struct Row {
    Event event;
    VmState state;
    std::optional<Event> running;
    Verdict verdict;
  };
  const Row rows[] = {
      {Event::Start, VmState::Stopped, {}, Verdict::Begins},
      {Event::Start, VmState::Active, {}, Verdict::Already},
      {Event::Start, VmState::Building, Event::Build, Verdict::Refused},
      {Event::Start, VmState::Stopped, Event::Start, Verdict::Refused},
      {Event::Stop, VmState::Active, {}, Verdict::Begins},
      {Event::Stop, VmState::Stopped, {}, Verdict::Already},
      {Event::Stop, VmState::Active, Event::Reboot, Verdict::Refused},
      {Event::Reboot, VmState::Active, {}, Verdict::Begins},
      {Event::Reboot, VmState::Stopped, {}, Verdict::Refused},
      {Event::HardReboot, VmState::Stopped, {}, Verdict::Begins},
      {Event::HardReboot, VmState::Deleted, {}, Verdict::Refused},
      {Event::Resize, VmState::Stopped, {}, Verdict::Begins},
      {Event::Resize, VmState::Active, {}, Verdict::Refused},
      {Event::LiveResize, VmState::Active, {}, Verdict::Begins},
      {Event::LiveResize, VmState::Stopped, {}, Verdict::Refused},
      {Event::Delete, VmState::Active, {}, Verdict::Begins},
      {Event::Delete, VmState::Building, Event::Build, Verdict::Begins},
      {Event::Delete, VmState::Active, Event::Delete, Verdict::Already},
      {Event::Delete, VmState::Deleted, {}, Verdict::Already},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(judge(row.event, row.state, row.running), row.verdict)
        << transition(row.event).name << " in " << text(row.state);
  }
}

TEST(EcsLife, TheStatusFollowsFromStateAndTask) {
  struct Row {
    VmState state;
    std::optional<Event> running;
    std::string_view status;
  };
  const Row rows[] = {
      {VmState::Building, Event::Build, "BUILD"},
      {VmState::Active, {}, "ACTIVE"},
      {VmState::Active, Event::Stop, "ACTIVE"},
      {VmState::Active, Event::Delete, "ACTIVE"},
      {VmState::Active, Event::Reboot, "REBOOT"},
      {VmState::Active, Event::HardReboot, "HARD_REBOOT"},
      {VmState::Stopped, {}, "SHUTOFF"},
      {VmState::Stopped, Event::Start, "SHUTOFF"},
      {VmState::Stopped, Event::Delete, "SHUTOFF"},
      {VmState::Stopped, Event::Resize, "RESIZE"},
      {VmState::Stopped, Event::LiveResize, "RESIZE"},
      {VmState::Error, {}, "ERROR"},
      {VmState::Deleted, {}, "DELETED"},
      {VmState::Deleted, Event::Reboot, "UNKNOWN"},
  };
  for (const Row& row : rows) EXPECT_EQ(status(row.state, row.running), row.status);
}

TEST(EcsLife, EveryPairOfAStateAndAnEventThatMayRunThereHasAStatus) {
  for (const Event event : {Event::Build, Event::Start, Event::Stop, Event::Reboot,
                            Event::HardReboot, Event::Resize, Event::LiveResize, Event::Delete}) {
    for (const VmState state : {VmState::Active, VmState::Stopped, VmState::Error}) {
      if (judge(event, state, {}) != Verdict::Begins) continue;
      const VmState during = transition(event).keeps_state ? state : transition(event).during;
      EXPECT_NE(status(during, event), "UNKNOWN")
          << transition(event).name << " in " << text(state);
    }
    EXPECT_EQ(find_event(transition(event).name), event);
  }
}

TEST(EcsLife, AStatusFilterCoversItsFamily) {
  EXPECT_TRUE(status_matches("ACTIVE", "ACTIVE"));
  EXPECT_TRUE(status_matches("ACTIVE", "REBOOT"));
  EXPECT_TRUE(status_matches("SHUTOFF", "RESIZE"));
  EXPECT_FALSE(status_matches("REBOOT", "ACTIVE"));
  EXPECT_FALSE(status_matches("SHUTOFF", "REBOOT"));
  EXPECT_FALSE(status_matches("active", "ACTIVE"));
}

}  // namespace
}  // namespace jianmen::services::ecs
