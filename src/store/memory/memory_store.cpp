#include <algorithm>
#include <deque>
#include <mutex>
#include <random>
#include <utility>

#include "store/detail/apply.hpp"
#include "store/detail/limits.hpp"
#include "store/detail/watchers.hpp"
#include "store/memory.hpp"
#include "store/memory/remembered.hpp"
#include "store/memory/tree.hpp"

namespace jianmen::store {

namespace memory {

namespace {

constexpr std::size_t kLogRevisions = 10'000;
constexpr std::size_t kLogPage = 256;

EntryView view(const Entry& entry) {
  return {entry.key, entry.value, entry.created, entry.modified, entry.version};
}

class MemorySnapshot final : public Snapshot {
 public:
  MemorySnapshot(Tree tree, Revision revision) : tree_(std::move(tree)), revision_(revision) {}

  Revision revision() const override { return revision_; }

  std::optional<EntryView> get(std::string_view key) const override {
    const Entry* entry = find(tree_, key);
    if (!entry) return {};
    return view(*entry);
  }

  RangeResult range(std::string_view begin, std::string_view end,
                    std::size_t limit) const override {
    std::vector<const Entry*> found;
    collect(tree_, begin, end, limit == 0 ? std::string::npos : limit + 1, found);
    RangeResult result;
    if (limit != 0 && found.size() > limit) {
      result.more = true;
      result.resume = found.back()->key;
      found.pop_back();
    }
    result.entries.reserve(found.size());
    for (const Entry* entry : found) result.entries.push_back(view(*entry));
    return result;
  }

 private:
  const Tree tree_;
  const Revision revision_;
};

// A transaction works on its own tree; the store takes it over when all went well.
class TreeTable final : public detail::Table {
 public:
  TreeTable(Tree tree, std::mt19937_64& random) : tree_(std::move(tree)), random_(random) {}

  const Tree& tree() const { return tree_; }
  std::int64_t added_bytes() const { return added_bytes_; }

  base::Result<std::optional<detail::Stamp>> find(std::string_view key) override {
    const Entry* entry = memory::find(tree_, key);
    if (!entry) return std::nullopt;
    return detail::Stamp{entry->created, entry->modified, entry->version};
  }

  base::Result<std::vector<std::string>> keys(std::string_view begin,
                                              std::string_view end) override {
    std::vector<const Entry*> found;
    collect(tree_, begin, end, std::string::npos, found);
    std::vector<std::string> keys;
    keys.reserve(found.size());
    for (const Entry* entry : found) keys.push_back(entry->key);
    return keys;
  }

  base::Result<> put(const Entry& entry) override {
    added_bytes_ += size(&entry) - size(memory::find(tree_, entry.key));
    tree_ = memory::put(tree_, std::make_shared<const Entry>(entry), random_());
    return {};
  }

  base::Result<> erase(std::string_view key) override {
    added_bytes_ -= size(memory::find(tree_, key));
    tree_ = memory::erase(tree_, key);
    return {};
  }

 private:
  static std::int64_t size(const Entry* entry) {
    return entry ? static_cast<std::int64_t>(entry->key.size() + entry->value.size()) : 0;
  }

  Tree tree_;
  std::mt19937_64& random_;
  std::int64_t added_bytes_ = 0;
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const base::Clock& clock)
      : remembered_(clock),
        watchers_(std::make_shared<detail::Watchers>(
            [this](Revision after) { return read_log(after); }, 0, 0)) {}
  ~MemoryStore() override { watchers_->stop(); }

  std::unique_ptr<Snapshot> snapshot() const override {
    std::lock_guard lock(state_mutex_);
    return std::make_unique<MemorySnapshot>(tree_, revision_);
  }

  CommitResult commit(Transaction transaction, std::string_view idempotency_key) override {
    if (auto fits = detail::check_limits(transaction, idempotency_key); !fits) {
      return error_of(fits);
    }
    std::lock_guard writer(writer_mutex_);
    if (!idempotency_key.empty()) {
      if (auto revision = remembered_.find(idempotency_key)) return Committed{*revision, true};
    }
    TreeTable table(tree_, random_);  // only a writer changes tree_
    auto applied = detail::apply(transaction, revision_ + 1, table);
    if (!applied) return error_of(applied);
    if (auto* conflict = std::get_if<Conflict>(&*applied)) return std::move(*conflict);
    auto& changes = std::get<detail::Changes>(*applied);
    if (!changes.empty()) publish(table, std::move(changes));
    if (!idempotency_key.empty()) remembered_.add(idempotency_key, revision_);
    return Committed{revision_, false};
  }

  std::unique_ptr<Watch> watch(
      std::string prefix, Revision from,
      std::function<void(Revision, const std::vector<Change>&)> sink) override {
    return watchers_->add(std::move(prefix), from, std::move(sink));
  }

  Health health() const override {
    std::lock_guard lock(state_mutex_);
    return {"memory", revision_, static_cast<std::uint64_t>(bytes_), true, watchers_->trouble()};
  }

 private:
  void publish(const TreeTable& table, detail::Changes changes) {
    auto logged = std::make_shared<const detail::Changes>(std::move(changes));
    Revision head = revision_ + 1;
    Revision trimmed = watchers_->trim(head - static_cast<Revision>(kLogRevisions));
    {
      std::lock_guard lock(state_mutex_);
      tree_ = table.tree();
      revision_ = head;
      bytes_ += table.added_bytes();
      log_.push_back({head, std::move(logged)});
      while (log_.front().revision <= trimmed) log_.pop_front();
    }
    watchers_->advance(head);
  }

  base::Result<detail::LogPage> read_log(Revision after) const {
    std::lock_guard lock(state_mutex_);
    detail::LogPage page;
    auto next = std::ranges::upper_bound(log_, after, {}, &detail::LoggedRevision::revision);
    for (; next != log_.end() && page.size() < kLogPage; ++next) page.push_back(*next);
    return page;
  }

  std::mutex writer_mutex_;         // one transaction at a time
  mutable std::mutex state_mutex_;  // held for a few pointers, never while a transaction works
  Tree tree_;
  Revision revision_ = 0;
  std::int64_t bytes_ = 0;
  std::deque<detail::LoggedRevision> log_;
  std::mt19937_64 random_;  // shapes the tree only
  Remembered remembered_;
  std::shared_ptr<detail::Watchers> watchers_;
};

}  // namespace

}  // namespace memory

std::unique_ptr<Store> make_memory_store(const base::Clock& clock) {
  return std::make_unique<memory::MemoryStore>(clock);
}

}  // namespace jianmen::store
