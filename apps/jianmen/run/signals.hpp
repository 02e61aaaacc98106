#pragma once
// The signals of a run's two waiting processes: who waits in the room for the command, and who
// waits outside for the room.

#include <functional>

#include <sys/types.h>

namespace jianmen::app::run {

// Hands kForwarded on to `child` (but not what the terminal sends: that reaches its whole group by
// itself) until `collect`, asked at each SIGCHLD, gives an exit status; negative: not yet. The
// caller has blocked kForwarded and SIGCHLD.
int wait_forwarding(pid_t child, const std::function<int()>& collect);

}  // namespace jianmen::app::run
