#include "store/lmdb/lock_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace jianmen::store::lmdb {

namespace {

std::string read_holder(int fd) {
  char text[32];
  ssize_t size = ::pread(fd, text, sizeof text, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  pid = pid.substr(0, pid.find_first_not_of("0123456789"));
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

base::Result<LockFile> LockFile::take(const std::filesystem::path& directory) {
  std::string path = directory / "store.lock";
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return base::fail(base::Code::Unavailable,
                      "the store cannot open " + path + ": " + std::strerror(errno));
  }
  LockFile lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::string why = errno == EWOULDBLOCK ? "it is in use by " + read_holder(fd)
                                           : path + " cannot be locked: " + std::strerror(errno);
    return base::fail(base::Code::Unavailable,
                      "the store in " + directory.string() + " cannot be opened: " + why);
  }
  std::string pid = std::to_string(::getpid()) + "\n";
  // For the other's message only: on a full disk the lock holds without it.
  if (::ftruncate(fd, 0) == 0 && ::pwrite(fd, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace jianmen::store::lmdb
