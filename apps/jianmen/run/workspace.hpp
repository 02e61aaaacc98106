#pragma once
// The files that a room needs while it stands: a directory of its own (mode 0700), removed with
// everything in it at the end. Errors: the disk's.

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
  explicit Workspace(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path directory_;
};

}  // namespace jianmen::app::run
