#include "services/planned_faults.hpp"

#include <algorithm>
#include <utility>

namespace jianmen::services {

void PlannedFaults::add(PlannedFault fault) {
  const std::scoped_lock lock(mutex_);
  faults_.push_back(std::move(fault));
  any_.store(true, std::memory_order_relaxed);
}

std::vector<PlannedFault> PlannedFaults::list() const {
  const std::scoped_lock lock(mutex_);
  return faults_;
}

void PlannedFaults::clear() {
  const std::scoped_lock lock(mutex_);
  faults_.clear();
  any_.store(false, std::memory_order_relaxed);
}

std::optional<PlannedFault> PlannedFaults::take(std::string_view operation) {
  if (!any_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(faults_, operation, &PlannedFault::operation);
  if (found == faults_.end()) return std::nullopt;
  if (found->left) --*found->left;
  PlannedFault taken = *found;
  if (taken.left == 0u) faults_.erase(found);
  any_.store(!faults_.empty(), std::memory_order_relaxed);
  return taken;
}

}  // namespace jianmen::services
