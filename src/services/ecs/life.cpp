#include "services/ecs/life.hpp"

#include <array>
#include <utility>

namespace jianmen::services::ecs {

namespace {

constexpr unsigned bit(VmState state) { return 1U << std::to_underlying(state); }

constexpr unsigned kBuilding = bit(VmState::Building), kActive = bit(VmState::Active),
                   kStopped = bit(VmState::Stopped), kError = bit(VmState::Error),
                   kDeleted = bit(VmState::Deleted);

// In the order of Event.
constexpr std::array<Transition, 8> kTransitions{{
    {Event::Build, "build", "spawning", "createServer", "createSingleServer", VmState::Building,
     false, VmState::Active, 0, 0},
    {Event::Start, "start", "powering-on", "startServer", "startSingleServer", VmState::Stopped,
     true, VmState::Active, kStopped, kActive},
    {Event::Stop, "stop", "powering-off", "stopServer", "stopSingleServer", VmState::Active, true,
     VmState::Stopped, kActive | kError, kStopped},
    {Event::Reboot, "reboot", "rebooting", "rebootServer", "rebootSingleServer", VmState::Active,
     true, VmState::Active, kActive, 0},
    {Event::HardReboot, "hard_reboot", "rebooting_hard", "rebootServer", "rebootSingleServer",
     VmState::Active, false, VmState::Active, kActive | kStopped | kError, 0},
    {Event::Resize, "resize", "resize_prep", "resizeServer", "resizeSingleServer", VmState::Stopped,
     true, VmState::Stopped, kStopped, 0},
    {Event::LiveResize, "live_resize", "resize_prep", "resizeServer", "resizeSingleServer",
     VmState::Stopped, false, VmState::Active, kActive, 0},
    {Event::Delete, "delete", "deleting", "deleteServer", "deleteSingleServer", VmState::Active,
     true, VmState::Deleted, kBuilding | kActive | kStopped | kError, kDeleted},
}};

struct StateRow {
  VmState state;
  std::string_view text;
  int power;
};
constexpr std::array<StateRow, 5> kStates{{
    {VmState::Building, "building", 0},
    {VmState::Active, "active", 1},
    {VmState::Stopped, "stopped", 4},
    {VmState::Error, "error", 0},
    {VmState::Deleted, "deleted", 0},
}};

struct StatusRow {
  std::string_view vm_state, task_state, status;
};
// Stopping and deleting do not change the status until they are done.
constexpr StatusRow kStatuses[] = {
    {"building", "spawning", "BUILD"},
    {"building", "deleting", "BUILD"},
    {"building", "", "BUILD"},
    {"active", "", "ACTIVE"},
    {"active", "powering-off", "ACTIVE"},
    {"active", "deleting", "ACTIVE"},
    {"active", "rebooting", "REBOOT"},
    {"active", "rebooting_hard", "HARD_REBOOT"},
    {"stopped", "", "SHUTOFF"},
    {"stopped", "powering-on", "SHUTOFF"},
    {"stopped", "deleting", "SHUTOFF"},
    {"stopped", "resize_prep", "RESIZE"},
    {"error", "", "ERROR"},
    {"error", "deleting", "ERROR"},
    {"error", "powering-off", "ERROR"},
    {"deleted", "", "DELETED"},
};

constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
    {"ACTIVE", "REBOOT"},    {"ACTIVE", "HARD_REBOOT"}, {"ACTIVE", "REBUILD"},
    {"ACTIVE", "MIGRATING"}, {"ACTIVE", "RESIZE"},      {"SHUTOFF", "RESIZE"},
    {"SHUTOFF", "REBUILD"},  {"ERROR", "REBUILD"},      {"VERIFY_RESIZE", "REVERT_RESIZE"},
};

}  // namespace

const Transition& transition(Event event) { return kTransitions[std::to_underlying(event)]; }

std::optional<Event> find_event(std::string_view name) {
  for (const Transition& row : kTransitions) {
    if (row.name == name) return row.event;
  }
  return std::nullopt;
}

Verdict judge(Event event, VmState state, std::optional<Event> running) {
  if (event == Event::Delete) {
    if (running == Event::Delete || state == VmState::Deleted) return Verdict::Already;
    return Verdict::Begins;
  }
  if (running) return Verdict::Refused;
  const Transition& row = transition(event);
  if (row.already & bit(state)) return Verdict::Already;
  return row.from & bit(state) ? Verdict::Begins : Verdict::Refused;
}

std::string_view text(VmState state) { return kStates[std::to_underlying(state)].text; }

std::optional<VmState> parse_vm_state(std::string_view text) {
  for (const StateRow& row : kStates) {
    if (row.text == text) return row.state;
  }
  return std::nullopt;
}

int power_state(VmState state) { return kStates[std::to_underlying(state)].power; }

std::string_view status(VmState state, std::optional<Event> running) {
  const std::string_view task = running ? transition(*running).task : std::string_view();
  for (const StatusRow& row : kStatuses) {
    if (row.vm_state == text(state) && row.task_state == task) return row.status;
  }
  return "UNKNOWN";
}

bool status_matches(std::string_view filter, std::string_view status) {
  if (filter == status) return true;
  for (const auto& [family, member] : kFamilies) {
    if (family == filter && member == status) return true;
  }
  return false;
}

}  // namespace jianmen::services::ecs
