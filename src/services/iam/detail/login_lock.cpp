#include "services/iam/detail/login_lock.hpp"

namespace jianmen::services::iam {

bool LoginLock::is_locked(const identity::UserId& user, base::Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(user);
  if (found == failures_.end()) return false;
  if (now - found->second.last >= settings_.login_lock_time) {
    failures_.erase(found);
    return false;
  }
  return found->second.count >= settings_.login_failures_to_lock;
}

void LoginLock::record_failure(const identity::UserId& user, base::Time now) {
  const std::lock_guard lock(mutex_);
  auto& failures = failures_[user];
  ++failures.count;
  failures.last = now;
}

void LoginLock::record_success(const identity::UserId& user) {
  const std::lock_guard lock(mutex_);
  failures_.erase(user);
}

}  // namespace jianmen::services::iam
