#pragma once
// Token buckets of any number of names in memory that does not grow. A bucket is one time: until
// when what was taken is not filled in yet ("generic cell rate algorithm"); one that is full again
// is the same as none and gives its place away at no loss. Places are in sets of eight: when all of
// a set are taken, the bucket that would be full soonest is forgotten. So whoever takes most is
// forgotten last, and nobody is ever refused for what others took; a limit holds for the whole
// process exactly, but for buckets that were forgotten: those start anew, full. Pure: the time
// comes in. Thread safety: any thread (a short lock on one of many stripes).

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "throttle/limit.hpp"

namespace jianmen::throttle {

class Buckets {
 public:
  // 16 bytes for each of `places` (rounded up to a power of two), touched only as they are used.
  explicit Buckets(std::size_t places);

  // Takes one from the bucket named by a keyed hash, or says how long until there is one; nullopt:
  // taken. A name has always the same limit.
  std::optional<base::Duration> take(std::uint64_t name, const Limit& limit, base::Time now);
  // The same without taking.
  std::optional<base::Duration> look(std::uint64_t name, const Limit& limit, base::Time now) const;
  // Is every bucket full? Costs one look at one number; may say no for a while longer.
  bool all_full(base::Time now) const {
    return now.time_since_epoch().count() > latest_us_.load(std::memory_order_relaxed);
  }
  std::size_t places() const { return mask_ * kWays + kWays; }
  void clear();

 private:
  static constexpr std::size_t kWays = 8, kStripes = 64;

  struct Place {
    std::uint64_t name;
    std::int64_t full_at;  // nanoseconds since 1970; before now: a place to give away
  };
  struct Free {
    void operator()(Place* places) const { std::free(places); }
  };
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
  };

  Place* set_of(std::uint64_t name) const { return &places_[(name & mask_) * kWays]; }
  std::mutex& mutex_of(std::uint64_t name) const { return stripes_[name & mask_ & 63].mutex; }

  std::size_t mask_;  // of the sets
  std::unique_ptr<Place[], Free> places_;
  mutable std::array<Stripe, kStripes> stripes_;
  std::atomic<std::int64_t> latest_us_;
};

}  // namespace jianmen::throttle
