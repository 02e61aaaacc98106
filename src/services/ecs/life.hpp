#pragma once
// A server's life as tables: which event may begin in which state, what shows while it runs, what
// state follows (facts: the ECS reference, status model). Pure: time and storage are elsewhere.

#include <optional>
#include <string_view>

namespace jianmen::services::ecs {

enum class VmState { Building, Active, Stopped, Error, Deleted };

enum class Event { Build, Start, Stop, Reboot, HardReboot, Resize, LiveResize, Delete };

struct Transition {
  Event event;
  std::string_view name;     // in records
  std::string_view task;     // OS-EXT-STS:task_state while it runs
  std::string_view job;      // job_type of the job …
  std::string_view sub_job;  // … and of its part for one server
  VmState during;            // vm_state while it runs …
  bool keeps_state;          // … unless the one before stays until the end
  VmState after;
  unsigned from;     // states it may begin in, bit by VmState
  unsigned already;  // states in which there is nothing to do
};

const Transition& transition(Event event);
std::optional<Event> find_event(std::string_view name);

enum class Verdict { Begins, Already, Refused };

// May `event` begin in `state` while `running` goes on? Deleting interrupts everything but itself.
Verdict judge(Event event, VmState state, std::optional<Event> running);

std::string_view text(VmState state);  // "active"
std::optional<VmState> parse_vm_state(std::string_view text);
int power_state(VmState state);  // 0 none, 1 running, 4 shut down
// The `status` that clients wait for; "UNKNOWN" for a pair that the table lacks.
std::string_view status(VmState state, std::optional<Event> running);

// The statuses that a list's `status` filter stands for also cover transitional ones of the family.
bool status_matches(std::string_view filter, std::string_view status);

}  // namespace jianmen::services::ecs
