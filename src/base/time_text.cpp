#include "base/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace jianmen::base {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Every form has four digits for the year.
Time bounded(Time at) {
  using std::chrono::year;
  return std::clamp(at, Time(std::chrono::sys_days(year(0) / 1 / 1)),
                    Time(std::chrono::sys_days(year(10000) / 1 / 1)) - microseconds(1));
}

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Duration> time;
  unsigned weekday;

  explicit Parts(Time at) : Parts(bounded(at), std::chrono::floor<days>(bounded(at))) {}

  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day() const { return static_cast<unsigned>(date.day()); }
  int hour() const { return static_cast<int>(time.hours().count()); }
  int minute() const { return static_cast<int>(time.minutes().count()); }
  int second() const { return static_cast<int>(time.seconds().count()); }
  int micros() const { return static_cast<int>(time.subseconds().count()); }

 private:
  Parts(Time at, std::chrono::sys_days midnight)
      : date(midnight), time(at - midnight), weekday(std::chrono::weekday(midnight).c_encoding()) {}
};

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string iso_stem(const Parts& at) {
  return print("%04d-%02u-%02uT%02d:%02d:%02d", at.year(), at.month(), at.day(), at.hour(),
               at.minute(), at.second());
}

// Takes fixed pieces off the front of a text; once something does not fit, it stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) ok_ = false;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(count);
    return value;
  }

  void expect(char c) {
    if (!accept(c)) ok_ = false;
  }

  bool accept(char c) {
    if (!ok_ || !rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // One to nine digits after the point, in microseconds; what is finer is cut.
  Duration fraction() {
    std::int64_t value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 6) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0 || count > 9) ok_ = false;
    for (std::size_t i = count; i < 6; ++i) value *= 10;
    rest_.remove_prefix(count);
    return Duration(value);
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Time> make_time(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + hours(hour) + minutes(minute) + seconds(second);
}

struct Unit {
  std::string_view name;
  Duration length;
};
// Longest first: the order in which they may follow each other.
constexpr std::array<Unit, 6> kUnits = {Unit{"d", days(1)},
                                        Unit{"h", hours(1)},
                                        Unit{"m", minutes(1)},
                                        Unit{"s", seconds(1)},
                                        Unit{"ms", std::chrono::milliseconds(1)},
                                        Unit{"us", microseconds(1)}};

}  // namespace

std::string to_sdk_date(Time time) {
  const Parts at(time);
  return print("%04d%02u%02uT%02d%02d%02dZ", at.year(), at.month(), at.day(), at.hour(),
               at.minute(), at.second());
}

std::optional<Time> parse_sdk_date(std::string_view text) {
  // By hand: every signed request is read here.
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  bool digits = true;
  const auto two = [&](std::size_t at) {
    const unsigned high = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    const unsigned low = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
    digits = digits && high <= 9 && low <= 9;
    return static_cast<int>(high * 10 + low);
  };
  const int year = two(0) * 100 + two(2), month = two(4), day = two(6);
  const int hour = two(9), minute = two(11), second = two(13);
  if (!digits) return std::nullopt;
  return make_time(year, month, day, hour, minute, second);
}

std::string to_iso_seconds(Time time) { return iso_stem(Parts(time)) + 'Z'; }

std::string to_iso_millis(Time time) {
  const Parts at(time);
  return iso_stem(at) + print(".%03dZ", at.micros() / 1000);
}

std::string to_iso_micros(Time time) {
  const Parts at(time);
  return iso_stem(at) + print(".%03d000Z", at.micros() / 1000);
}

std::string to_iso_micros_bare(Time time) {
  const Parts at(time);
  return iso_stem(at) + print(".%06d", at.micros());
}

std::string to_http_date(Time time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts at(time);
  return print("%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[at.weekday], at.day(),
               kMonths[at.month() - 1], at.year(), at.hour(), at.minute(), at.second());
}

std::optional<Time> parse_iso(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.digits(4);
  scanner.expect('-');
  const int month = scanner.digits(2);
  scanner.expect('-');
  const int day = scanner.digits(2);
  scanner.expect('T');
  const int hour = scanner.digits(2);
  scanner.expect(':');
  const int minute = scanner.digits(2);
  scanner.expect(':');
  const int second = scanner.digits(2);
  const Duration fraction = scanner.accept('.') ? scanner.fraction() : Duration(0);
  Duration offset{0};
  if (!scanner.accept('Z') && !scanner.at_end()) {
    const bool west = scanner.accept('-');
    if (!west) scanner.expect('+');
    const int offset_hours = scanner.digits(2);
    scanner.accept(':');
    const int offset_minutes = scanner.digits(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = hours(offset_hours) + minutes(offset_minutes);
    if (west) offset = -offset;
  }
  if (!scanner.ok() || !scanner.at_end()) return std::nullopt;
  const auto local = make_time(year, month, day, hour, minute, second);
  if (!local) return std::nullopt;
  return *local + fraction - offset;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    if (text[0] < '0' || text[0] > '9') return std::nullopt;  // from_chars takes a sign
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(count, kUnits[next_unit].length.count(), &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return std::nullopt;
    }
    ++next_unit;
    text.remove_prefix(name.size());
  }
  return Duration(negative ? -total : total);
}

}  // namespace jianmen::base
