#pragma once
// Faults that an administrator planned (`jianmen admin fault add`), so that people can see how
// their program takes a refusal, a slow answer or a cut connection of one operation. They come
// after scope, permission and schema have been checked, in place of the function or before it, so
// that a request that would have been refused anyway neither meets nor uses one up. Nothing of them
// is kept across restarts. Thread safety: all functions from any thread.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace jianmen::services {

struct PlannedFault {
  enum class Kind {
    Answer,  // status, code and message in the body of the operation's family
    Delay,   // the operation answers, but later
    Reset,   // no answer: the connection is reset (HTTP/2: the stream)
  };
  std::string operation;  // "ecs:ListServersDetails"
  Kind kind = Kind::Answer;
  int status = 0;
  std::string code, message;
  base::Duration delay{};
  std::optional<std::uint32_t> left;  // how often it still happens; nullopt: until it is cleared
};

class PlannedFaults {
 public:
  void add(PlannedFault fault);
  std::vector<PlannedFault> list() const;  // in the order in which they were added
  void clear();
  // The first one of this operation, used once more; one look at a flag when nothing is planned.
  std::optional<PlannedFault> take(std::string_view operation);

 private:
  mutable std::mutex mutex_;
  std::vector<PlannedFault> faults_;
  std::atomic<bool> any_ = false;
};

}  // namespace jianmen::services
