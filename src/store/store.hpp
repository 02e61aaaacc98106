#pragma once
// Ordered keys, snapshots, compare-and-commit transactions, watch: the one interface to everything
// that lasts. Two forms: lmdb/ (embedded, durable: one writer thread, group commit) and memory/
// (the fake for every test, and `serve --demo` without --data). The same conformance tests run on
// both. A cluster form follows the same interface.
//
// Limits, the same in every form, so that a laptop's data can move to a cluster: key 1..511 bytes,
// value 0..64 KiB, at most 100 operations (conditions + ops) and 1 MiB a transaction, no key
// written twice: not by name, not by a range that holds it. A revision is made by a commit that
// changes something; any other commit answers the current one.
//
// Thread safety: Store's functions from any thread; a Snapshot belongs to the thread that took it,
// is short-lived and never held across I/O or a co_await. Reads touch memory or LMDB only.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace jianmen::store {

using Revision = std::int64_t;

struct Entry {
  std::string key, value;
  Revision created = 0;      // of the commit that made the key
  Revision modified = 0;     // of the last commit that wrote it
  std::int64_t version = 0;  // 1 for a new key, +1 a write
};

struct EntryView {  // valid while its Snapshot lives
  std::string_view key, value;
  Revision created = 0, modified = 0;
  std::int64_t version = 0;
};

struct RangeResult {
  std::vector<EntryView> entries;
  bool more = false;
  std::string resume;  // begin of the next call when `more`
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Revision revision() const = 0;
  virtual std::optional<EntryView> get(std::string_view key) const = 0;
  // Keys in [begin, end), ascending bytes; `end` empty: to the last key. limit 0: all.
  virtual RangeResult range(std::string_view begin, std::string_view end,
                            std::size_t limit) const = 0;
};

// The end of the range of all keys that start with `prefix`.
std::string prefix_end(std::string_view prefix);

struct Condition {
  enum class Kind { Absent, Exists, ModifiedAt };
  Kind kind = Kind::Absent;
  std::string key;
  Revision revision = 0;  // for ModifiedAt; 0: absent
};

struct Operation {
  enum class Kind { Put, Delete, DeleteRange };
  Kind kind = Kind::Put;
  std::string key;
  std::string value;  // Put: the value; DeleteRange: the end key, empty: to the last key
};

struct Transaction {
  std::vector<Condition> conditions;
  std::vector<Operation> operations;

  Transaction& require_absent(std::string key);
  Transaction& require_exists(std::string key);
  Transaction& require_revision(std::string key, Revision revision);
  Transaction& put(std::string key, std::string value);
  Transaction& erase(std::string key);
  Transaction& erase_range(std::string begin, std::string end);
};

struct Committed {
  Revision revision = 0;
  bool replayed = false;  // this idempotency key had committed before; `revision` is that of then
};
struct Conflict {
  std::vector<std::string> keys;  // of the conditions that failed
};
// Errors: TooLarge (a limit above), InvalidArgument (an empty key, a key twice, a range that ends
// before it begins), Unavailable (disk full, read-only, stopping) with a sentence for the operator.
using CommitResult = base::Result<std::variant<Committed, Conflict>>;

// One change of a revision, as a watch delivers it.
struct Change {
  bool deleted = false;
  Entry entry;  // of a deletion: key and revision only
};

struct Health {
  std::string mode;  // "lmdb" | "memory"
  Revision revision = 0;
  std::uint64_t bytes = 0;
  bool writable = true;
  std::string trouble;  // empty when all is well
};

// Ends when destroyed; no call of its sink afterwards, so it waits for one that runs: hold no lock
// that the sink takes. May be destroyed by its own sink.
class Watch {
 public:
  virtual ~Watch() = default;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual std::unique_ptr<Snapshot> snapshot() const = 0;
  // Durable when it returns Committed. Blocks: call it from a thread that may wait (the LMDB form
  // about 0.4 ms). `idempotency_key` (at most 255 bytes) empty: none. The same key again within an
  // hour of its commit returns that commit, `replayed` set, whatever the transaction says; a
  // Conflict is not remembered.
  virtual CommitResult commit(Transaction transaction, std::string_view idempotency_key = {}) = 0;
  // Changes of keys under `prefix` after `from`, whole revisions in order; called on the store's
  // own thread, must be quick. nullptr: `from` is older than the log keeps (reload from a snapshot,
  // then watch from its revision).
  virtual std::unique_ptr<Watch> watch(
      std::string prefix, Revision from,
      std::function<void(Revision, const std::vector<Change>&)> sink) = 0;
  virtual Health health() const = 0;
};

}  // namespace jianmen::store
