#pragma once
// A bounded map by text that forgets what was not asked for lately (the "clock" rule: an entry that
// was used since the hand passed it stays for another round). For the authenticator's caches.
// Thread safety: none, one loop's own.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace jianmen::authn::detail {

template <class Value>
class SecondChance {
 public:
  explicit SecondChance(std::size_t capacity) : capacity_(capacity) {}

  // Valid until the next put().
  Value* find(std::string_view key) {
    const auto found = slots_.find(key);
    if (found == slots_.end()) return nullptr;
    found->second.used = true;
    return &found->second.value;
  }

  Value& put(std::string_view key, Value value) {
    if (Value* old = find(key)) {
      *old = std::move(value);
      return *old;
    }
    if (ring_.size() >= capacity_) evict();
    const auto slot = slots_.emplace(std::string(key), Slot{std::move(value), false}).first;
    if (ring_.size() < capacity_) {
      ring_.push_back(&*slot);
    } else {
      ring_[hand_] = &*slot;
      hand_ = (hand_ + 1) % capacity_;
    }
    return slot->second.value;
  }

  std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    Value value;
    bool used = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Slots = std::unordered_map<std::string, Slot, Hash, std::equal_to<>>;

  // Leaves the hand at the place that became free.
  void evict() {
    while (ring_[hand_]->second.used) {
      ring_[hand_]->second.used = false;
      hand_ = (hand_ + 1) % capacity_;
    }
    slots_.erase(slots_.find(ring_[hand_]->first));
  }

  std::size_t capacity_;
  Slots slots_;  // nodes do not move, so the ring may point to them
  std::vector<typename Slots::value_type*> ring_;
  std::size_t hand_ = 0;
};

}  // namespace jianmen::authn::detail
