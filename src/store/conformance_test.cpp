// What store.hpp promises, on every form of it.

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_test_forms.hpp"

namespace jianmen::store {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreForm : public testing::TestWithParam<std::string_view> {
 protected:
  StoreForm() {
    if (GetParam() == "memory") {
      store_ = make_memory_store(clock_);
    } else {
      auto opened = open_lmdb_store(small_settings(directory_.path() / "store"), clock_);
      EXPECT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    }
  }

  Revision put(std::string key, std::string value) {
    return committed(store_->commit(Transaction{}.put(std::move(key), std::move(value))));
  }
  std::optional<std::string> value(std::string_view key) {
    auto snapshot = store_->snapshot();
    auto entry = snapshot->get(key);
    if (!entry) return {};
    return std::string(entry->value);
  }
  std::vector<std::string> keys(std::string_view begin, std::string_view end) {
    auto snapshot = store_->snapshot();
    std::vector<std::string> keys;
    for (const EntryView& entry : snapshot->range(begin, end, 0).entries) {
      keys.emplace_back(entry.key);
    }
    return keys;
  }

  TemporaryDirectory directory_;
  base::ManualClock clock_{base::Time(std::chrono::years(56))};
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Store, StoreForm, testing::Values("memory", "lmdb"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(StoreForm, BeginsEmptyAndWell) {
  EXPECT_EQ(store_->snapshot()->revision(), 0);
  EXPECT_FALSE(value("a"));
  EXPECT_THAT(keys("", ""), IsEmpty());
  Health health = store_->health();
  EXPECT_EQ(health.mode, GetParam());
  EXPECT_EQ(health.revision, 0);
  EXPECT_TRUE(health.writable);
  EXPECT_EQ(health.trouble, "");
}

TEST_P(StoreForm, StampsAnEntryWithItsHistory) {
  EXPECT_EQ(put("a", "one"), 1);
  EXPECT_EQ(put("b", "other"), 2);
  EXPECT_EQ(put("a", "two"), 3);
  auto snapshot = store_->snapshot();
  auto entry = snapshot->get("a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->key, "a");
  EXPECT_EQ(entry->value, "two");
  EXPECT_EQ(entry->created, 1);
  EXPECT_EQ(entry->modified, 3);
  EXPECT_EQ(entry->version, 2);
  EXPECT_EQ(snapshot->revision(), 3);
  EXPECT_EQ(store_->health().revision, 3);
}

TEST_P(StoreForm, StartsAnErasedKeyAnew) {
  put("a", "one");
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase("a"))), 2);
  EXPECT_FALSE(value("a"));
  put("a", "two");
  auto snapshot = store_->snapshot();
  auto entry = snapshot->get("a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->created, 3);
  EXPECT_EQ(entry->version, 1);
}

TEST_P(StoreForm, KeepsAnyBytes) {
  const std::string key("\0k\xff\n", 4);
  const std::string text("\0\xff\r\n\0", 5);
  put(key, text);
  put("empty", "");
  EXPECT_EQ(value(key), text);
  EXPECT_EQ(value("empty"), "");
}

TEST_P(StoreForm, MakesNoRevisionOfACommitThatChangesNothing) {
  put("a", "1");
  EXPECT_EQ(committed(store_->commit(Transaction{}.require_exists("a"))), 1);
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase("b").erase_range("c", "d"))), 1);
  EXPECT_EQ(store_->snapshot()->revision(), 1);
}

struct ConditionRow {
  std::string_view name;
  Transaction transaction;
  std::vector<std::string> failed;  // empty: commits
};

// "here" was made at revision 1 and written at 2; "gone" was made at 3 and erased at 4.
std::vector<ConditionRow> condition_rows() {
  return {
      {"AbsentOfAnAbsentKey", Transaction{}.require_absent("none"), {}},
      {"AbsentOfAnErasedKey", Transaction{}.require_absent("gone"), {}},
      {"AbsentOfAPresentKey", Transaction{}.require_absent("here"), {"here"}},
      {"ExistsOfAPresentKey", Transaction{}.require_exists("here"), {}},
      {"ExistsOfAnAbsentKey", Transaction{}.require_exists("none"), {"none"}},
      {"ExistsOfAnErasedKey", Transaction{}.require_exists("gone"), {"gone"}},
      {"RevisionThatIsCurrent", Transaction{}.require_revision("here", 2), {}},
      {"RevisionThatIsPast", Transaction{}.require_revision("here", 1), {"here"}},
      {"RevisionThatIsToCome", Transaction{}.require_revision("here", 3), {"here"}},
      {"RevisionZeroOfAnAbsentKey", Transaction{}.require_revision("none", 0), {}},
      {"RevisionZeroOfAPresentKey", Transaction{}.require_revision("here", 0), {"here"}},
      {"RevisionOfAnErasedKey", Transaction{}.require_revision("gone", 4), {"gone"}},
      {"AllThatHold", Transaction{}.require_exists("here").require_absent("none"), {}},
      {"OneOfTwoFails", Transaction{}.require_exists("here").require_exists("none"), {"none"}},
      {"BothFail", Transaction{}.require_absent("here").require_exists("none"), {"here", "none"}},
  };
}

TEST_P(StoreForm, WritesOnlyWhenEveryConditionHolds) {
  put("here", "1");
  put("here", "2");
  put("gone", "3");
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase("gone"))), 4);
  for (ConditionRow& row : condition_rows()) {
    SCOPED_TRACE(row.name);
    std::string mark = "mark/" + std::string(row.name);
    auto result = store_->commit(row.transaction.put(mark, "x"));
    ASSERT_TRUE(result) << result.error().message;
    auto* conflict = std::get_if<Conflict>(&*result);
    EXPECT_EQ(conflict != nullptr, !row.failed.empty());
    EXPECT_EQ(conflict ? conflict->keys : std::vector<std::string>(), row.failed);
    EXPECT_EQ(value(mark).has_value(), row.failed.empty());
  }
}

TEST_P(StoreForm, SeesInConditionsTheStateBeforeItsOwnOperations) {
  EXPECT_EQ(committed(store_->commit(Transaction{}.require_absent("a").put("a", "1"))), 1);
  EXPECT_EQ(committed(store_->commit(Transaction{}.require_revision("a", 1).put("a", "2"))), 2);
  EXPECT_EQ(committed(store_->commit(Transaction{}.require_revision("a", 1).put("a", "3"))), 0);
  EXPECT_EQ(value("a"), "2");
}

TEST_P(StoreForm, ReadsRangesInOrderOfBytes) {
  for (std::string key : {"b", "a", "a/2", "a/1", "a0", "\xff", "a/10"}) put(key, key);
  EXPECT_THAT(keys("", ""), ElementsAre("a", "a/1", "a/10", "a/2", "a0", "b", "\xff"));
  EXPECT_THAT(keys("a/", prefix_end("a/")), ElementsAre("a/1", "a/10", "a/2"));
  EXPECT_THAT(keys("a/10", "a0"), ElementsAre("a/10", "a/2"));
  EXPECT_THAT(keys("a/11", ""), ElementsAre("a/2", "a0", "b", "\xff"));
  EXPECT_THAT(keys("b", "a"), IsEmpty());
  EXPECT_THAT(keys("a", "a"), IsEmpty());
  EXPECT_THAT(keys(std::string(600, 'a'), ""), ElementsAre("b", "\xff"));
}

TEST_P(StoreForm, ReadsARangePageByPage) {
  for (char c = 'a'; c <= 'j'; ++c) put(std::string("k/") + c, std::string(1, c));
  put("l", "");
  for (std::size_t limit : {1, 3, 5, 9, 10, 11}) {
    SCOPED_TRACE(limit);
    auto snapshot = store_->snapshot();
    std::string all, begin = "k/";
    while (true) {
      RangeResult page = snapshot->range(begin, prefix_end("k/"), limit);
      EXPECT_LE(page.entries.size(), limit);
      for (const EntryView& entry : page.entries) all += entry.value;
      if (!page.more) break;
      EXPECT_EQ(page.entries.size(), limit);
      begin = page.resume;
    }
    EXPECT_EQ(all, "abcdefghij");
  }
}

TEST(PrefixEnd, IsTheFirstKeyAfterAllThatStartWithIt) {
  EXPECT_EQ(prefix_end("a/"), "a0");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
  EXPECT_EQ(prefix_end("\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
  EXPECT_EQ(prefix_end("\x7f"), "\x80");
}

TEST_P(StoreForm, ErasesARangeButNotItsEnd) {
  for (std::string key : {"a", "b", "c", "d"}) put(key, key);
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase_range("b", "d"))), 5);
  EXPECT_THAT(keys("", ""), ElementsAre("a", "d"));
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase_range("b", ""))), 6);
  EXPECT_THAT(keys("", ""), ElementsAre("a"));
}

Transaction many(int puts, std::size_t value_size) {
  Transaction transaction;
  for (int i = 0; i < puts; ++i) {
    transaction.put("k" + std::to_string(i), std::string(value_size, 'v'));
  }
  return transaction;
}

struct LimitRow {
  std::string_view name;
  Transaction transaction;
  std::optional<Code> refused;
};

std::vector<LimitRow> limit_rows() {
  const std::string longest(511, 'k'), longer(512, 'k');
  return {
      {"LongestKey", Transaction{}.put(longest, ""), {}},
      {"KeyTooLong", Transaction{}.put(longer, ""), Code::TooLarge},
      {"ErasedKeyTooLong", Transaction{}.erase(longer), Code::TooLarge},
      {"ConditionKeyTooLong", Transaction{}.require_absent(longer), Code::TooLarge},
      {"RangeEndTooLong", Transaction{}.erase_range("a", longer), Code::TooLarge},
      {"EmptyKey", Transaction{}.put("", "v"), Code::InvalidArgument},
      {"EmptyConditionKey", Transaction{}.require_exists(""), Code::InvalidArgument},
      {"RangeEndsBeforeItBegins", Transaction{}.erase_range("b", "a"), Code::InvalidArgument},
      {"LargestValue", Transaction{}.put("a", std::string(64 << 10, 'v')), {}},
      {"ValueTooLarge", Transaction{}.put("a", std::string((64 << 10) + 1, 'v')), Code::TooLarge},
      {"HundredOperations", many(100, 1), {}},
      {"HundredAndOneOperations", many(101, 1), Code::TooLarge},
      {"HundredWithACondition", many(100, 1).require_absent("z"), Code::TooLarge},
      {"UnderOneMebibyte", many(16, (64 << 10) - 3), {}},
      {"OverOneMebibyte", many(17, (64 << 10) - 3), Code::TooLarge},
      {"KeyWrittenTwice", Transaction{}.put("a", "1").put("a", "2"), Code::InvalidArgument},
      {"KeyWrittenAndErased", Transaction{}.erase("a").put("a", "2"), Code::InvalidArgument},
      {"KeyInsideAnErasedRange", Transaction{}.put("b", "1").erase_range("a", "c"),
       Code::InvalidArgument},
      {"KeyInARangeWithoutEnd", Transaction{}.put("b", "1").erase_range("a", ""),
       Code::InvalidArgument},
      {"RangesThatMeet", Transaction{}.erase_range("a", "c").erase_range("b", "d"),
       Code::InvalidArgument},
      {"KeyAtTheEndOfARange", Transaction{}.put("c", "1").erase_range("a", "c"), {}},
      {"KeyBeforeARange", Transaction{}.put("a", "1").erase_range("b", "c"), {}},
      {"RangesSideBySide", Transaction{}.erase_range("a", "b").erase_range("b", "c"), {}},
      {"ConditionOfAWrittenKey", Transaction{}.require_absent("w").put("w", "1"), {}},
  };
}

TEST_P(StoreForm, RefusesWhatIsOverALimitAndTakesWhatIsAtIt) {
  for (LimitRow& row : limit_rows()) {
    SCOPED_TRACE(row.name);
    Revision before = store_->snapshot()->revision();
    auto result = store_->commit(row.transaction);
    EXPECT_EQ(result.has_value(), !row.refused.has_value());
    if (result || !row.refused) continue;
    EXPECT_EQ(result.error().code, *row.refused);
    EXPECT_NE(result.error().message, "");
    EXPECT_EQ(store_->snapshot()->revision(), before);
  }
}

TEST_P(StoreForm, FindsNothingUnderAKeyThatCannotBe) {
  put("a", "1");
  EXPECT_FALSE(value(""));
  EXPECT_FALSE(value(std::string(512, 'a')));
}

TEST_P(StoreForm, ReplaysACommitByItsIdempotencyKey) {
  auto once = [&](const std::string& key, std::string_view id) {
    return store_->commit(Transaction{}.require_absent(key).put(key, "x"), id);
  };
  EXPECT_EQ(committed(once("a", "request-1")), 1);
  put("b", "later");
  auto again = once("a", "request-1");
  ASSERT_TRUE(again);
  ASSERT_TRUE(std::holds_alternative<Committed>(*again));
  EXPECT_EQ(std::get<Committed>(*again).revision, 1);
  EXPECT_TRUE(std::get<Committed>(*again).replayed);
  EXPECT_EQ(store_->snapshot()->revision(), 2);

  auto other = once("a", "request-2");
  ASSERT_TRUE(other);
  EXPECT_TRUE(std::holds_alternative<Conflict>(*other));
  auto none = once("a", "");
  ASSERT_TRUE(none);
  EXPECT_TRUE(std::holds_alternative<Conflict>(*none));
}

TEST_P(StoreForm, DoesNotRememberAConflict) {
  put("a", "1");
  auto conflict = store_->commit(Transaction{}.require_absent("a").put("b", "x"), "request");
  ASSERT_TRUE(conflict);
  EXPECT_TRUE(std::holds_alternative<Conflict>(*conflict));
  EXPECT_EQ(committed(store_->commit(Transaction{}.erase("a"))), 2);
  EXPECT_EQ(committed(store_->commit(Transaction{}.require_absent("a").put("b", "x"), "request")),
            3);
}

TEST_P(StoreForm, ForgetsAnIdempotencyKeyAfterAnHour) {
  auto again = [&] { return store_->commit(Transaction{}.put("a", "1"), "request"); };
  EXPECT_EQ(committed(again()), 1);
  clock_.advance(std::chrono::minutes(59));
  EXPECT_EQ(committed(again()), 1);
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(committed(again()), 2);
  clock_.advance(std::chrono::minutes(59));
  EXPECT_EQ(committed(again()), 2);
  for (int i = 0; i < 10; ++i) {
    clock_.advance(std::chrono::minutes(20));
    store_->commit(Transaction{}.put("b", "1"), "request-" + std::to_string(i)).value();
  }
  EXPECT_EQ(committed(again()), 13);
}

TEST_P(StoreForm, RefusesAnIdempotencyKeyThatIsTooLong) {
  EXPECT_TRUE(store_->commit(Transaction{}.put("a", "1"), std::string(255, 'i')));
  auto refused = store_->commit(Transaction{}.put("a", "1"), std::string(256, 'i'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::TooLarge);
}

TEST_P(StoreForm, ShowsASnapshotTheStateOfItsMoment) {
  put("a", "old");
  put("gone", "there");
  auto before = store_->snapshot();
  ASSERT_TRUE(before->get("a"));
  std::string_view view = before->get("a")->value;
  for (int i = 0; i < 500; ++i) put("a", "new" + std::to_string(i));
  store_->commit(Transaction{}.erase("gone").put("made", "x")).value();
  EXPECT_EQ(view, "old");
  EXPECT_EQ(before->revision(), 2);
  EXPECT_EQ(before->get("a")->value, "old");
  EXPECT_TRUE(before->get("gone"));
  EXPECT_FALSE(before->get("made"));
  EXPECT_EQ(before->range("", "", 0).entries.size(), 2u);
  EXPECT_EQ(value("a"), "new499");
  EXPECT_FALSE(value("gone"));
}

TEST_P(StoreForm, LosesNoCountOfEightWritersThatCompareAndSet) {
  constexpr int kThreads = 8, kEach = 60;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, own = "own/" + std::to_string(t)] {
      for (int done = 0; done < kEach;) {
        int count = 0;
        Revision seen = 0;
        {
          auto snapshot = store_->snapshot();
          if (auto entry = snapshot->get("count")) {
            count = std::stoi(std::string(entry->value));
            seen = entry->modified;
          }
        }
        auto result = store_->commit(Transaction{}
                                         .require_revision("count", seen)
                                         .put("count", std::to_string(count + 1))
                                         .put(own, std::to_string(done + 1)));
        if (committed(result) != 0) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value("count"), std::to_string(kThreads * kEach));
  EXPECT_EQ(store_->snapshot()->revision(), kThreads * kEach);
  for (int t = 0; t < kThreads; ++t) EXPECT_EQ(value("own/" + std::to_string(t)), "60");
}

TEST_P(StoreForm, NeverShowsAReaderHalfATransaction) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  std::atomic<int> torn{0};
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        auto snapshot = store_->snapshot();
        auto a = snapshot->get("a"), b = snapshot->get("b");
        bool whole = a.has_value() == b.has_value() && (!a || a->value == b->value);
        if (!whole || (a && a->modified != snapshot->revision())) ++torn;
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    std::string number = std::to_string(i);
    store_->commit(Transaction{}.put("a", number).put("b", number)).value();
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace jianmen::store
