#include "store/lmdb/write_table.hpp"

#include <memory>
#include <utility>

#include "store/detail/limits.hpp"
#include "store/lmdb/layout.hpp"

namespace jianmen::store::lmdb {

namespace {

// Rows that one commit may take off the log, and keys that it may forget: twice what it can add, so
// that neither grows, and little enough that a long backlog (a smaller log_revisions) does not make
// one commit slow.
constexpr std::size_t kTrimRows = 1'000;
constexpr int kForgetKeys = 4;

using CursorPtr =
    std::unique_ptr<MDB_cursor, decltype([](MDB_cursor* cursor) { mdb_cursor_close(cursor); })>;

CursorPtr open_cursor(MDB_txn* txn, MDB_dbi database, int& rc) {
  MDB_cursor* cursor = nullptr;
  rc = mdb_cursor_open(txn, database, &cursor);
  return CursorPtr(cursor);
}

}  // namespace

base::Result<std::optional<std::string_view>> WriteTable::find_row(MDB_dbi database,
                                                                   std::string_view key) {
  MDB_val at = to_val(key), value;
  int rc = mdb_get(txn_, database, &at, &value);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (auto read = environment_.check(rc); !read) return error_of(read);
  return to_view(value);
}

base::Result<> WriteTable::put_row(MDB_dbi database, std::string_view key, std::string_view value,
                                   unsigned flags) {
  MDB_val at = to_val(key), bytes = to_val(value);
  return environment_.check(mdb_put(txn_, database, &at, &bytes, flags));
}

base::Result<> WriteTable::erase_row(MDB_dbi database, std::string_view key) {
  MDB_val at = to_val(key);
  int rc = mdb_del(txn_, database, &at, nullptr);
  return environment_.check(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc);
}

base::Result<std::optional<detail::Stamp>> WriteTable::find(std::string_view key) {
  auto row = find_row(databases().data, key);
  if (!row) return error_of(row);
  if (!*row) return std::nullopt;
  auto record = parse_record(**row);
  if (!record) return base::fail(base::Code::Unavailable, environment_.describe(MDB_CORRUPTED));
  return record->stamp;
}

base::Result<std::vector<std::string>> WriteTable::keys(std::string_view begin,
                                                        std::string_view end) {
  int rc = MDB_SUCCESS;
  CursorPtr cursor = open_cursor(txn_, databases().data, rc);
  MDB_val key = to_val(begin), value;
  std::vector<std::string> keys;
  if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_SET_RANGE);
  for (; rc == MDB_SUCCESS; rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT)) {
    if (!end.empty() && to_view(key) >= end) return keys;
    keys.emplace_back(to_view(key));
  }
  if (rc == MDB_NOTFOUND) return keys;
  return std::unexpected(base::Error{base::Code::Unavailable, environment_.describe(rc)});
}

base::Result<> WriteTable::put(const Entry& entry) {
  MDB_val key = to_val(entry.key);
  MDB_val space{kStampSize + entry.value.size(), nullptr};
  int rc = mdb_put(txn_, databases().data, &key, &space, MDB_RESERVE);
  if (rc != MDB_SUCCESS) return environment_.check(rc);
  char* to = static_cast<char*>(space.mv_data);
  write_stamp(to, {entry.created, entry.modified, entry.version});
  entry.value.copy(to + kStampSize, entry.value.size());
  return {};
}

base::Result<> WriteTable::erase(std::string_view key) { return erase_row(databases().data, key); }

base::Result<> WriteTable::append_log(Revision revision, const detail::Changes& changes) {
  std::uint32_t index = 0;
  for (const Change& change : changes) {
    auto put = put_row(databases().log, log_key(revision, index++), log_value(change), MDB_APPEND);
    if (!put) return error_of(put);
  }
  return {};
}

// Whole revisions, so that the first one in the log is never a part of itself.
base::Result<> WriteTable::trim_log(Revision up_to) {
  int rc = MDB_SUCCESS;
  CursorPtr cursor = open_cursor(txn_, databases().log, rc);
  MDB_val key, value;
  Revision last = 0;
  if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_FIRST);
  for (std::size_t rows = 0; rc == MDB_SUCCESS; ++rows) {
    Revision revision = parse_log_revision(to_view(key)).value_or(0);
    if (revision > up_to || (rows >= kTrimRows && revision != last)) return {};
    last = revision;
    rc = mdb_cursor_del(cursor.get(), 0);
    if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_FIRST);
  }
  return environment_.check(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc);
}

base::Result<> WriteTable::set_revision(Revision revision) {
  return put_row(databases().meta, kRevisionKey, number_value(revision));
}

base::Result<std::optional<Revision>> WriteTable::find_done(std::string_view idempotency_key,
                                                            base::Time now) {
  auto row = find_row(databases().done, idempotency_key);
  if (!row) return error_of(row);
  if (!*row) return std::nullopt;
  auto done = parse_done(**row);
  if (!done || now - done->at >= detail::kRemembered) return std::nullopt;
  return done->revision;
}

base::Result<> WriteTable::add_done(std::string_view idempotency_key, Revision revision,
                                    base::Time now) {
  if (auto forgot = forget_done(now); !forgot) return error_of(forgot);
  auto before = find_row(databases().done, idempotency_key);
  if (!before) return error_of(before);
  if (auto done = *before ? parse_done(**before) : std::nullopt) {
    auto erased = erase_row(databases().done_by_time, done_time_key(done->at, idempotency_key));
    if (!erased) return error_of(erased);
  }
  auto put = put_row(databases().done, idempotency_key, done_value({revision, now}));
  if (!put) return error_of(put);
  return put_row(databases().done_by_time, done_time_key(now, idempotency_key), {});
}

base::Result<> WriteTable::forget_done(base::Time now) {
  for (int i = 0; i < kForgetKeys; ++i) {
    MDB_stat stat{};
    int rc = mdb_stat(txn_, databases().done, &stat);
    if (auto read = environment_.check(rc); !read) return error_of(read);
    CursorPtr cursor = open_cursor(txn_, databases().done_by_time, rc);
    MDB_val key, value;
    if (rc == MDB_SUCCESS) rc = mdb_cursor_get(cursor.get(), &key, &value, MDB_FIRST);
    if (rc == MDB_NOTFOUND) return {};
    if (auto read = environment_.check(rc); !read) return error_of(read);
    auto oldest = parse_done_time(to_view(key));
    bool over = stat.ms_entries >= detail::kMaxRemembered;
    if (oldest && now - oldest->at < detail::kRemembered && !over) return {};
    std::string idempotency_key(oldest ? oldest->idempotency_key : std::string_view());
    if (rc = mdb_cursor_del(cursor.get(), 0); rc != MDB_SUCCESS) return environment_.check(rc);
    if (idempotency_key.empty()) continue;
    auto erased = erase_row(databases().done, idempotency_key);
    if (!erased) return error_of(erased);
  }
  return {};
}

}  // namespace jianmen::store::lmdb
