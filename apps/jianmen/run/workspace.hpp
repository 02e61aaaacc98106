#pragma once
// The files that a room needs while it stands: a directory of its own (mode 0700), removed with
// everything in it at the end. Whoever was killed leaves his behind; the next one of the same user
// removes it. Errors: the disk's.

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace jianmen::app::run {

class Workspace {
 public:
  static base::Result<Workspace> create();
  ~Workspace();
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  // Mode 0644: what is mounted over a file of the system is read by whoever reads that; the
  // directory keeps others away.
  base::Result<std::filesystem::path> write(std::string_view name, std::string_view text) const;

 private:
  Workspace(std::filesystem::path directory, int lock)
      : directory_(std::move(directory)), lock_(lock) {}
  std::filesystem::path directory_;
  int lock_ = -1;  // the directory, locked for as long as somebody lives in it
};

}  // namespace jianmen::app::run
