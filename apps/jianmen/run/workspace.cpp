#include "run/workspace.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <sys/stat.h>

namespace jianmen::app::run {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

base::Result<Workspace> Workspace::create() {
  std::error_code trouble;
  const fs::path root = fs::temp_directory_path(trouble);
  std::string name = ((trouble ? fs::path("/tmp") : root) / "jianmen-run-XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    return fail(Code::Unavailable, "cannot make a directory for temporary files: " + name);
  }
  return Workspace(fs::path(name));
}

Workspace::Workspace(Workspace&& other) noexcept : directory_(std::move(other.directory_)) {
  other.directory_.clear();
}

Workspace::~Workspace() {
  if (directory_.empty()) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
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
