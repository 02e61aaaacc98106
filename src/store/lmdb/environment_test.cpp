#include "store/lmdb/environment.hpp"

#include <atomic>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/lmdb/readers.hpp"
#include "store/lmdb/snapshot.hpp"
#include "store/store_test_forms.hpp"

namespace jianmen::store::lmdb {
namespace {

using testing::HasSubstr;

// An LMDB tool of the operator's, in its own process: once told to, it begins to read and says so.
[[noreturn]] void read_forever(const std::filesystem::path& path, int told, int says) {
  char byte = 0;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  bool reading = ::read(told, &byte, 1) == 1 && mdb_env_create(&env) == MDB_SUCCESS &&
                 mdb_env_open(env, path.c_str(), 0, 0600) == MDB_SUCCESS &&
                 mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == MDB_SUCCESS;
  if (!reading || ::write(says, "r", 1) != 1) ::_exit(1);
  while (true) ::pause();
}

TEST(Environment, ClearsTheReaderOfAProcessThatWasKilled) {
  TemporaryDirectory directory;
  int tell[2], say[2];
  ASSERT_EQ(::pipe(tell), 0);
  ASSERT_EQ(::pipe(say), 0);
  pid_t tool = ::fork();  // before the environment is opened: it does not cross a fork
  if (tool == 0) read_forever(directory.path(), tell[0], say[1]);
  ::close(say[1]);

  auto environment = Environment::open(small_settings(directory.path()));
  ASSERT_TRUE(environment) << environment.error().message;
  char byte = 0;
  ASSERT_EQ(::write(tell[1], "g", 1), 1);
  ASSERT_EQ(::read(say[0], &byte, 1), 1);
  EXPECT_EQ((*environment)->clear_dead_readers(), 0);
  ::kill(tool, SIGKILL);
  ::waitpid(tool, nullptr, 0);
  EXPECT_EQ((*environment)->clear_dead_readers(), 1);
  EXPECT_EQ((*environment)->clear_dead_readers(), 0);
  for (int fd : {tell[0], tell[1], say[0]}) ::close(fd);
}

TEST(Environment, RefusesAnLmdbFileOfAnotherProgram) {
  TemporaryDirectory directory;
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  ASSERT_EQ(mdb_env_create(&env), MDB_SUCCESS);
  ASSERT_EQ(mdb_env_open(env, directory.path().c_str(), 0, 0600), MDB_SUCCESS);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), MDB_SUCCESS);
  ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), MDB_SUCCESS);
  MDB_val key = to_val("meta"), value = to_val("not a database");
  ASSERT_EQ(mdb_put(txn, dbi, &key, &value, 0), MDB_SUCCESS);
  ASSERT_EQ(mdb_txn_commit(txn), MDB_SUCCESS);
  mdb_env_close(env);
  auto environment = Environment::open(small_settings(directory.path()));
  ASSERT_FALSE(environment);
  EXPECT_THAT(environment.error().message, HasSubstr("made by another program"));
}

TEST(Environment, RefusesAStoreOfAnotherSchema) {
  TemporaryDirectory directory;
  {
    auto environment = Environment::open(small_settings(directory.path()));
    ASSERT_TRUE(environment) << environment.error().message;
    auto txn = WriteTransaction::begin(**environment);
    ASSERT_TRUE(txn);
    MDB_val key = to_val("schema"), value = to_val("jianmen store 999");
    ASSERT_EQ(mdb_put(txn->handle(), (*environment)->databases().meta, &key, &value, 0), 0);
    ASSERT_TRUE(txn->commit());
  }
  auto environment = Environment::open(small_settings(directory.path()));
  ASSERT_FALSE(environment);
  EXPECT_THAT(environment.error().message, HasSubstr("another version of this program"));
}

TEST(Readers, WaitForASlotWhenAllAreInUse) {
  TemporaryDirectory directory;
  auto environment = Environment::open(small_settings(directory.path()));
  ASSERT_TRUE(environment) << environment.error().message;
  Readers readers(**environment);
  std::vector<std::unique_ptr<LmdbSnapshot>> held;
  for (int i = 0; i < 4096; ++i) held.push_back(std::make_unique<LmdbSnapshot>(readers));
  std::atomic<int> got{0};
  std::vector<std::thread> waiting;
  for (int t = 0; t < 3; ++t) {
    waiting.emplace_back([&] {
      LmdbSnapshot snapshot(readers);
      if (snapshot.revision() == 0) ++got;
    });
  }
  held.resize(4090);
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(got, 3);
}

}  // namespace
}  // namespace jianmen::store::lmdb
