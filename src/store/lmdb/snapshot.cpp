#include "store/lmdb/snapshot.hpp"

#include <utility>

#include "store/detail/limits.hpp"
#include "store/lmdb/layout.hpp"

namespace jianmen::store::lmdb {

namespace {

constexpr std::size_t kPageRevisions = 256;
constexpr std::size_t kPageBytes = std::size_t{4} << 20;

EntryView to_entry(const Readers::Lease& lease, const MDB_val& key, const MDB_val& value) {
  auto record = parse_record(to_view(value));
  if (!record) end_process(lease.environment().describe(MDB_CORRUPTED));
  return {to_view(key), record->value, record->stamp.created, record->stamp.modified,
          record->stamp.version};
}

bool found(const Readers::Lease& lease, int rc) {
  if (rc == MDB_SUCCESS) return true;
  if (rc != MDB_NOTFOUND) end_process(lease.environment().describe(rc));
  return false;
}

class Cursor final {
 public:
  Cursor(const Readers::Lease& lease, MDB_dbi database)
      : rc_(mdb_cursor_open(lease.txn(), database, &cursor_)) {}
  ~Cursor() {
    if (cursor_) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int get(MDB_val* key, MDB_val* value, MDB_cursor_op op) const {
    return rc_ == MDB_SUCCESS ? mdb_cursor_get(cursor_, key, value, op) : rc_;
  }

 private:
  MDB_cursor* cursor_ = nullptr;
  const int rc_;
};

}  // namespace

Revision LmdbSnapshot::revision() const { return read_revision(lease_); }

std::optional<EntryView> LmdbSnapshot::get(std::string_view key) const {
  if (key.empty() || key.size() > detail::kMaxKey) return {};
  MDB_val at = to_val(key), value;
  if (!found(lease_, mdb_cursor_get(lease_.data(), &at, &value, MDB_SET_KEY))) return {};
  return to_entry(lease_, at, value);
}

RangeResult LmdbSnapshot::range(std::string_view begin, std::string_view end,
                                std::size_t limit) const {
  RangeResult result;
  MDB_val key = to_val(begin.substr(0, detail::kMaxKey)), value;
  int rc = mdb_cursor_get(lease_.data(), &key, &value, begin.empty() ? MDB_FIRST : MDB_SET_RANGE);
  for (; found(lease_, rc); rc = mdb_cursor_get(lease_.data(), &key, &value, MDB_NEXT)) {
    std::string_view at = to_view(key);
    if (at < begin) continue;  // a begin longer than any key
    if (!end.empty() && at >= end) break;
    if (limit != 0 && result.entries.size() == limit) {
      result.more = true;
      result.resume = at;
      break;
    }
    result.entries.push_back(to_entry(lease_, key, value));
  }
  return result;
}

Revision read_revision(const Readers::Lease& lease) {
  MDB_val key = to_val(kRevisionKey), value;
  int rc = mdb_get(lease.txn(), lease.environment().databases().meta, &key, &value);
  if (!found(lease, rc)) return 0;
  auto revision = parse_number(to_view(value));
  if (!revision) end_process(lease.environment().describe(MDB_CORRUPTED));
  return *revision;
}

Revision read_trimmed(const Readers::Lease& lease) {
  Cursor cursor(lease, lease.environment().databases().log);
  MDB_val key, value;
  if (!found(lease, cursor.get(&key, &value, MDB_FIRST))) return read_revision(lease);
  auto first = parse_log_revision(to_view(key));
  if (!first) end_process(lease.environment().describe(MDB_CORRUPTED));
  return *first - 1;
}

base::Result<detail::LogPage> read_log(const Readers::Lease& lease, Revision after) {
  Cursor cursor(lease, lease.environment().databases().log);
  std::string from = log_key(after + 1, 0);
  MDB_val key = to_val(from), value;
  detail::LogPage page;
  Revision revision = 0;
  detail::Changes changes;
  std::size_t bytes = 0;
  auto close_revision = [&] {
    if (changes.empty()) return;
    page.push_back({revision, std::make_shared<const detail::Changes>(std::move(changes))});
    changes = {};
  };
  int rc = cursor.get(&key, &value, MDB_SET_RANGE);
  for (; rc == MDB_SUCCESS; rc = cursor.get(&key, &value, MDB_NEXT)) {
    auto of = parse_log_revision(to_view(key));
    auto change = parse_log_value(to_view(value));
    if (!of || !change) return base::fail(base::Code::Internal, "the store's log is damaged");
    if (*of != revision) {
      close_revision();
      if (page.size() >= kPageRevisions || bytes >= kPageBytes) return page;
      revision = *of;
    }
    bytes += value.mv_size;
    changes.push_back(std::move(*change));
  }
  if (rc != MDB_NOTFOUND) {
    if (auto read = lease.environment().check(rc); !read) return error_of(read);
  }
  close_revision();
  return page;
}

}  // namespace jianmen::store::lmdb
