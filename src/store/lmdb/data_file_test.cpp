#include "store/lmdb/data_file.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "store/lmdb/environment.hpp"
#include "store/store_test_forms.hpp"

namespace jianmen::store::lmdb {
namespace {

// A data file with a tree of three levels and large values, whose last pages were taken and given
// back by the transaction that ends it, so that it is shorter than LMDB counts.
void make_short_file(const std::filesystem::path& directory) {
  auto environment = Environment::open(small_settings(directory));
  ASSERT_TRUE(environment) << environment.error().message;
  MDB_dbi data = (*environment)->databases().data;
  auto put = [&](const WriteTransaction& txn, const std::string& key, std::size_t size) {
    std::string bytes(size, 'v');
    MDB_val at = to_val(key), value = to_val(bytes);
    ASSERT_EQ(mdb_put(txn.handle(), data, &at, &value, 0), MDB_SUCCESS);
  };
  auto fill = WriteTransaction::begin(**environment);
  for (int i = 0; i < 2000; ++i) {
    put(*fill, std::string(300, 'k') + std::to_string(i), i % 10 == 0 ? 9000 : 100);
  }
  ASSERT_TRUE(fill->commit());
  for (int i = 0; i < 3;
       ++i) {  // pages that are free, from which LMDB takes: it keeps a list of such then
    auto txn = WriteTransaction::begin(**environment);
    MDB_val key = to_val("large");
    put(*txn, "large", 400'000);
    int rc = i > 0 ? mdb_del(txn->handle(), data, &key, nullptr) : MDB_SUCCESS;
    ASSERT_EQ(rc, MDB_SUCCESS);
    ASSERT_TRUE(txn->commit());
  }
  auto last = WriteTransaction::begin(**environment);
  MDB_val key = to_val("large");
  put(*last, "small", 10);
  put(*last, "large", 4'000'000);
  ASSERT_EQ(mdb_del(last->handle(), data, &key, nullptr), MDB_SUCCESS);
  ASSERT_TRUE(last->commit());
  ASSERT_LT((*environment)->file_bytes(), (*environment)->high_water());
}

TEST(DataFile, MissesNothingWhenItsLastPagesWereNeverWritten) {
  TemporaryDirectory directory;
  make_short_file(directory.path());
  EXPECT_TRUE(holds_all_pages(directory.path() / "data.mdb"));
  EXPECT_TRUE(Environment::open(small_settings(directory.path())));
}

TEST(DataFile, MissesAPageThatWasCutOff) {
  TemporaryDirectory directory;
  make_short_file(directory.path());
  std::filesystem::path file = directory.path() / "data.mdb";
  std::uintmax_t pages = std::filesystem::file_size(file) / 4096;
  for (std::uintmax_t left : {pages - 1, pages - 2, pages / 2, std::uintmax_t{3}}) {
    std::filesystem::resize_file(file, left * 4096);
    EXPECT_FALSE(holds_all_pages(file)) << left << " of " << pages;
  }
}

TEST(DataFile, SurvivesAnyByteThatIsWrong) {
  TemporaryDirectory directory;
  make_short_file(directory.path());
  std::filesystem::path file = directory.path() / "data.mdb";
  std::string whole(std::istreambuf_iterator<char>(std::ifstream(file).rdbuf()), {});
  std::fstream damaged(file, std::ios::binary | std::ios::in | std::ios::out);
  std::vector<std::size_t> places;  // all of what the meta pages say, then here and there
  for (std::size_t at = 0; at < 160; at += 3) places.insert(places.end(), {at, 4096 + at});
  for (std::size_t at = 8192; at < whole.size(); at += 10'007) places.push_back(at);
  for (std::size_t at : places) {
    std::string before = whole.substr(at, 4), after = before;
    for (char& byte : after) byte ^= '\xa5';
    damaged.seekp(static_cast<std::streamoff>(at)).write(after.data(), std::ssize(after)).flush();
    holds_all_pages(file);  // true or false: it returns
    damaged.seekp(static_cast<std::streamoff>(at)).write(before.data(), std::ssize(before));
  }
  damaged.flush();
  EXPECT_TRUE(holds_all_pages(file));
}

TEST(DataFile, LeavesToLmdbWhatIsNotLmdbs) {
  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "data.mdb";
  EXPECT_TRUE(holds_all_pages(file));
  for (const std::string& bytes : {std::string(), std::string("x"), std::string(9000, 'x')}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_TRUE(holds_all_pages(file));
  }
}

}  // namespace
}  // namespace jianmen::store::lmdb
