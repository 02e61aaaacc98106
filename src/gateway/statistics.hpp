#pragma once
// What the gateway counts: requests by operation and verdict with the time that they took, refusals
// by cause. One shard a worker, without locks; who reads adds them up. Thread safety:
// Shard::count() from its worker; totals() from any thread.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "catalog/operation.hpp"
#include "gateway/journal.hpp"
#include "identity/refusal.hpp"
#include "metrics/counter.hpp"
#include "metrics/histogram.hpp"

namespace jianmen::gateway {

inline constexpr std::size_t kVerdicts = 3;
inline constexpr std::size_t kCauses = static_cast<std::size_t>(identity::Cause::Unknown) + 1;

class Statistics {
 public:
  explicit Statistics(unsigned workers);
  ~Statistics();

  class Shard {
   public:
    Shard() = default;
    ~Shard();
    // `operation` nullptr: none was found. Operations live for ever.
    void count(const catalog::Operation* operation, Verdict verdict, std::int64_t us) {
      Series& series = series_of(operation);
      series.verdicts[static_cast<std::size_t>(verdict)].add();
      series.time.add(us);
    }
    void count(identity::Cause cause) { causes_[static_cast<std::size_t>(cause)].add(); }

   private:
    friend class Statistics;
    struct Series {
      const catalog::Operation* operation = nullptr;
      std::array<metrics::Counter, kVerdicts> verdicts;
      metrics::Histogram time;
    };
    static constexpr std::size_t kPlaces = 2048;  // more operations than are routed

    Series& series_of(const catalog::Operation* operation);

    Series unrouted_;  // also of operations that found no place
    std::array<std::atomic<Series*>, kPlaces> series_{};
    std::array<metrics::Counter, kCauses> causes_;
  };
  Shard& shard(unsigned worker) { return *shards_[worker % shards_.size()]; }

  struct OperationTotals {
    std::array<std::uint64_t, kVerdicts> verdicts{};
    metrics::Durations time;
  };
  struct Totals {
    std::map<std::string_view, OperationTotals> operations;  // by id; empty: none was found
    std::array<std::uint64_t, kCauses> causes{};
  };
  Totals totals() const;

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace jianmen::gateway
