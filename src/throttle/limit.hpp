#pragma once
// So many requests in so long a time: what a bucket holds when it is full, and how fast it fills.
// In any span of that time no more than twice as many pass (a full bucket, and what flows in).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace jianmen::throttle {

struct Limit {
  std::uint64_t requests = 0;  // 0: no limit
  base::Duration time = std::chrono::seconds(1);

  explicit operator bool() const { return requests > 0; }
  friend bool operator==(const Limit&, const Limit&) = default;
};

// "200/5m", "10/1s"; "off": no limit. From 1 to 1,000,000,000 requests in 1 s to 24 h, whole
// seconds. nullopt: it is none of these.
std::optional<Limit> parse_limit(std::string_view text);
std::string to_text(const Limit& limit);
// As the gateway writes it: "limit:200,time:5 minute".
std::string wire_text(const Limit& limit);

}  // namespace jianmen::throttle
