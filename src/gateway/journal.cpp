#include "gateway/journal.hpp"

#include <algorithm>

namespace jianmen::gateway {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Allowed:
      return "allowed";
    case Verdict::Refused:
      return "refused";
    case Verdict::Failed:
      return "failed";
  }
  return "failed";
}

Journal::Journal(std::size_t capacity, unsigned shards) {
  const std::size_t each = std::max<std::size_t>(1, capacity / std::max(1U, shards));
  for (unsigned i = 0; i < std::max(1U, shards); ++i)
    shards_.push_back(std::make_unique<Shard>(each));
}

Journal::~Journal() = default;

Journal::Shard& Journal::shard(unsigned worker) { return *shards_[worker % shards_.size()]; }

std::optional<JournalEntry> Journal::find(std::string_view request_id) const {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    const auto found = std::ranges::find(shard->entries_, request_id, &JournalEntry::request_id);
    if (found != shard->entries_.end()) return *found;
  }
  return std::nullopt;
}

std::optional<JournalEntry> Journal::last(bool refused_only) const {
  auto entries = list({.refused_only = refused_only, .after = {}, .limit = 1});
  if (entries.empty()) return std::nullopt;
  return std::move(entries.front());
}

std::vector<JournalEntry> Journal::list(const Filter& filter) const {
  std::vector<JournalEntry> found;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    // Newest first inside the shard, so that a limit of one copies one entry and not the whole
    // ring.
    std::size_t taken = 0;
    const std::size_t size = shard->entries_.size();
    for (std::size_t i = 0; i < size && taken < filter.limit; ++i) {
      const auto& entry = shard->entries_[(shard->next_ + size - 1 - i) % size];
      if (entry.time <= filter.after) continue;
      if (filter.refused_only && entry.verdict == Verdict::Allowed) continue;
      found.push_back(entry);
      ++taken;
    }
  }
  std::ranges::stable_sort(found, {}, &JournalEntry::time);
  if (found.size() > filter.limit) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(filter.limit));
  }
  return found;
}

void Journal::clear() {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    shard->entries_.clear();
    shard->next_ = 0;
  }
}

}  // namespace jianmen::gateway
