#include "store/memory/remembered.hpp"

#include "store/detail/limits.hpp"

namespace jianmen::store::memory {

std::optional<Revision> Remembered::find(std::string_view key) const {
  auto found = commits_.find(key);
  if (found == commits_.end()) return {};
  if (clock_.now() - found->second.at >= detail::kRemembered) return {};
  return found->second.revision;
}

void Remembered::add(std::string_view key, Revision revision) {
  base::Time now = clock_.now();
  while (!by_time_.empty() && (now - by_time_.front().first >= detail::kRemembered ||
                               by_time_.size() >= detail::kMaxRemembered)) {
    auto found = commits_.find(by_time_.front().second);
    bool same = found != commits_.end() && found->second.at == by_time_.front().first;
    if (same) commits_.erase(found);
    by_time_.pop_front();
  }
  commits_.insert_or_assign(std::string(key), Commit{revision, now});
  by_time_.emplace_back(now, key);
}

}  // namespace jianmen::store::memory
