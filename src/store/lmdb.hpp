#pragma once
// The embedded, durable store: LMDB, one writer thread with group commit; an answered commit is on
// the disk (two flushes, about 0.4 ms on a quiet SSD), a read is about 1 us.
//
// Opening: Unavailable with a sentence for the operator when the directory cannot be made, another
// process has the store (its pid is named), or data.mdb is damaged or not a store. A directory that
// is made gets mode 0700, files 0600. Running: over `map_bytes`, on a full or failing disk, commits
// answer Unavailable and health() says why; reads go on, and so do deletions while `map_bytes` is
// the reason; writing goes on by itself when there is space again. A page that cannot be read ends
// the process: an absent answer might let somebody in. The store must not be used on the other side
// of a fork.

#include <filesystem>
#include <memory>

#include "store/store.hpp"

namespace jianmen::store {

struct LmdbSettings {
  std::filesystem::path directory;  // made when absent
  // The size limit. The map is sparse: a large one costs nothing until it is used.
  std::uint64_t map_bytes = std::uint64_t{64} << 30;
  std::size_t log_revisions = 10'000;  // what a watch may resume from
};

base::Result<std::unique_ptr<Store>> open_lmdb_store(const LmdbSettings& settings,
                                                     const base::Clock& clock);

}  // namespace jianmen::store
