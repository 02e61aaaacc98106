#pragma once
// What the writer changes inside one LMDB transaction: the data (as the Table that transactions are
// applied to), the log, the idempotency keys and the revision. Thread safety: none; belongs to the
// writer's thread and to one WriteTransaction.

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "store/detail/apply.hpp"
#include "store/lmdb/environment.hpp"

namespace jianmen::store::lmdb {

class WriteTable final : public detail::Table {
 public:
  WriteTable(const Environment& environment, const WriteTransaction& transaction)
      : environment_(environment), txn_(transaction.handle()) {}

  base::Result<std::optional<detail::Stamp>> find(std::string_view key) override;
  base::Result<std::vector<std::string>> keys(std::string_view begin,
                                              std::string_view end) override;
  base::Result<> put(const Entry& entry) override;
  base::Result<> erase(std::string_view key) override;

  base::Result<> append_log(Revision revision, const detail::Changes& changes);
  base::Result<> trim_log(Revision up_to);  // some whole revisions; the next call goes on
  base::Result<> set_revision(Revision revision);

  // The commit of an idempotency key in the hour before `now`.
  base::Result<std::optional<Revision>> find_done(std::string_view idempotency_key, base::Time now);
  base::Result<> add_done(std::string_view idempotency_key, Revision revision, base::Time now);

 private:
  base::Result<> forget_done(base::Time now);
  base::Result<> put_row(MDB_dbi database, std::string_view key, std::string_view value,
                         unsigned flags = 0);
  base::Result<> erase_row(MDB_dbi database, std::string_view key);  // may be absent
  base::Result<std::optional<std::string_view>> find_row(MDB_dbi database, std::string_view key);
  const Databases& databases() const { return environment_.databases(); }

  const Environment& environment_;
  MDB_txn* const txn_;
};

}  // namespace jianmen::store::lmdb
