#pragma once
// One event for one or more servers of a project: judged, begun and committed, with its job.

#include <functional>
#include <string>
#include <vector>

#include "services/ecs/checks.hpp"
#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

struct Action {
  Event event = Event::Start;
  std::vector<std::string> servers;
  std::string flavor;  // the target of a resize
  bool obeys_lock = true;
};

// The job's id. A server that is missing is a fault of the whole (nothing begins); one whose state
// does not allow it fails within the job.
std::expected<std::string, Fault> start_action(const World& world, const Call& call,
                                               const Action& action);
// One server without a job; a state that does not allow it is a fault.
std::expected<Server, Fault> act_alone(const World& world, const Call& call, std::string_view id,
                                       Event event);

}  // namespace jianmen::services::ecs
