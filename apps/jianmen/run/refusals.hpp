#pragma once
// What was refused while a command ran, and the table of it at the end. Thread safety: add() from
// any loop; the rest when they have stopped.

#include <mutex>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "diagnose/print.hpp"

namespace jianmen::app::run {

inline constexpr std::size_t kAnswerKept =
    4096;  // bytes of an answer's body: error bodies are short
inline constexpr std::size_t kRefusalsKept = 10'000;

struct Refused {
  std::string request_id;  // of the answer; empty when it had none
  std::string method, host, path;
  int status = 0;
  std::string answer;  // its body, cut
};

class Refusals {
 public:
  void add(Refused refused) {
    const std::scoped_lock lock(mutex_);
    if (all_.size() < kRefusalsKept) all_.push_back(std::move(refused));
  }
  std::vector<Refused> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(all_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Refused> all_;
};

// `explanations` are objects of `jianmen explain`, oldest first. The same call with the same cause
// is one row.
std::string to_table(const base::json::array& explanations, diagnose::Language language);

}  // namespace jianmen::app::run
