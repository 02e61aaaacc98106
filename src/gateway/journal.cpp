#include "gateway/journal.hpp"

#include <algorithm>
#include <array>
#include <cstring>

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

JournalEntry& Journal::Shard::next_slot() {
  if (next_ / kChunk >= chunks_.size()) chunks_.push_back(std::make_unique<JournalEntry[]>(kChunk));
  JournalEntry& slot = chunks_[next_ / kChunk][next_ % kChunk];
  slot.evidence.reset();
  next_ = (next_ + 1) % capacity_;
  size_ = std::min(size_ + 1, capacity_);
  ++added_;
  return slot;
}

const JournalEntry& Journal::Shard::at(std::size_t age) const {
  const std::size_t index = (next_ + capacity_ - 1 - age) % capacity_;
  return chunks_[index / kChunk][index % kChunk];
}

Journal::Journal(std::size_t capacity, unsigned shards, const EvidenceLimits& limits) {
  std::array<std::uint8_t, 32> key;
  random_.fill(key);
  vault_ = std::make_unique<crypto::Vault>(key, random_);
  explicit_bzero(key.data(), key.size());
  const auto count = std::max(1U, shards);
  const auto share = [count](std::size_t whole) { return std::max<std::size_t>(1, whole / count); };
  const EvidenceLimits of_shard{
      .count = share(limits.count), .bytes = share(limits.bytes), .age = limits.age};
  for (unsigned i = 0; i < count; ++i)
    shards_.push_back(std::make_unique<Shard>(share(capacity), of_shard, *vault_));
}

void Journal::drop_old_evidence(base::Time now) {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    shard->shelf_.drop_old(now);
  }
}

Journal::~Journal() = default;

Journal::Shard& Journal::shard(unsigned worker) { return *shards_[worker % shards_.size()]; }

std::optional<JournalEntry> Journal::find(std::string_view request_id) const {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    for (std::size_t age = 0; age < shard->size_; ++age) {
      if (shard->at(age).request_id == request_id) return shard->at(age);
    }
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
    for (std::size_t age = 0; age < shard->size_ && taken < filter.limit; ++age) {
      const auto& entry = shard->at(age);
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

Journal::Batch Journal::read_on(Position& position, std::size_t limit, std::size_t keep_up) const {
  Batch batch;
  position.resize(shards_.size());
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const Shard& shard = *shards_[i];
    const std::lock_guard lock(shard.mutex_);
    // Never beyond what is there, whatever the reader says that it has seen.
    const std::uint64_t seen = std::min(position[i], shard.added_);
    const std::uint64_t kept = std::min(shard.size_, keep_up);
    const std::uint64_t from = std::max(seen, shard.added_ - kept);
    const std::uint64_t to = std::min<std::uint64_t>(shard.added_, from + limit);
    batch.missed += from - seen;
    for (auto number = from; number < to; ++number) {
      batch.entries.push_back(shard.at(shard.added_ - 1 - number));
    }
    position[i] = to;
  }
  std::ranges::stable_sort(batch.entries, {}, &JournalEntry::time);
  return batch;
}

void Journal::clear() {
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard->mutex_);
    shard->chunks_.clear();
    shard->size_ = shard->next_ = 0;
    shard->shelf_.clear();
  }
}

}  // namespace jianmen::gateway
