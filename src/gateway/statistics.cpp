#include "gateway/statistics.hpp"

#include <algorithm>

namespace jianmen::gateway {

namespace {

constexpr std::size_t kProbes = 16;

std::size_t place_of(const catalog::Operation* operation) {
  const auto address = reinterpret_cast<std::uintptr_t>(operation);
  return static_cast<std::size_t>((address >> 4) * 0x9E37'79B9'7F4A'7C15U >> 32);
}

}  // namespace

Statistics::Statistics(unsigned workers) {
  for (unsigned i = 0; i < std::max(workers, 1U); ++i) shards_.push_back(std::make_unique<Shard>());
}

Statistics::~Statistics() = default;

Statistics::Shard::~Shard() {
  for (const auto& place : series_) delete place.load(std::memory_order_relaxed);
}

// Only this worker puts series in; a reader sees one whole or not at all.
Statistics::Shard::Series& Statistics::Shard::series_of(const catalog::Operation* operation) {
  if (!operation) return unrouted_;
  const auto first = place_of(operation);
  for (std::size_t i = 0; i < kProbes; ++i) {
    auto& place = series_[(first + i) % kPlaces];
    Series* series = place.load(std::memory_order_relaxed);
    if (!series) {
      auto made = std::make_unique<Series>();
      made->operation = operation;
      series = made.release();
      place.store(series, std::memory_order_release);
    }
    if (series->operation == operation) return *series;
  }
  return unrouted_;
}

Statistics::Totals Statistics::totals() const {
  Totals totals;
  const auto add = [&](const Shard::Series& series) {
    auto& row = totals.operations[series.operation ? series.operation->id : std::string_view()];
    for (std::size_t i = 0; i < kVerdicts; ++i) row.verdicts[i] += series.verdicts[i].value();
    series.time.read_into(row.time);
  };
  for (const auto& shard : shards_) {
    add(shard->unrouted_);
    for (const auto& place : shard->series_) {
      if (const auto* series = place.load(std::memory_order_acquire)) add(*series);
    }
    for (std::size_t i = 0; i < kCauses; ++i) totals.causes[i] += shard->causes_[i].value();
  }
  return totals;
}

}  // namespace jianmen::gateway
