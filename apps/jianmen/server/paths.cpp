#include "server/paths.hpp"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace jianmen::app {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // read at start, before any thread
  return value ? value : "";
}

}  // namespace

fs::path socket_path(std::string_view given) {
  if (!given.empty()) return fs::path(given);
  if (const auto set = environment("JIANMEN_SOCKET"); !set.empty()) return set;
  if (const auto runtime = environment("XDG_RUNTIME_DIR"); !runtime.empty()) {
    return fs::path(runtime) / "jianmen.sock";
  }
  return fs::path("/tmp/jianmen-" + std::to_string(::getuid())) / "jianmen.sock";
}

base::Result<> prepare_socket_directory(const fs::path& socket) {
  const fs::path directory = socket.has_parent_path() ? socket.parent_path() : fs::path(".");
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  struct stat info{};
  if (::lstat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return fail(Code::InvalidArgument,
                "the socket's directory " + directory.string() + " cannot be made");
  }
  // In /tmp another user could have made it first, and would then own our socket.
  if (directory.string().starts_with("/tmp/jianmen-") &&
      (info.st_uid != ::getuid() || (info.st_mode & 0077) != 0)) {
    return fail(Code::Denied,
                directory.string() +
                    " is open to others: remove it, or choose another place with --socket");
  }
  return {};
}

base::Result<fs::path> state_directory() {
  fs::path root;
  if (const auto set = environment("XDG_STATE_HOME"); !set.empty()) {
    root = set;
  } else if (const auto home = environment("HOME"); !home.empty()) {
    root = fs::path(home) / ".local" / "state";
  } else {
    root = "/tmp/jianmen-" + std::to_string(::getuid());
  }
  std::error_code trouble;
  fs::create_directories(root / "jianmen", trouble);
  if (trouble) {
    return fail(Code::Unavailable,
                "cannot make " + (root / "jianmen").string() + ": " + trouble.message());
  }
  return root / "jianmen";
}

}  // namespace jianmen::app
