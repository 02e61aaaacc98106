#pragma once
// A snapshot over one read transaction, and what else is read through one: the revision and the
// log. Thread safety: as a Lease.

#include <string_view>

#include "store/detail/watchers.hpp"
#include "store/lmdb/readers.hpp"
#include "store/store.hpp"

namespace jianmen::store::lmdb {

class LmdbSnapshot final : public Snapshot {
 public:
  explicit LmdbSnapshot(const Readers& readers) : lease_(readers.take()) {}

  Revision revision() const override;
  std::optional<EntryView> get(std::string_view key) const override;
  RangeResult range(std::string_view begin, std::string_view end, std::size_t limit) const override;

 private:
  const Readers::Lease lease_;
};

Revision read_revision(const Readers::Lease& lease);
// The revision before the first of the log: what a watch may resume from.
Revision read_trimmed(const Readers::Lease& lease);
base::Result<detail::LogPage> read_log(const Readers::Lease& lease, Revision after);

}  // namespace jianmen::store::lmdb
