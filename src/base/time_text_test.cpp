#include "base/time_text.hpp"

#include <array>

#include <gtest/gtest.h>

namespace jianmen::base {
namespace {

using namespace std::chrono_literals;

// 2026-06-01T12:00:00.123456Z
constexpr Time kTime = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1) + 12h + 123456us;
constexpr Time kSecond = std::chrono::floor<std::chrono::seconds>(kTime);

TEST(TimeText, WritesEveryFormOfTheWire) {
  EXPECT_EQ(to_sdk_date(kTime), "20260601T120000Z");
  EXPECT_EQ(to_iso_seconds(kTime), "2026-06-01T12:00:00Z");
  EXPECT_EQ(to_iso_millis(kTime), "2026-06-01T12:00:00.123Z");
  EXPECT_EQ(to_iso_micros(kTime), "2026-06-01T12:00:00.123000Z");
  EXPECT_EQ(to_iso_micros_bare(kTime), "2026-06-01T12:00:00.123456");
  EXPECT_EQ(to_http_date(kTime), "Mon, 01 Jun 2026 12:00:00 GMT");
  EXPECT_EQ(to_http_date(Time(784111777s)), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7
}

TEST(TimeText, WritesTimesBefore1970AndFarAhead) {
  EXPECT_EQ(to_iso_micros_bare(Time(-1us)), "1969-12-31T23:59:59.999999");
  EXPECT_EQ(to_iso_seconds(Time(Duration::max())), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_sdk_date(Time(Duration::min())), "00000101T000000Z");
}

TEST(ParseSdkDate, TakesRealDatesOnly) {
  EXPECT_EQ(parse_sdk_date("20260601T120000Z"), kSecond);
  EXPECT_TRUE(parse_sdk_date("20240229T235959Z"));
  for (const auto* text : {"",
                           "20260601T120000",
                           "20260601T120000z",
                           "20260601t120000Z",
                           " 20260601T120000Z",
                           "20260601T120000Z ",
                           "2026-06-01T12:00:00Z",
                           "20260229T000000Z",
                           "20261301T000000Z",
                           "20260001T000000Z",
                           "20260100T000000Z",
                           "20260431T000000Z",
                           "20260601T240000Z",
                           "20260601T126000Z",
                           "20260601T120060Z",
                           "2026060xT120000Z",
                           "+0260601T120000Z",
                           "20260601T1200-1Z",
                           "99999999T999999Z",
                           "20260601T120000+0000"}) {
    EXPECT_FALSE(parse_sdk_date(text)) << text;
  }
}

TEST(ParseIso, TakesEveryFormAndOffsets) {
  struct Row {
    std::string_view text;
    Time time;
  };
  for (const auto& row :
       {Row{"2026-06-01T12:00:00Z", kSecond}, Row{"2026-06-01T12:00:00", kSecond},
        Row{"2026-06-01T12:00:00.123Z", kSecond + 123ms},
        Row{"2026-06-01T12:00:00.123000Z", kSecond + 123ms},
        Row{"2026-06-01T12:00:00.123456", kTime}, Row{"2026-06-01T12:00:00.123456789Z", kTime},
        Row{"2026-06-01T20:00:00+08:00", kSecond}, Row{"2026-06-01T20:00:00+0800", kSecond},
        Row{"2026-05-31T23:30:00.5-12:30", kSecond + 500ms}}) {
    EXPECT_EQ(parse_iso(row.text), row.time) << row.text;
  }
}

TEST(ParseIso, RefusesTheRest) {
  for (const auto* text :
       {"", "2026-06-01", "2026-06-01 12:00:00Z", "2026-06-01T12:00Z", "2026-06-01T12:00:00.Z",
        "2026-06-01T12:00:00.1234567890Z", "2026-06-01T12:00:00ZZ", "2026-06-01T12:00:00Z+08:00",
        "2026-06-01T12:00:00+8", "2026-06-01T12:00:00+24:00", "2026-06-01T12:00:00+08:60",
        "2026-06-01T12:00:00+08:00Z", "2026-02-30T12:00:00Z", "2026-06-01T25:00:00Z",
        "2026-6-1T12:00:00Z", "20260601T120000Z"}) {
    EXPECT_FALSE(parse_iso(text)) << text;
  }
}

TEST(ParseIso, ReadsBackWhatIsWritten) {
  EXPECT_EQ(parse_iso(to_iso_micros_bare(kTime)), kTime);
  EXPECT_EQ(parse_sdk_date(to_sdk_date(kTime)), kSecond);
}

TEST(ParseDuration, TakesUnitsAndTheirSums) {
  struct Row {
    std::string_view text;
    Duration length;
  };
  for (const auto& row :
       {Row{"24h", 24h}, Row{"90m", 90min}, Row{"30s", 30s}, Row{"15d", 360h}, Row{"250ms", 250ms},
        Row{"7us", 7us}, Row{"1h30m", 90min}, Row{"1d2h3m4s5ms6us", 26h + 3min + 4s + 5ms + 6us},
        Row{"-1h30m", -90min}, Row{"0s", 0s}, Row{"1m5ms", 1min + 5ms}}) {
    EXPECT_EQ(parse_duration(row.text), row.length) << row.text;
  }
}

TEST(ParseDuration, RefusesTheRest) {
  for (const auto* text : {"",
                           "-",
                           "1",
                           "h",
                           "1 h",
                           " 1h",
                           "1h ",
                           "1.5h",
                           "+1h",
                           "--1h",
                           "1h-30m",
                           "1H",
                           "1w",
                           "1min",
                           "30m1h",
                           "1h1h",
                           "99999999999999999999s",
                           "9223372036854775807d",
                           "106751991d106751991d",
                           "106751991d24h24m",
                           "1h30"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace jianmen::base
