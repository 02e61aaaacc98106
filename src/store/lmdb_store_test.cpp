// What only the durable form has: files, locks, full disks, kill -9.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store_test_forms.hpp"

namespace jianmen::store {
namespace {

using base::Code;
using testing::HasSubstr;

class LmdbStore : public testing::Test {
 protected:
  base::Result<std::unique_ptr<Store>> open(std::uint64_t map_bytes = std::uint64_t{1} << 30) {
    LmdbSettings settings = small_settings(path());
    settings.map_bytes = map_bytes;
    return open_lmdb_store(settings, clock_);
  }
  std::filesystem::path path() const { return directory_.path() / "data" / "store"; }

  TemporaryDirectory directory_;
  base::ManualClock clock_{base::Time(std::chrono::years(56))};
};

bool has(const Store& store, std::string_view key) {
  auto snapshot = store.snapshot();
  return snapshot->get(key).has_value();
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

TEST_F(LmdbStore, KeepsEverythingOverAReopen) {
  {
    auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 50; ++i) {
      std::string key = "k" + std::to_string(i % 10);
      (*store)->commit(Transaction{}.put(key, std::to_string(i)), key).value();
      (*store)->commit(Transaction{}.put(key, std::to_string(i))).value();
    }
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  auto snapshot = (*store)->snapshot();
  EXPECT_EQ(snapshot->revision(), 60);
  EXPECT_EQ((*store)->health().revision, 60);
  EXPECT_GT((*store)->health().bytes, 0u);
  auto entry = snapshot->get("k7");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->value, "47");
  EXPECT_EQ(entry->version, 6);
  auto replayed = (*store)->commit(Transaction{}.put("k7", "no"), "k7");
  EXPECT_EQ(committed(replayed), 15);
  EXPECT_EQ(committed((*store)->commit(Transaction{}.put("k7", "on"))), 61);
}

TEST_F(LmdbStore, MakesItsDirectoryAndFilesForTheOwnerAlone) {
  mode_t before = ::umask(0);
  auto store = open();
  ::umask(before);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(mode_of(path()), 0700u);
  for (const char* file : {"data.mdb", "lock.mdb", "store.lock"}) {
    EXPECT_EQ(mode_of(path() / file), 0600u) << file;
  }
}

TEST_F(LmdbStore, TakesBackAFileThatACopyLeftOpen) {
  ASSERT_TRUE(open());
  std::filesystem::permissions(path() / "data.mdb", std::filesystem::perms(0644));
  ASSERT_TRUE(open());
  EXPECT_EQ(mode_of(path() / "data.mdb"), 0600u);
}

TEST_F(LmdbStore, IsOpenedOnceAndSaysByWhom) {
  auto first = open();
  ASSERT_TRUE(first) << first.error().message;
  auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::Unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use by process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().message, HasSubstr(path().string()));
  (*first)->commit(Transaction{}.put("a", "1")).value();
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(LmdbStore, RefusesADirectoryThatCannotBe) {
  std::ofstream(directory_.path() / "data") << "a file";
  auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::Unavailable);
  EXPECT_THAT(store.error().message, HasSubstr(path().string()));
}

TEST_F(LmdbStore, RefusesAFileInPlaceOfItsDirectory) {
  std::filesystem::create_directories(path().parent_path());
  std::ofstream(path()) << "a file";
  auto store = open();
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("cannot be made: Not a directory"));
}

TEST_F(LmdbStore, RefusesForeignAndCutOffFiles) {
  ASSERT_TRUE(open());
  std::filesystem::path file = path() / "data.mdb";
  std::string whole(std::istreambuf_iterator<char>(std::ifstream(file).rdbuf()), {});
  const std::pair<std::string_view, std::string> rows[] = {
      {"Text", std::string(20'000, 'x')},   {"ShortText", "x"},
      {"HalfAMeta", whole.substr(0, 100)},  {"OneMeta", whole.substr(0, 5000)},
      {"Zeros", std::string(20'000, '\0')}, {"MetasOnly", whole.substr(0, 8192)},
  };
  for (const auto& [name, bytes] : rows) {
    SCOPED_TRACE(name);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    auto store = open();
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().message, HasSubstr("cannot be opened"));
    EXPECT_THAT(store.error().message, HasSubstr(path().string()));
  }
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole;
  EXPECT_TRUE(open());
}

TEST_F(LmdbStore, RefusesAFileThatLostItsEndOrMissesNothing) {
  constexpr int kKeys = 200;
  {
    auto store = open();
    ASSERT_TRUE(store);
    for (int i = 0; i < kKeys; ++i) {
      std::string key = "k" + std::to_string(i);
      (*store)->commit(Transaction{}.put(key, std::string(1000, 'v'))).value();
    }
  }
  std::filesystem::path file = path() / "data.mdb";
  std::string whole(std::istreambuf_iterator<char>(std::ifstream(file).rdbuf()), {});
  std::size_t pages = whole.size() / 4096;
  int refused = 0;
  for (std::size_t left = pages - 1; left >= 2; left -= left > pages - 12 ? 1 : left / 4 + 1) {
    SCOPED_TRACE(std::to_string(left) + " pages of " + std::to_string(pages));
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, left * 4096);
    auto store = open();
    if (store) {
      for (int i = 0; i < kKeys; ++i) EXPECT_TRUE(has(**store, "k" + std::to_string(i)));
    } else {
      EXPECT_THAT(store.error().message, HasSubstr("damaged"));
      ++refused;
    }
  }
  EXPECT_GE(refused, 3);
}

TEST_F(LmdbStore, AnswersUnavailableWhenFullAndGoesOnAfterDeletions) {
  auto opened = open(2 << 20);
  ASSERT_TRUE(opened) << opened.error().message;
  Store& store = **opened;
  int stored = 0;
  CommitResult result;
  while (stored < 10'000) {
    std::string key = "k" + std::to_string(stored);
    result = store.commit(Transaction{}.put(key, std::string(4000, 'v')));
    if (!result) break;
    ++stored;
  }
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::Unavailable);
  EXPECT_THAT(result.error().message, HasSubstr("size limit"));
  EXPECT_GT(stored, 50);
  EXPECT_FALSE(store.health().writable);
  EXPECT_THAT(store.health().trouble, HasSubstr("size limit"));
  EXPECT_TRUE(has(store, "k0"));
  EXPECT_FALSE(has(store, "k" + std::to_string(stored)));

  EXPECT_NE(committed(store.commit(Transaction{}.erase_range("k", "l"))), 0);
  EXPECT_NE(committed(store.commit(Transaction{}.put("again", "x"))), 0);
  EXPECT_TRUE(store.health().writable);
  EXPECT_EQ(store.health().trouble, "");
}

TEST_F(LmdbStore, TakesALargerLimitAtTheNextOpen) {
  {
    auto store = open(1 << 20);
    ASSERT_TRUE(store);
    while ((*store)->commit(
        Transaction{}.put("k" + std::to_string(std::rand()), std::string(4000, 'v')))) {
    }
  }
  auto store = open(4 << 20);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_NE(committed((*store)->commit(Transaction{}.put("again", "x"))), 0);
}

// The file size limit of the process stands for a full disk: the same call of the kernel fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit before_{};
  void (*old_handler_)(int) = nullptr;
};

TEST_F(LmdbStore, AnswersUnavailableWhenTheDiskFailsAndRecoversWithIt) {
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().message;
  Store& store = **opened;
  std::vector<std::string> acked;
  std::string refused;
  {
    FileSizeLimit limit(1 << 20);
    for (int i = 0; i < 10'000 && refused.empty(); ++i) {
      std::string key = "k" + std::to_string(i);
      auto result = store.commit(Transaction{}.put(key, std::string(5000, 'v')), key);
      if (result) {
        acked.push_back(key);
      } else {
        refused = key;
        EXPECT_EQ(result.error().code, Code::Unavailable);
        EXPECT_THAT(result.error().message, HasSubstr(path().string()));
      }
    }
    ASSERT_NE(refused, "");
    EXPECT_FALSE(store.health().writable);
    EXPECT_NE(store.health().trouble, "");
    EXPECT_FALSE(has(store, refused));
    EXPECT_EQ(store.snapshot()->revision(), static_cast<Revision>(acked.size()));
  }
  auto again = store.commit(Transaction{}.put(refused, "v"), refused);
  EXPECT_EQ(committed(again), static_cast<Revision>(acked.size()) + 1);
  EXPECT_FALSE(std::get<Committed>(*again).replayed);
  EXPECT_TRUE(store.health().writable);
  opened->reset();
  auto reopened = open();
  ASSERT_TRUE(reopened) << reopened.error().message;
  for (const std::string& key : acked) EXPECT_TRUE(has(**reopened, key)) << key;
  EXPECT_TRUE(has(**reopened, refused));
}

TEST_F(LmdbStore, TrimsItsLogAndStaysSmall) {
  LmdbSettings settings = small_settings(path());
  settings.log_revisions = 20;
  auto store = std::move(open_lmdb_store(settings, clock_).value());
  for (int i = 0; i < 1000; ++i) {
    std::string id = std::string(200, 'i') + std::to_string(i);
    clock_.advance(std::chrono::minutes(3));
    store->commit(Transaction{}.put("k", std::string(1000, 'v')), id).value();
  }
  EXPECT_LT(store->health().bytes, 400'000u);
}

TEST_F(LmdbStore, LendsMoreSnapshotsThanThreadsWithoutNewOnes) {
  auto store = open();
  ASSERT_TRUE(store);
  (*store)->commit(Transaction{}.put("a", "1")).value();
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<Snapshot>> held;
    for (int i = 0; i < 200; ++i) held.push_back((*store)->snapshot());
    (*store)->commit(Transaction{}.put("a", "2")).value();
    EXPECT_EQ(held.back()->get("a")->value, round == 0 ? "1" : "2");
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t) threads.emplace_back([&] { EXPECT_TRUE(has(**store, "a")); });
    for (std::thread& thread : threads) thread.join();
  }
}

// --- kill -9

void write_line(int fd, const std::string& line) {
  if (::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

// Never returns: three keys a transaction from three threads, an ack a line, until it is killed.
[[noreturn]] void run_victim(const std::filesystem::path& path, int acks, int round) {
  base::MovableClock clock;
  auto store = open_lmdb_store(small_settings(path), clock);
  if (!store) ::_exit(2);
  auto write_forever = [&](int thread) {
    for (int i = 0;; ++i) {
      std::string id =
          std::to_string(round) + "." + std::to_string(thread) + "." + std::to_string(i);
      std::string value = id + std::string(static_cast<std::size_t>(i * 37 % 3000), 'v');
      auto result = (*store)->commit(
          Transaction{}.put("a/" + id, value).put("b/" + id, value).put("c/" + id, value), id);
      if (committed(result) == 0) ::_exit(4);
      write_line(acks, id + "\n");
    }
  };
  std::thread one([&] { write_forever(1); }), two([&] { write_forever(2); });
  write_forever(0);
  ::_exit(0);
}

// What the victim acked before it was killed: after at least `least` acks and a moment more.
std::vector<std::string> run_and_kill(const std::filesystem::path& path, int round, int least,
                                      std::chrono::microseconds moment) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  pid_t victim = ::fork();  // no store is open here: an environment does not cross a fork
  if (victim == 0) run_victim(path, pipe_ends[1], round);
  ::close(pipe_ends[1]);
  std::string text;
  char buffer[4096];
  auto read_more = [&] {
    ssize_t size = ::read(pipe_ends[0], buffer, sizeof buffer);
    if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  };
  while (std::ranges::count(text, '\n') < least && read_more()) {
  }
  auto until = std::chrono::steady_clock::now() + moment;
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
  ::kill(victim, SIGKILL);
  while (read_more()) {
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(victim, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the victim ended by itself: " << WEXITSTATUS(status);
  std::vector<std::string> acked;
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) acked.push_back(line);
  return acked;
}

TEST_F(LmdbStore, LosesNoAckedTransactionAndTearsNoneWhenKilled) {
  std::mt19937 random(std::random_device{}());
  std::vector<std::string> acked;
  for (int round = 0; round < 25; ++round) {
    auto least = static_cast<int>(random() % 30);
    auto moment = std::chrono::microseconds(random() % 3000);
    for (std::string& id : run_and_kill(path(), round, least, moment)) {
      acked.push_back(std::move(id));
    }
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  auto snapshot = (*store)->snapshot();
  for (const std::string& id : acked) EXPECT_TRUE(snapshot->get("a/" + id)) << id;
  std::size_t whole = 0;
  for (const EntryView& a : snapshot->range("a/", "a0", 0).entries) {
    std::string id(a.key.substr(2));
    auto b = snapshot->get("b/" + id), c = snapshot->get("c/" + id);
    ASSERT_TRUE(b && c) << id;
    EXPECT_TRUE(a.value == b->value && a.value == c->value) << id;
    EXPECT_TRUE(a.modified == b->modified && a.modified == c->modified) << id;
    ++whole;
  }
  EXPECT_GE(whole, acked.size());
  EXPECT_EQ(snapshot->range("", "", 0).entries.size(), 3 * whole);
  EXPECT_EQ(snapshot->revision(), static_cast<Revision>(whole));
  RecordProperty("acked", static_cast<int>(acked.size()));
}

}  // namespace
}  // namespace jianmen::store
