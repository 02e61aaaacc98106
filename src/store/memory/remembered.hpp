#pragma once
// The idempotency keys of the last hour and the revisions of their commits.
// Thread safety: none; its store holds the lock.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "store/store.hpp"

namespace jianmen::store::memory {

class Remembered final {
 public:
  explicit Remembered(const base::Clock& clock) : clock_(clock) {}

  std::optional<Revision> find(std::string_view key) const;
  void add(std::string_view key, Revision revision);  // forgets what is over an hour old

 private:
  struct Commit {
    Revision revision = 0;
    base::Time at;
  };

  const base::Clock& clock_;
  std::map<std::string, Commit, std::less<>> commits_;
  std::deque<std::pair<base::Time, std::string>> by_time_;
};

}  // namespace jianmen::store::memory
