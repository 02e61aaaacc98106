#pragma once
// How long things took: counts by powers of two of microseconds. Thread safety: add() from one
// thread, read_into() from any.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "metrics/counter.hpp"

namespace jianmen::metrics {

// A histogram's numbers as they were read; of several workers, added up.
struct Durations {
  static constexpr unsigned kFirst = 5;  // the first bucket holds up to 2^5 µs
  static constexpr std::size_t kBuckets = 20;

  // Each for itself, not cumulative; the last one: longer than every bound.
  std::array<std::uint64_t, kBuckets + 1> counts{};
  std::uint64_t microseconds = 0;  // of all together

  static std::uint64_t bound(std::size_t bucket) { return std::uint64_t{1} << (kFirst + bucket); }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const auto one : counts) sum += one;
    return sum;
  }
};

class Histogram {
 public:
  // Negative is taken as none.
  void add(std::int64_t microseconds) {
    const auto us = microseconds > 0 ? static_cast<std::uint64_t>(microseconds) : 0;
    counts_[bucket_of(us)].add();
    sum_.add(us);
  }
  void read_into(Durations& out) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) out.counts[i] += counts_[i].value();
    out.microseconds += sum_.value();
  }

 private:
  // The first whose bound is not below.
  static std::size_t bucket_of(std::uint64_t us) {
    if (us <= Durations::bound(0)) return 0;
    const auto bucket = static_cast<std::size_t>(std::bit_width(us - 1)) - Durations::kFirst;
    return bucket < Durations::kBuckets ? bucket : Durations::kBuckets;
  }

  std::array<Counter, Durations::kBuckets + 1> counts_;
  Counter sum_;
};

}  // namespace jianmen::metrics
