#pragma once
// The embedded, durable store: LMDB, one writer thread with group commit, default sync
// (design/store figures: a commit ≈ 0.4 ms, a read ≈ 1 µs). Directory 0700, file 0600. One process
// at a time (a lock file says who).

#include <filesystem>
#include <memory>

#include "store/store.hpp"

namespace jianmen::store {

struct LmdbSettings {
  std::filesystem::path directory;                    // made when absent
  std::uint64_t map_bytes = std::uint64_t{64} << 30;  // sparse; costs nothing until used
  std::size_t log_revisions = 10'000;                 // what a watch may resume from
};

base::Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbSettings& settings,
                                                     const base::Clock& clock);

}  // namespace jianmen::store
