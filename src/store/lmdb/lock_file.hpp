#pragma once
// One process at a time in a store's directory: a file with a lock of the kernel's and the pid of
// who holds it. The lock goes with the process, however it ends. Thread safety: a value with one
// owner.

#include <filesystem>

#include "base/result.hpp"

namespace jianmen::store::lmdb {

class LockFile final {
 public:
  // Unavailable, with the holder's pid, when another has it (or this process, by another store).
  static base::Result<LockFile> take(const std::filesystem::path& directory);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace jianmen::store::lmdb
