#include "run/room.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/keeper.hpp"
#include "run/signals.hpp"

namespace jianmen::app::run {

namespace {

using base::Code;
using base::fail;
using base::Result;

bool write_file(const std::string& path, const std::string& text) {
  const net::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Every id that exists here is the same one there; only root may say so.
std::string identity_map(const char* file) {
  std::ifstream lines(file);
  std::string text;
  unsigned long inside = 0, outside = 0, count = 0;
  while (lines >> inside >> outside >> count) {
    text +=
        std::to_string(inside) + " " + std::to_string(inside) + " " + std::to_string(count) + "\n";
  }
  return text;
}

Result<> map_ids(pid_t keeper) {
  const std::string process = "/proc/" + std::to_string(keeper);
  if (::geteuid() == 0 && write_file(process + "/uid_map", identity_map("/proc/self/uid_map")) &&
      write_file(process + "/gid_map", identity_map("/proc/self/gid_map"))) {
    return {};
  }
  const std::string uid = std::to_string(::geteuid()), gid = std::to_string(::getegid());
  (void)write_file(process + "/setgroups", "deny");
  if (!write_file(process + "/uid_map", uid + " " + uid + " 1") ||
      !write_file(process + "/gid_map", gid + " " + gid + " 1")) {
    return fail(Code::Unavailable, std::string("user namespace: ") + std::strerror(errno));
  }
  return {};
}

int namespaces_of(Walls walls) {
  switch (walls) {
    case Walls::None:
      return 0;
    case Walls::Mounts:
      return CLONE_NEWUSER | CLONE_NEWNS;
    case Walls::Closed:
      return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
  }
  return 0;
}

struct Word {
  std::string text;
  std::array<net::Fd, 3> sockets;
};

Word hear(int talk) {
  Word word;
  std::array<char, 512> text{};
  iovec piece{text.data(), text.size()};
  std::array<int, 3> sockets{-1, -1, -1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof sockets)> control{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(talk, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return word;
  word.text.assign(text.data(), static_cast<std::size_t>(got));
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (rights && rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof sockets)) {
    std::memcpy(sockets.data(), CMSG_DATA(rights), sizeof sockets);
    for (std::size_t i = 0; i < sockets.size(); ++i) word.sockets[i] = net::Fd(sockets[i]);
  }
  return word;
}

}  // namespace

Result<Room> Room::open(const RoomSettings& settings) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(Code::Unavailable, std::string("socketpair: ") + std::strerror(errno));
  }
  Room room;
  room.talk_ = net::Fd(ends[0]);
  net::Fd inside(ends[1]);
  const long made = ::syscall(SYS_clone, namespaces_of(settings.walls) | SIGCHLD, nullptr, nullptr,
                              nullptr, nullptr);
  if (made == 0) {
    room.talk_.reset();  // else its own end would keep it waiting for ever
    keep(settings, inside.get());
  }
  if (made < 0) {
    return fail(Code::Unavailable, std::string("namespaces: ") + std::strerror(errno));
  }
  room.keeper_ = static_cast<pid_t>(made);
  inside.reset();
  if (settings.walls != Walls::None) {
    if (auto mapped = map_ids(room.keeper_); !mapped) return base::error_of(mapped);
    if (::write(room.talk_.get(), "m", 1) != 1) return fail(Code::Unavailable, "the room is gone");
  }
  Word word = hear(room.talk_.get());
  if (word.text.empty() || word.text.front() != kReady) {
    return fail(Code::Unavailable,
                word.text.size() > 1 ? word.text.substr(1) : "the room did not come to be");
  }
  room.secure_ = std::move(word.sockets[0]);
  room.plain_ = std::move(word.sockets[1]);
  room.names_ = std::move(word.sockets[2]);
  return room;
}

Room::Room(Room&& other) noexcept
    : keeper_(std::exchange(other.keeper_, -1)),
      talk_(std::move(other.talk_)),
      secure_(std::move(other.secure_)),
      plain_(std::move(other.plain_)),
      names_(std::move(other.names_)) {}

Room::~Room() {
  if (keeper_ <= 0) return;
  ::kill(keeper_, SIGKILL);
  ::waitpid(keeper_, nullptr, 0);
}

void Room::start() { (void)::send(talk_.get(), "g", 1, MSG_NOSIGNAL); }

int Room::wait() {
  return wait_forwarding(keeper_, [this] {
    int status = 0;
    if (::waitpid(keeper_, &status, WNOHANG) != keeper_) return -1;
    keeper_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  });
}

}  // namespace jianmen::app::run
