#pragma once
// The ways in which this wire writes times (facts: the IAM reference's samples, ECS objects,
// X-Sdk-Date). All UTC.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace jianmen::base {

std::string to_sdk_date(Time time);                         // 20260601T120000Z (X-Sdk-Date)
std::optional<Time> parse_sdk_date(std::string_view text);  // exactly that form, a real date
std::string to_iso_seconds(Time time);                      // 2026-06-01T12:00:00Z
std::string to_iso_millis(Time time);                       // 2026-06-01T12:00:00.123Z
std::string to_iso_micros(Time time);  // 2026-06-01T12:00:00.123000Z: millis padded, as tokens show
std::string to_iso_micros_bare(Time time);  // 2026-06-01T12:00:00.123456 (no zone)
std::string to_http_date(Time time);  // Mon, 01 Jun 2026 12:00:00 GMT (RFC 9110 section 5.6.7)
std::optional<Time> parse_iso(
    std::string_view text);  // any of the ISO forms above, or with an offset
// "24h", "90m", "30s", "15d", "250ms", sums like "1h30m", a leading minus; nullopt for anything
// else.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace jianmen::base
