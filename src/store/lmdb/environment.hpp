#pragma once
// The LMDB environment of one store: its directory, files and databases, and what LMDB's return
// codes mean to an operator. Opening refuses a file that is damaged or not a store. An environment
// must not be used on the other side of a fork, and is opened once a process: its LockFile sees to
// that. Thread safety: const functions from any thread; a WriteTransaction belongs to its thread.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <lmdb.h>

#include "base/result.hpp"
#include "store/lmdb.hpp"
#include "store/lmdb/lock_file.hpp"

namespace jianmen::store::lmdb {

struct Databases {
  MDB_dbi data = 0, log = 0, meta = 0, done = 0, done_by_time = 0;
};

class Environment final {
 public:
  static base::Result<std::unique_ptr<Environment>> open(const LmdbSettings& settings);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  MDB_env* handle() const { return env_; }
  const Databases& databases() const { return databases_; }
  std::uint64_t file_bytes() const;
  std::uint64_t used_bytes() const;  // of pages that hold something; walks the free list
  std::uint64_t high_water() const;  // bytes of pages that ever held something
  int clear_dead_readers() const;    // of other processes that died; how many

  std::string describe(int rc) const;  // one sentence
  base::Result<> check(int rc) const;  // Unavailable and the sentence unless MDB_SUCCESS

 private:
  Environment(std::filesystem::path directory, LockFile lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}

  base::Result<> open_files(std::uint64_t map_bytes);
  base::Result<> open_databases();
  base::Result<> refuse(std::string_view why) const;
  base::Result<> refuse(int rc) const { return refuse(describe(rc)); }
  void tighten_modes() const;

  const std::filesystem::path directory_;
  const LockFile lock_;
  MDB_env* env_ = nullptr;
  Databases databases_;
};

class WriteTransaction final {
 public:
  static base::Result<WriteTransaction> begin(const Environment& environment);
  WriteTransaction(WriteTransaction&& other) noexcept;
  WriteTransaction& operator=(WriteTransaction&&) = delete;
  ~WriteTransaction();  // undoes what was not committed

  MDB_txn* handle() const { return txn_; }
  base::Result<> commit();  // durable, or undone

 private:
  WriteTransaction(const Environment& environment, MDB_txn* txn)
      : environment_(environment), txn_(txn) {}

  const Environment& environment_;
  MDB_txn* txn_;
};

inline MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB does not write to it
}
inline std::string_view to_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

}  // namespace jianmen::store::lmdb
