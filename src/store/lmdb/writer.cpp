#include "store/lmdb/writer.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/log.hpp"
#include "store/detail/limits.hpp"

namespace jianmen::store::lmdb {

namespace {

constexpr std::size_t kBatchTransactions = 512;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;
constexpr auto kHousekeeping = std::chrono::seconds(5);

bool puts(const Transaction& transaction) {
  return std::ranges::any_of(transaction.operations, [](const Operation& operation) {
    return operation.kind == Operation::Kind::Put;
  });
}

}  // namespace

Writer::Writer(const Environment& environment, const LmdbSettings& settings,
               const base::Clock& clock, detail::Watchers& watchers, Revision head)
    : environment_(environment),
      settings_(settings),
      clock_(clock),
      watchers_(watchers),
      head_(head),
      housekept_(std::chrono::steady_clock::now()) {
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

CommitResult Writer::commit(const Transaction& transaction, std::string_view idempotency_key) {
  Waiting waiting;
  waiting.transaction = &transaction;
  waiting.idempotency_key = idempotency_key;
  std::future<CommitResult> answer = waiting.answer.get_future();
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return base::fail(base::Code::Unavailable, "the store is being closed");
    queue_.push_back(std::move(waiting));
  }
  wake_.notify_one();
  return answer.get();
}

std::string Writer::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

void Writer::run() {
  while (true) {
    Batch batch = next_batch();
    if (!batch.empty()) write(std::move(batch));
    if (std::chrono::steady_clock::now() - housekept_ >= kHousekeeping) housekeep();
    std::lock_guard lock(mutex_);
    if (stopping_ && queue_.empty()) return;
  }
}

Writer::Batch Writer::next_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, kHousekeeping, [&] { return stopping_ || !queue_.empty(); });
  std::size_t count = 0, bytes = 0;
  while (count < std::min(queue_.size(), kBatchTransactions) && bytes < kBatchBytes) {
    bytes += detail::size_of(*queue_[count++].transaction);
  }
  auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  Batch batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void Writer::housekeep() {
  housekept_ = std::chrono::steady_clock::now();
  if (int dead = environment_.clear_dead_readers(); dead > 0) {
    base::log::info("store=lmdb dead_readers_cleared=" + std::to_string(dead));
  }
  if (trouble().empty()) return;
  // Nobody may write while health says that nobody can: a write that changes nothing finds out.
  auto txn = WriteTransaction::begin(environment_);
  if (!txn) return;
  WriteTable table(environment_, *txn);
  if (!table.set_revision(head_) || is_full()) return;
  note(txn->commit());
}

void Writer::note(const base::Result<>& written) {
  std::string trouble = written ? std::string() : written.error().message;
  {
    std::lock_guard lock(mutex_);
    if (trouble == trouble_) return;
    trouble_ = trouble;
  }
  if (trouble.empty()) {
    base::log::info("store=lmdb writable=true");
  } else {
    base::log::error("store=lmdb writable=false trouble=\"" + trouble + "\"");
  }
}

void Writer::write(Batch batch) {
  base::Result<> written = try_write(batch);
  if (!written && batch.size() > 1) {
    for (Waiting& waiting : batch) {
      written = try_write({&waiting, 1});
      if (!written) waiting.outcome = std::unexpected(written.error());
    }
  } else if (!written) {
    batch.front().outcome = std::unexpected(written.error());
  }
  for (Waiting& waiting : batch) waiting.answer.set_value(std::move(waiting.outcome));
}

base::Result<> Writer::try_write(std::span<Waiting> batch) {
  bool full = is_full();
  auto txn = WriteTransaction::begin(environment_);
  if (!txn) {
    note(base::Result<>(std::unexpected(txn.error())));
    return error_of(txn);
  }
  WriteTable table(environment_, *txn);
  Revision revision = head_;
  base::Result<> written;
  for (Waiting& waiting : batch) {
    written = perform(waiting, table, full, revision);
    if (!written) break;
  }
  if (written && revision != head_) {
    written = table.set_revision(revision);
    auto keep = static_cast<Revision>(settings_.log_revisions);
    if (written) written = table.trim_log(watchers_.trim(revision - keep));
  }
  if (written) written = txn->commit();
  bool changed = revision != head_;
  if (written && changed) {
    head_.store(revision, std::memory_order_release);
    watchers_.advance(revision);
  }
  if (full && is_full()) {
    note(environment_.check(MDB_MAP_FULL));
  } else if (!written || changed) {
    note(written);
  }
  return written;
}

base::Result<> Writer::perform(Waiting& waiting, WriteTable& table, bool full, Revision& revision) {
  base::Time now = clock_.now();
  if (!waiting.idempotency_key.empty()) {
    auto done = table.find_done(waiting.idempotency_key, now);
    if (!done) return error_of(done);
    if (*done) {
      waiting.outcome = Committed{**done, true};
      return {};
    }
  }
  if (full && puts(*waiting.transaction)) {
    waiting.outcome = base::fail(base::Code::Unavailable, environment_.describe(MDB_MAP_FULL));
    return {};
  }
  auto applied = detail::apply(*waiting.transaction, revision + 1, table);
  if (!applied) return error_of(applied);
  if (auto* conflict = std::get_if<Conflict>(&*applied)) {
    waiting.outcome = std::move(*conflict);
    return {};
  }
  if (const auto& changes = std::get<detail::Changes>(*applied); !changes.empty()) {
    if (auto logged = table.append_log(++revision, changes); !logged) return error_of(logged);
  }
  if (!waiting.idempotency_key.empty()) {
    auto added = table.add_done(waiting.idempotency_key, revision, now);
    if (!added) return error_of(added);
  }
  waiting.outcome = Committed{revision, false};
  return {};
}

// The free list is walked only when the file has once been as large as it may be.
bool Writer::is_full() const {
  return environment_.high_water() > settings_.map_bytes &&
         environment_.used_bytes() > settings_.map_bytes;
}

}  // namespace jianmen::store::lmdb
