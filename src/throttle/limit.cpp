#include "throttle/limit.hpp"

#include <charconv>
#include <utility>

#include "base/time_text.hpp"

namespace jianmen::throttle {

namespace {

constexpr std::uint64_t kMostRequests = 1'000'000'000;
constexpr base::Duration kShortest = std::chrono::seconds(1), kLongest = std::chrono::hours(24);

struct Unit {
  std::int64_t seconds;
  std::string_view letter, word;
};
constexpr Unit kUnits[] = {{3600, "h", " hour"}, {60, "m", " minute"}, {1, "s", " second"}};

std::pair<std::int64_t, const Unit*> in_units(base::Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  for (const auto& unit : kUnits) {
    if (seconds % unit.seconds == 0) return {seconds / unit.seconds, &unit};
  }
  return {seconds, &kUnits[2]};
}

}  // namespace

std::optional<Limit> parse_limit(std::string_view text) {
  if (text == "off") return Limit();
  Limit limit;
  const auto slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + slash, limit.requests);
  if (trouble != std::errc() || end != text.data() + slash) return std::nullopt;
  const auto time = base::parse_duration(text.substr(slash + 1));
  if (!time || limit.requests == 0 || limit.requests > kMostRequests) return std::nullopt;
  if (*time < kShortest || *time > kLongest || *time % std::chrono::seconds(1) != base::Duration(0))
    return std::nullopt;
  limit.time = *time;
  return limit;
}

std::string to_text(const Limit& limit) {
  if (!limit) return "off";
  const auto [count, unit] = in_units(limit.time);
  return std::to_string(limit.requests) + "/" + std::to_string(count) + std::string(unit->letter);
}

std::string wire_text(const Limit& limit) {
  const auto [count, unit] = in_units(limit.time);
  return "limit:" + std::to_string(limit.requests) + ",time:" + std::to_string(count) +
         std::string(unit->word);
}

}  // namespace jianmen::throttle
