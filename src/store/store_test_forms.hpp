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
  // In memory where the system has that: no test is about power loss, and a busy disk makes a
  // commit take 10 ms.
  TemporaryDirectory() : path_(make_in("/dev/shm")) {
    if (path_.empty()) path_ = make_in(std::filesystem::temp_directory_path());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path make_in(const std::filesystem::path& parent) {
    std::string name = (parent / "jianmen-store-XXXXXX").string();
    return ::mkdtemp(name.data()) ? name : "";
  }

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
