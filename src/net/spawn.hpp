#pragma once
// The one way to start a task that nobody awaits: it runs on this thread's loop, counts there until
// it ends, and what it throws or returns as an Error is logged. `what` names it in that line
// ("accept", "session").

#include <string_view>

#include "base/result.hpp"
#include "net/task.hpp"

namespace jianmen::net {

void spawn(Task<void> task, std::string_view what);
void spawn(Task<base::Result<>> task, std::string_view what);

}  // namespace jianmen::net
