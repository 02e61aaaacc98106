#include "store/lmdb/layout.hpp"

#include <gtest/gtest.h>

namespace jianmen::store::lmdb {
namespace {

std::string record(const detail::Stamp& stamp, std::string_view value) {
  std::string bytes(kStampSize, '\0');
  write_stamp(bytes.data(), stamp);
  return bytes.append(value);
}

TEST(Layout, ReadsTheRecordItWrote) {
  std::string bytes = record({3, 7, 2}, "value");
  auto parsed = parse_record(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->stamp.created, 3);
  EXPECT_EQ(parsed->stamp.modified, 7);
  EXPECT_EQ(parsed->stamp.version, 2);
  EXPECT_EQ(parsed->value, "value");
  EXPECT_TRUE(parse_record(record({1, 1, 1}, "")));
}

TEST(Layout, RefusesARecordThatCannotBe) {
  const std::pair<std::string_view, std::string> rows[] = {
      {"Empty", ""},
      {"CutOff", record({1, 1, 1}, "").substr(1)},
      {"Zeros", record({0, 0, 0}, "value")},
      {"ModifiedBeforeMade", record({5, 4, 1}, "value")},
      {"NeverWritten", record({5, 5, 0}, "value")},
  };
  for (const auto& [name, bytes] : rows) EXPECT_FALSE(parse_record(bytes)) << name;
}

TEST(Layout, ReadsTheLogRowItWrote) {
  Change change;
  change.entry = {std::string("k\0y", 3), "value", 3, 7, 2};
  auto parsed = parse_log_value(log_value(change));
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->deleted);
  EXPECT_EQ(parsed->entry.key, change.entry.key);
  EXPECT_EQ(parsed->entry.value, "value");
  EXPECT_EQ(parsed->entry.created, 3);
  EXPECT_EQ(parsed->entry.modified, 7);
  EXPECT_EQ(parsed->entry.version, 2);
  change.deleted = true;
  EXPECT_TRUE(parse_log_value(log_value(change))->deleted);
}

TEST(Layout, RefusesALogRowThatIsCutOff) {
  Change change;
  change.entry = {"key", "", 3, 7, 2};
  std::string whole = log_value(change);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_log_value(whole.substr(0, size))) << size;
  }
  EXPECT_TRUE(parse_log_value(whole));
}

TEST(Layout, SortsTheLogByRevisionThenIndex) {
  EXPECT_LT(log_key(1, 2), log_key(1, 256));
  EXPECT_LT(log_key(1, 0xffffffff), log_key(2, 0));
  EXPECT_LT(log_key(255, 0), log_key(256, 0));
  EXPECT_EQ(parse_log_revision(log_key(123'456'789'012, 5)), 123'456'789'012);
  EXPECT_FALSE(parse_log_revision("short"));
}

TEST(Layout, SortsIdempotencyKeysByTime) {
  auto at = [](std::int64_t us) { return base::Time(base::Duration(us)); };
  EXPECT_LT(done_time_key(at(-5), "z"), done_time_key(at(-4), "a"));
  EXPECT_LT(done_time_key(at(-1), "z"), done_time_key(at(0), "a"));
  EXPECT_LT(done_time_key(at(255), "z"), done_time_key(at(256), "a"));
  std::string key = done_time_key(at(-5), "id");
  auto parsed = parse_done_time(key);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at, at(-5));
  EXPECT_EQ(parsed->idempotency_key, "id");
  EXPECT_FALSE(parse_done_time("short"));
}

}  // namespace
}  // namespace jianmen::store::lmdb
