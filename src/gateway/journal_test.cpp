#include "gateway/journal.hpp"

#include <gtest/gtest.h>

namespace jianmen::gateway {
namespace {

void add(Journal& journal, unsigned worker, const std::string& id, int second,
         Verdict verdict = Verdict::Allowed) {
  journal.shard(worker).add([&](JournalEntry& entry) {
    entry.request_id = id;
    entry.time = base::Time(std::chrono::seconds(second));
    entry.verdict = verdict;
  });
}

std::vector<std::string> ids(const std::vector<JournalEntry>& entries) {
  std::vector<std::string> out;
  for (const auto& entry : entries) out.push_back(entry.request_id);
  return out;
}

TEST(Journal, KeepsTheNewestOfEachShard) {
  Journal journal(4, 2);
  for (int i = 0; i < 5; ++i) add(journal, 0, "a" + std::to_string(i), i);
  EXPECT_FALSE(journal.find("a2"));
  EXPECT_TRUE(journal.find("a3"));
  EXPECT_TRUE(journal.find("a4"));
}

TEST(Journal, ListsOverShardsInOrderOfTime) {
  Journal journal(10, 2);
  add(journal, 0, "first", 1);
  add(journal, 1, "second", 2, Verdict::Refused);
  add(journal, 0, "third", 3);
  EXPECT_EQ(ids(journal.list({})), (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(ids(journal.list({.refused_only = true, .after = {}})),
            (std::vector<std::string>{"second"}));
  EXPECT_EQ(ids(journal.list({.refused_only = false, .after = {}, .limit = 2})),
            (std::vector<std::string>{"second", "third"}));
}

TEST(Journal, FollowsFromATime) {
  Journal journal(10, 1);
  for (int i = 1; i <= 4; ++i) add(journal, 0, std::to_string(i), i);
  EXPECT_EQ(
      ids(journal.list({.refused_only = false, .after = base::Time(std::chrono::seconds(2))})),
      (std::vector<std::string>{"3", "4"}));
}

TEST(Journal, KnowsTheLastRequestAndTheLastRefusal) {
  Journal journal(2, 1);
  EXPECT_FALSE(journal.last(false));
  add(journal, 0, "refused", 1, Verdict::Refused);
  add(journal, 0, "allowed", 2);
  EXPECT_EQ(journal.last(false)->request_id, "allowed");
  EXPECT_EQ(journal.last(true)->request_id, "refused");
  add(journal, 0, "newer", 3);  // the ring has turned: "refused" is gone
  EXPECT_EQ(journal.last(false)->request_id, "newer");
  EXPECT_FALSE(journal.last(true));
}

TEST(Journal, ForgetsAllWhenCleared) {
  Journal journal(2, 1);
  add(journal, 0, "a", 1);
  journal.clear();
  EXPECT_TRUE(journal.list({}).empty());
  add(journal, 0, "b", 2);
  EXPECT_EQ(journal.last(false)->request_id, "b");
}

TEST(Journal, IsReadOnFromWhereAReaderWas) {
  Journal journal(20, 2);
  Journal::Position position;
  EXPECT_TRUE(journal.read_on(position, 10, 10).entries.empty());
  add(journal, 0, "first", 1);
  add(journal, 1, "second", 2);
  add(journal, 0, "third", 3);
  auto batch = journal.read_on(position, 10, 10);
  EXPECT_EQ(ids(batch.entries), (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(batch.missed, 0U);
  EXPECT_TRUE(journal.read_on(position, 10, 10).entries.empty()) << "each comes once";
  add(journal, 1, "fourth", 4);
  EXPECT_EQ(ids(journal.read_on(position, 10, 10).entries), (std::vector<std::string>{"fourth"}));
}

TEST(Journal, IsReadOnInPiecesWithoutAGap) {
  Journal journal(100, 1);
  for (int i = 0; i < 25; ++i) add(journal, 0, std::to_string(i), i);
  Journal::Position position;
  std::vector<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    for (auto& id : ids(journal.read_on(position, 10, 100).entries)) seen.push_back(id);
  }
  ASSERT_EQ(seen.size(), 25U);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(Journal, TellsHowManyAReaderMissed) {
  const struct {
    const char* sentence;
    std::size_t keep_up;
    std::uint64_t missed;
    const char* first;
  } rows[] = {
      {"the ring has turned", 100, 7, "7"},
      {"too far behind", 2, 10, "10"},
  };
  for (const auto& row : rows) {
    Journal journal(5, 1);
    Journal::Position position;
    for (int i = 0; i < 12; ++i) add(journal, 0, std::to_string(i), i);
    const auto batch = journal.read_on(position, 100, row.keep_up);
    EXPECT_EQ(batch.missed, row.missed) << row.sentence;
    EXPECT_EQ(batch.entries.front().request_id, row.first) << row.sentence;
    EXPECT_EQ(batch.entries.back().request_id, "11") << row.sentence;
  }
}

TEST(Journal, AReaderFromElsewhereIsPutRight) {
  Journal journal(10, 1);
  add(journal, 0, "a", 1);
  Journal::Position position{99, 99, 99};
  EXPECT_TRUE(journal.read_on(position, 10, 10).entries.empty());
  EXPECT_EQ(position, Journal::Position{1});
}

TEST(Journal, IsReadOnAfterItWasCleared) {
  Journal journal(10, 1);
  add(journal, 0, "a", 1);
  Journal::Position position;
  journal.clear();
  EXPECT_TRUE(journal.read_on(position, 10, 10).entries.empty());
  add(journal, 0, "b", 2);
  EXPECT_EQ(ids(journal.read_on(position, 10, 10).entries), (std::vector<std::string>{"b"}));
}

}  // namespace
}  // namespace jianmen::gateway
