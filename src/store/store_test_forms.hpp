#pragma once
// Test support: a directory that goes with its test, and the stores that the conformance tests run
// on.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "store/lmdb.hpp"
#include "store/memory.hpp"

namespace jianmen::store {

class TemporaryDirectory final {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "jianmen-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) ? name : "";
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline LmdbSettings small_settings(const std::filesystem::path& directory) {
  LmdbSettings settings;
  settings.directory = directory;
  settings.map_bytes = std::uint64_t{1} << 30;
  return settings;
}

inline Revision committed(const CommitResult& result) {  // 0 when it was not
  if (!result || !std::holds_alternative<Committed>(*result)) return 0;
  return std::get<Committed>(*result).revision;
}

}  // namespace jianmen::store
