#include "throttle/buckets.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

namespace jianmen::throttle {

namespace {

std::int64_t nanoseconds(base::Time time) { return time.time_since_epoch().count() * 1'000; }
std::int64_t nanoseconds(base::Duration time) { return time.count() * 1'000; }

// Rounded up, so that who waits so long finds it.
base::Duration microseconds(std::int64_t nanoseconds) {
  return base::Duration((nanoseconds + 999) / 1'000);
}

// When the bucket is full, from what is kept of it. Never further away than an empty one: the clock
// may have been set back.
std::int64_t full_at(std::int64_t kept, std::int64_t now, std::int64_t whole) {
  return std::clamp(kept, now, now + whole);
}

}  // namespace

Buckets::Buckets(std::size_t places)
    : mask_(std::bit_ceil(std::max<std::size_t>(places, kWays)) / kWays - 1),
      places_(static_cast<Place*>(std::calloc((mask_ + 1) * kWays, sizeof(Place)))),
      latest_us_(std::numeric_limits<std::int64_t>::min()) {
  if (!places_) throw std::bad_alloc();
}

std::optional<base::Duration> Buckets::take(std::uint64_t name, const Limit& limit,
                                            base::Time time) {
  const std::int64_t now = nanoseconds(time), whole = nanoseconds(limit.time);
  const std::int64_t one =
      std::max<std::int64_t>(whole / static_cast<std::int64_t>(limit.requests), 1);
  std::int64_t full = 0;
  {
    const std::lock_guard lock(mutex_of(name));
    Place* const set = set_of(name);
    Place* place = set;
    for (Place* way = set; way != set + kWays; ++way) {
      if (way->name == name) {
        place = way;
        break;
      }
      if (way->full_at < place->full_at) place = way;
    }
    const std::int64_t kept = place->name == name ? place->full_at : 0;
    full = full_at(kept, now, whole) + one;
    if (full > now + whole) return microseconds(full - whole - now);
    *place = {name, full};
  }
  const std::int64_t us = microseconds(full).count();
  std::int64_t latest = latest_us_.load(std::memory_order_relaxed);
  while (latest < us && !latest_us_.compare_exchange_weak(latest, us, std::memory_order_relaxed)) {
  }
  return std::nullopt;
}

std::optional<base::Duration> Buckets::look(std::uint64_t name, const Limit& limit,
                                            base::Time time) const {
  const std::int64_t now = nanoseconds(time), whole = nanoseconds(limit.time);
  const std::int64_t one =
      std::max<std::int64_t>(whole / static_cast<std::int64_t>(limit.requests), 1);
  const std::lock_guard lock(mutex_of(name));
  const Place* const set = set_of(name);
  const Place* const found =
      std::find_if(set, set + kWays, [name](const Place& way) { return way.name == name; });
  if (found == set + kWays) return std::nullopt;
  const std::int64_t full = full_at(found->full_at, now, whole) + one;
  if (full <= now + whole) return std::nullopt;
  return microseconds(full - whole - now);
}

void Buckets::clear() {
  for (std::size_t set = 0; set <= mask_; ++set) {
    const std::lock_guard lock(stripes_[set & 63].mutex);
    std::fill_n(&places_[set * kWays], kWays, Place{});
  }
  latest_us_.store(std::numeric_limits<std::int64_t>::min(), std::memory_order_relaxed);
}

}  // namespace jianmen::throttle
