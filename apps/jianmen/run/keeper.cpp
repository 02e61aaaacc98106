#include "run/keeper.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/names.hpp"
#include "run/signals.hpp"

namespace jianmen::app::run {

namespace {

using base::Code;
using base::fail;
using base::Result;

std::unexpected<base::Error> refused(const std::string& what) {
  return fail(Code::Unavailable, what + ": " + std::strerror(errno));
}

Result<> furnish(const RoomSettings& settings) {
  // What is mounted here stays here; what the machine unmounts goes here, too.
  if (::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return refused("mount /");
  for (const auto& mount : settings.mounts) {
    struct stat info{};
    if (!mount.needed && ::stat(mount.target.c_str(), &info) != 0) continue;
    if (::mount(mount.source.c_str(), mount.target.c_str(), nullptr, MS_BIND, nullptr) != 0 &&
        mount.needed) {
      return refused("mount " + mount.target);
    }
  }
  for (const auto& directory : settings.hidden) {
    // Not there, most often.
    (void)::mount("none", directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
  }
  if (settings.walls == Walls::Closed &&
      ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    return refused("mount /proc");
  }
  return {};
}

Result<> raise_loopback() {
  const net::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  if (!socket || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return refused("loopback");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return refused("loopback");
  return {};
}

Result<net::Fd> bind_door(int type, std::uint16_t port) {
  net::Fd socket(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, std::string(kDoor).c_str(), &address.sin_addr);
  if (!socket ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      (type == SOCK_STREAM && ::listen(socket.get(), SOMAXCONN) != 0)) {
    return refused("port " + std::to_string(port));
  }
  return socket;
}

struct Doors {
  net::Fd secure, plain, names;
};

Result<Doors> open_doors() {
  if (auto up = raise_loopback(); !up) return base::error_of(up);
  auto secure = bind_door(SOCK_STREAM, 443);
  if (!secure) return base::error_of(secure);
  auto plain = bind_door(SOCK_STREAM, 80);
  if (!plain) return base::error_of(plain);
  auto names = bind_door(SOCK_DGRAM, 53);
  if (!names) return base::error_of(names);
  return Doors{std::move(*secure), std::move(*plain), std::move(*names)};
}

void hand_out(int talk, const Doors& doors) {
  const std::array<int, 3> sockets{doors.secure.get(), doors.plain.get(), doors.names.get()};
  char byte = kReady;
  iovec piece{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof sockets)> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof sockets);
  std::memcpy(CMSG_DATA(rights), sockets.data(), sizeof sockets);
  (void)::sendmsg(talk, &message, MSG_NOSIGNAL);
}

void tell(int talk, const std::string& text) {
  (void)::send(talk, text.data(), text.size(), MSG_NOSIGNAL);
}

void await_word(int talk) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(talk, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(0);
}

[[noreturn]] void become(const RoomSettings& settings) {
  if (settings.walls != Walls::Closed) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (settings.default_pipe_signal) std::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &settings.signals, nullptr);
  std::vector<char*> command, environment;
  for (const auto& word : settings.command) command.push_back(const_cast<char*>(word.c_str()));
  for (const auto& line : settings.environment) {
    environment.push_back(const_cast<char*>(line.c_str()));
  }
  command.push_back(nullptr);
  environment.push_back(nullptr);
  ::execvpe(command[0], command.data(), environment.data());
  const int error = errno;
  std::cerr << "jianmen run: " << settings.command.front() << ": " << std::strerror(error) << "\n"
            << std::flush;
  ::_exit(error == ENOENT ? 127 : 126);
}

// Collects who has ended; the command's status as a shell tells it, or -1.
int collect(pid_t command) {
  int status = 0, result = -1;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != command) continue;
    result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return result;
}

}  // namespace

void keep(const RoomSettings& settings, int talk) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (settings.walls != Walls::None) {
    await_word(talk);
    if (auto furnished = furnish(settings); !furnished) {
      tell(talk, kFailed + furnished.error().message);
      ::_exit(1);
    }
  }
  if (settings.walls == Walls::Closed) {
    auto doors = open_doors();
    if (!doors) {
      tell(talk, kFailed + doors.error().message);
      ::_exit(1);
    }
    hand_out(talk, *doors);
  } else {
    tell(talk, std::string(1, kReady));
  }
  await_word(talk);
  const pid_t command = ::fork();
  if (command == 0) become(settings);
  if (command < 0) {
    std::cerr << "jianmen run: fork: " << std::strerror(errno) << "\n" << std::flush;
    ::_exit(126);
  }
  // The end of a room's first process is the end of all.
  ::_exit(wait_forwarding(command, [command] { return collect(command); }));
}

}  // namespace jianmen::app::run
