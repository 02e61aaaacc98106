#include "crypto/detail/key_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jianmen::crypto::detail {

namespace {

using base::Code;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool ok() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<base::Error> fail_with(Code code, std::string_view doing,
                                       const std::filesystem::path& file) {
  return base::fail(
      code, "cannot " + std::string(doing) + ' ' + file.string() + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string octal(mode_t mode) {
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777);
  return text.data();
}

}  // namespace

base::Result<base::Secret> read_key_file(const std::filesystem::path& file) {
  // Non-blocking, so that a pipe in the file's place cannot hold the start.
  const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.ok()) {
    return fail_with(errno == ENOENT ? Code::NotFound : Code::Internal, "open", file);
  }
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return fail_with(Code::Internal, "examine", file);
  if (!S_ISREG(status.st_mode)) {
    return base::fail(Code::InvalidArgument, file.string() + " is not a regular file");
  }
  if ((status.st_mode & 077) != 0) {
    return base::fail(Code::Denied, file.string() + " holds a key but has mode " +
                                        octal(status.st_mode) +
                                        ", which lets others in: chmod 600 " + file.string());
  }
  std::array<char, 256> buffer;  // a key is 64 digits and a line end
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = ::read(opened.get(), buffer.data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_with(Code::Internal, "read", file);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  base::Secret text(std::string(buffer.data(), size));
  explicit_bzero(buffer.data(), buffer.size());
  return text;
}

base::Result<> create_key_file(const std::filesystem::path& file, std::string_view text) {
  // Written aside and linked into place: a crash leaves no half key, and of two processes one wins.
  const std::filesystem::path aside = file.string() + ".new-" + std::to_string(::getpid());
  ::unlink(aside.c_str());
  const File made(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made.ok()) return fail_with(Code::Internal, "create", aside);
  const bool written =
      ::fchmod(made.get(), 0600) == 0 && write_all(made.get(), text) && ::fsync(made.get()) == 0;
  if (!written || (::link(aside.c_str(), file.c_str()) != 0 && errno != EEXIST)) {
    const int reason = errno;
    ::unlink(aside.c_str());
    errno = reason;
    return fail_with(Code::Internal, "create", file);
  }
  ::unlink(aside.c_str());
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || ::fsync(directory.get()) != 0) {
    return fail_with(Code::Internal, "flush", folder);
  }
  return {};
}

}  // namespace jianmen::crypto::detail
