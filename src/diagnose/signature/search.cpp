#include "diagnose/signature/search.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <vector>

#include "diagnose/signature/fit.hpp"
#include "diagnose/signature/tables.hpp"

namespace jianmen::diagnose::signature {

namespace {

constexpr int kMostToPair = 4;  // cost of a mistake that may come with another one
constexpr int kMostOfPair = 7;
constexpr std::size_t kTriedBetweenLooks = 64;  // at the clock

base::Duration read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::duration_cast<base::Duration>(std::chrono::seconds(now.tv_sec) +
                                                    std::chrono::nanoseconds(now.tv_nsec));
}

// Of this thread's processor time, so that a busy machine makes a search late and not blind.
class Deadline {
 public:
  explicit Deadline(const Limits& limits)
      : processor_(read_clock(CLOCK_THREAD_CPUTIME_ID) + limits.time),
        wall_(read_clock(CLOCK_MONOTONIC) + limits.wall_time) {}
  bool is_over() const {
    return read_clock(CLOCK_THREAD_CPUTIME_ID) > processor_ || read_clock(CLOCK_MONOTONIC) > wall_;
  }

 private:
  base::Duration processor_, wall_;
};

class Search {
 public:
  Search(const Question& question, const Limits& limits)
      : question_(question),
        limits_(limits),
        deadline_(limits),
        tables_(question),
        fit_(question, tables_),
        chosen_(tables_.slots()),
        choices_(tables_.choices()) {}

  Finding run() {
    Finding finding;
    if (question_.signed_headers.empty() || !fit_.possible()) return finding;
    fit_.begin_like(chosen_);
    ++tried_;
    fit_.put(chosen_);
    if (fit_.take_first()) {
      finding.holds = true;
      return finding;
    }
    try_all();
    finding.proof = std::move(proof_);
    finding.tried = tried_;
    finding.complete = singles_done_;
    finding.body_whole = question_.body_whole;
    return finding;
  }

 private:
  using Choices = std::vector<Choice>;
  struct Candidate {
    Choice first;
    std::optional<Choice> second;
  };

  // Each of the following says whether the search is over.
  bool try_all() {
    if (try_singles(choices_) || settle() || try_pairs_of_code() || settle() ||
        try_singles(tables_.deepen()) || settle())
      return true;
    singles_done_ = true;
    return try_pairs_by_cost() || settle();
  }

  bool try_singles(const Choices& choices) {
    return std::ranges::any_of(choices, [&](const Choice& choice) {
      chosen_[choice.slot] = choice.index;
      const bool over = offer({choice, std::nullopt});
      chosen_[choice.slot] = 0;
      return over;
    });
  }

  // Who writes one line of the canonical request by hand writes all of them: their likeliest
  // mistakes come in pairs more often than a rare one comes alone.
  bool try_pairs_of_code() {
    Choices likely;
    for (const auto& choice : choices_) {
      if (choice.cost == 1 && tables_.is_of_code(choice)) likely.push_back(choice);
    }
    return try_pairs(likely, likely);
  }

  bool try_pairs_by_cost() {
    std::vector<Choices> by_cost(kMostToPair + 1);
    for (const auto& choice : choices_) {
      if (choice.cost <= kMostToPair)
        by_cost[static_cast<std::size_t>(choice.cost)].push_back(choice);
    }
    for (int sum = 2; sum <= kMostOfPair; ++sum) {
      for (int low = 1; low * 2 <= sum; ++low) {
        if (sum - low > kMostToPair) continue;
        if (try_pairs(by_cost[static_cast<std::size_t>(low)],
                      by_cost[static_cast<std::size_t>(sum - low)]))
          return true;
      }
    }
    return false;
  }

  bool try_pairs(const Choices& left, const Choices& right) {
    for (const auto& first : left) {
      chosen_[first.slot] = first.index;
      fit_.begin_like(chosen_);
      for (const auto& second : right) {
        // Each pair once where both lists are the same.
        if (first.slot == second.slot || (&left == &right && second.slot < first.slot)) continue;
        chosen_[second.slot] = second.index;
        const bool over = offer({first, second});
        chosen_[second.slot] = 0;
        if (over) return true;
      }
      chosen_[first.slot] = 0;
    }
    fit_.begin_like(chosen_);
    return false;
  }

  bool offer(const Candidate& candidate) {
    if (tried_ >= limits_.candidates || (tried_ % kTriedBetweenLooks == 0 && deadline_.is_over())) {
      settle();
      return true;
    }
    ++tried_;
    fit_.put(chosen_);
    waiting_.push_back(candidate);
    return fit_.is_ready() && settle();
  }

  // Was it one of those that wait?
  bool settle() {
    const auto place = fit_.take_first();
    if (place) {
      const auto& [first, second] = waiting_[*place];
      if (!second) {
        proof_ = tables_.prove(first, nullptr);
      } else if (first.slot < second->slot) {
        proof_ = tables_.prove(first, &*second);
      } else {
        proof_ = tables_.prove(*second, &first);
      }
    }
    waiting_.clear();
    return place.has_value();
  }

  const Question& question_;
  const Limits limits_;
  const Deadline deadline_;
  Tables tables_;
  Fit fit_;
  Chosen chosen_;
  Choices choices_;
  std::vector<Candidate> waiting_;
  std::optional<Proof> proof_;
  bool singles_done_ = false;
  std::size_t tried_ = 0;
};

}  // namespace

Finding search(const Question& question, const Limits& limits) {
  return Search(question, limits).run();
}

}  // namespace jianmen::diagnose::signature
