// Watches, on every form of the store.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_test_forms.hpp"

namespace jianmen::store {
namespace {

using testing::ElementsAre;

class StoreWatch : public testing::TestWithParam<std::string_view> {
 protected:
  StoreWatch() {
    if (GetParam() == "memory") {
      store_ = make_memory_store(clock_);
    } else {
      store_ = std::move(open_lmdb_store(small_settings(directory_.path()), clock_).value());
    }
  }
  ~StoreWatch() override { watches_.clear(); }

  Revision put(std::string key, std::string value) {
    return committed(store_->commit(Transaction{}.put(std::move(key), std::move(value))));
  }

  TemporaryDirectory directory_;
  base::ManualClock clock_{base::Time()};
  std::unique_ptr<Store> store_;
  std::vector<std::unique_ptr<Watch>> watches_;
};

INSTANTIATE_TEST_SUITE_P(Store, StoreWatch, testing::Values("memory", "lmdb"),
                         [](const auto& row) { return std::string(row.param); });

// What a sink was given, one line a revision: "3: a=1 -b".
class Seen {
 public:
  auto sink() {
    return [this](Revision revision, const std::vector<Change>& changes) {
      std::string line = std::to_string(revision) + ":";
      for (const Change& change : changes) {
        line += change.deleted ? " -" + change.entry.key
                               : " " + change.entry.key + "=" + change.entry.value;
        if (change.entry.modified != revision) line += "?";
      }
      std::lock_guard lock(mutex_);
      lines_.push_back(line);
      last_ = revision;
      changed_.notify_all();
    };
  }
  std::vector<std::string> until(Revision revision) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return last_ >= revision; });
    return lines_;
  }
  std::size_t count() {
    std::lock_guard lock(mutex_);
    return lines_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  Revision last_ = 0;
};

TEST_P(StoreWatch, GivesEveryRevisionUnderItsPrefixInOrder) {
  put("a/before", "0");
  Seen seen;
  watches_.push_back(store_->watch("a/", 1, seen.sink()));
  put("a/x", "1");
  put("b/x", "2");
  store_->commit(Transaction{}.put("a/y", "3").put("b/y", "3").erase("a/x")).value();
  store_->commit(Transaction{}.erase_range("a/", "a0")).value();
  store_->commit(Transaction{}.erase("a/none")).value();
  put("a/end", "5");
  EXPECT_THAT(seen.until(6),
              ElementsAre("2: a/x=1", "4: a/y=3 -a/x", "5: -a/before -a/y", "6: a/end=5"));
}

TEST_P(StoreWatch, StartsInThePastAndGoesOnWithoutAGap) {
  constexpr int kPast = 700, kAll = 900;
  for (int i = 0; i < kPast; ++i) put("k", std::to_string(i));
  Seen all, some;
  watches_.push_back(store_->watch("", 0, all.sink()));
  std::thread writer([&] {
    for (int i = kPast; i < kAll; ++i) put("k", std::to_string(i));
  });
  watches_.push_back(store_->watch("", 500, some.sink()));
  auto lines = all.until(kAll);
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kAll));
  for (int i = 0; i < kAll; ++i) {
    EXPECT_EQ(lines[static_cast<std::size_t>(i)],
              std::to_string(i + 1) + ": k=" + std::to_string(i));
  }
  auto tail = some.until(kAll);
  EXPECT_EQ(tail.size(), static_cast<std::size_t>(kAll - 500));
  EXPECT_EQ(tail.front(), "501: k=500");
  writer.join();
}

TEST_P(StoreWatch, CarriesTheWholeEntry) {
  put("k", "1");
  std::vector<Change> got;
  Seen seen;
  watches_.push_back(
      store_->watch("k", 1, [&, sink = seen.sink()](Revision revision, const auto& changes) {
        got = changes;
        sink(revision, changes);
      }));
  put("k", "2");
  seen.until(2);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_FALSE(got[0].deleted);
  EXPECT_EQ(got[0].entry.created, 1);
  EXPECT_EQ(got[0].entry.modified, 2);
  EXPECT_EQ(got[0].entry.version, 2);
}

TEST_P(StoreWatch, WaitsForARevisionThatIsToCome) {
  Seen seen;
  watches_.push_back(store_->watch("", 2, seen.sink()));
  for (int i = 0; i < 4; ++i) put("k", std::to_string(i));
  EXPECT_THAT(seen.until(4), ElementsAre("3: k=2", "4: k=3"));
}

TEST_P(StoreWatch, EndsWhenDestroyed) {
  Seen ended, other;
  auto watch = store_->watch("", 0, ended.sink());
  watches_.push_back(store_->watch("", 0, other.sink()));
  put("k", "1");
  ended.until(1);
  watch.reset();
  put("k", "2");
  other.until(2);
  EXPECT_EQ(ended.count(), 1u);
}

TEST_P(StoreWatch, WaitsAtItsEndForARunningSink) {
  std::atomic<bool> entered{false}, left{false};
  auto watch = store_->watch("", 0, [&](Revision, const auto&) {
    entered = true;
    for (int i = 0; i < 2000; ++i) std::this_thread::yield();
    left = true;
  });
  put("k", "1");
  while (!entered) std::this_thread::yield();
  watch.reset();
  EXPECT_TRUE(left);
}

TEST_P(StoreWatch, MayBeEndedByItsOwnSinkAndReadsTheStoreThere) {
  Seen seen;
  std::unique_ptr<Watch> watch;
  std::mutex assigned;
  std::string read;
  {
    std::lock_guard lock(assigned);
    watch = store_->watch("", 0, [&](Revision, const auto&) {
      std::lock_guard wait(assigned);
      auto snapshot = store_->snapshot();
      read = snapshot->get("k")->value;
      watch.reset();
    });
  }
  put("k", "1");
  watches_.push_back(store_->watch("", 0, seen.sink()));
  put("k", "2");
  seen.until(2);
  std::lock_guard lock(assigned);
  EXPECT_FALSE(watch);
  EXPECT_THAT(read, testing::AnyOf("1", "2"));
}

TEST_P(StoreWatch, ComesAndGoesWhileOthersWrite) {
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) put("k", std::to_string(i));
    stop = true;
  });
  int wrong = 0;
  while (!stop) {
    Revision from = store_->snapshot()->revision();
    Revision last = from;
    auto watch = store_->watch("k", from, [&](Revision revision, const auto&) {
      if (revision != last + 1) ++wrong;
      last = revision;
    });
    ASSERT_TRUE(watch);
    std::this_thread::yield();
    watch.reset();
  }
  writer.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(StoreWatch, MayOutliveItsStore) {
  Seen seen;
  watches_.push_back(store_->watch("", 0, seen.sink()));
  put("k", "1");
  seen.until(1);
  store_.reset();
  watches_.clear();
}

TEST(MemoryWatch, RefusesAStartOlderThanTheLog) {
  base::ManualClock clock{base::Time()};
  auto store = make_memory_store(clock);
  for (int i = 0; i < 10'050; ++i) store->commit(Transaction{}.put("k", "v")).value();
  auto sink = [](Revision, const auto&) {};
  EXPECT_FALSE(store->watch("", 49, sink));
  EXPECT_TRUE(store->watch("", 50, sink));
}

TEST(LmdbWatch, RefusesAStartOlderThanTheLog) {
  TemporaryDirectory directory;
  base::ManualClock clock{base::Time()};
  LmdbSettings settings = small_settings(directory.path());
  settings.log_revisions = 10;
  auto sink = [](Revision, const auto&) {};
  auto store = std::move(open_lmdb_store(settings, clock).value());
  for (int i = 0; i < 30; ++i) {
    store->commit(Transaction{}.put("a", "v").put("b", std::string(3000, 'v'))).value();
  }
  EXPECT_FALSE(store->watch("", 19, sink));
  EXPECT_TRUE(store->watch("", 20, sink));

  store.reset();
  store = std::move(open_lmdb_store(settings, clock).value());
  EXPECT_FALSE(store->watch("", 19, sink));
  Seen seen;
  auto watch = store->watch("a", 20, seen.sink());
  ASSERT_TRUE(watch);
  auto lines = seen.until(30);
  EXPECT_EQ(lines.size(), 10u);
  EXPECT_EQ(lines.front(), "21: a=v");
}

TEST(LmdbWatch, KeepsInTheLogWhatALiveWatchHasNotSeen) {
  TemporaryDirectory directory;
  base::ManualClock clock{base::Time()};
  LmdbSettings settings = small_settings(directory.path());
  settings.log_revisions = 5;
  auto store = std::move(open_lmdb_store(settings, clock).value());
  std::mutex held;
  Seen seen;
  std::unique_ptr<Watch> watch;
  {
    std::lock_guard lock(held);
    watch = store->watch("", 0, [&, sink = seen.sink()](Revision revision, const auto& changes) {
      std::lock_guard wait(held);
      sink(revision, changes);
    });
    for (int i = 0; i < 400; ++i) store->commit(Transaction{}.put("k", "v")).value();
  }
  EXPECT_EQ(seen.until(400).size(), 400u);
}

}  // namespace
}  // namespace jianmen::store
