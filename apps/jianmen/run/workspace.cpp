#include "run/workspace.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jianmen::app::run {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

constexpr std::string_view kPrefix = "jianmen-run-";
constexpr std::string_view kMark = "in-use";  // made after the lock: without it, not yet anybody's

// The directory, locked; -1: somebody else's, or somebody lives in it.
int lock_of(const fs::path& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return -1;
  struct stat facts{};
  if (::fstat(file, &facts) == 0 && facts.st_uid == ::geteuid() &&
      ::flock(file, LOCK_EX | LOCK_NB) == 0)
    return file;
  ::close(file);
  return -1;
}

// What those left behind who were killed.
void sweep(const fs::path& root) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    const int lock = lock_of(entry.path());
    if (lock < 0) continue;
    if (fs::exists(entry.path() / kMark, ignored)) fs::remove_all(entry.path(), ignored);
    ::close(lock);
  }
}

}  // namespace

base::Result<Workspace> Workspace::create() {
  std::error_code trouble;
  fs::path root = fs::temp_directory_path(trouble);
  if (trouble) root = "/tmp";
  sweep(root);
  std::string name = (root / (std::string(kPrefix) + "XXXXXX")).string();
  if (!::mkdtemp(name.data())) {
    return fail(Code::Unavailable, "cannot make a directory for temporary files: " + name);
  }
  Workspace workspace(fs::path(name), lock_of(name));
  if (auto mark = workspace.write(kMark, ""); !mark) return error_of(mark);
  return workspace;
}

Workspace::Workspace(Workspace&& other) noexcept
    : directory_(std::move(other.directory_)), lock_(std::exchange(other.lock_, -1)) {
  other.directory_.clear();
}

Workspace::~Workspace() {
  if (directory_.empty()) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

base::Result<fs::path> Workspace::write(std::string_view name, std::string_view text) const {
  fs::path path = directory_ / name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file || ::chmod(path.c_str(), 0644) != 0) {
    return fail(Code::Unavailable, "cannot write " + path.string());
  }
  return path;
}

}  // namespace jianmen::app::run
