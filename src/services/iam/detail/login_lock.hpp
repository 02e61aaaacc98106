#pragma once
// Wrong passwords in a row lock a user for a while. Only users that exist are counted, so the table
// is bounded by them; a success forgets. Thread safety: any thread.

#include <mutex>
#include <string>
#include <unordered_map>

#include "services/iam/iam.hpp"

namespace jianmen::services::iam {

class LoginLock {
 public:
  explicit LoginLock(const Settings& settings) : settings_(settings) {}

  bool is_locked(const identity::UserId& user, base::Time now);
  void record_failure(const identity::UserId& user, base::Time now);
  void record_success(const identity::UserId& user);

 private:
  struct Failures {
    unsigned count = 0;
    base::Time last{};
  };

  const Settings settings_;
  std::mutex mutex_;
  std::unordered_map<identity::UserId, Failures> failures_;
};

}  // namespace jianmen::services::iam
