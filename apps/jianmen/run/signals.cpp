#include "run/signals.hpp"

#include <csignal>

#include "run/room.hpp"

namespace jianmen::app::run {

int wait_forwarding(pid_t child, const std::function<int()>& collect) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  for (const int signal : kForwarded) sigaddset(&awaited, signal);
  for (;;) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&awaited, &info);
    if (signal == SIGCHLD) {
      if (const int status = collect(); status >= 0) return status;
    } else if (signal > 0 && info.si_code <= 0) {
      ::kill(child, signal);
    }
  }
}

}  // namespace jianmen::app::run
