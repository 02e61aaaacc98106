#pragma once
// The room: a process that keeps a program in namespaces of its own (user, mounts, network,
// processes) and, as its first process there, collects what it leaves behind. The sockets that
// answer in the room's network are made inside and handed out: a socket stays in the network it was
// made in, whoever serves it.
// Threads: open() forks and must come before any thread is started; everything else from that one
// thread. The caller has blocked kForwarded and SIGCHLD.

#include <csignal>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace jianmen::app::run {

inline constexpr std::initializer_list<int> kForwarded = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                                          SIGUSR1, SIGUSR2, SIGWINCH};

enum class Walls {
  None,    // nothing is separate: a child process, no more
  Mounts,  // files only; the network is the machine's
  Closed,  // files, processes, network
};

struct Mount {
  std::string source, target;  // one file over another; a target that is not there is passed over
  bool needed = false;         // without it there is no room
};

struct RoomSettings {
  Walls walls = Walls::Closed;
  std::vector<Mount> mounts;
  std::vector<std::string> hidden;  // directories that appear empty (sockets of name caches)
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=value
  sigset_t signals;                      // the mask that the command starts with
  bool default_pipe_signal = true;       // SIGPIPE ends it, as usual
};

class Room {
 public:
  // Unavailable: the system refuses namespaces, and says why.
  static base::Result<Room> open(const RoomSettings& settings);
  ~Room();
  Room(Room&&) noexcept;
  Room& operator=(Room&&) = delete;

  // In a closed room; listening, not blocking.
  const net::Fd& secure() const { return secure_; }  // port 443
  const net::Fd& plain() const { return plain_; }    // port 80
  const net::Fd& names() const { return names_; }    // UDP, port 53

  void start();  // the command, now
  // Until the command has ended, handing on what signals come: its exit status as a shell tells it
  // (127 not found, 126 cannot be run, 128 + signal).
  int wait();

 private:
  Room() = default;
  pid_t keeper_ = -1;
  net::Fd talk_, secure_, plain_, names_;
};

}  // namespace jianmen::app::run
