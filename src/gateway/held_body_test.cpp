#include "gateway/held_body.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "net/run.hpp"

namespace jianmen::gateway {
namespace {

using State = http::BodySource::State;

// Pieces, then an end of whatever kind.
class Pieces final : public http::BodySource {
 public:
  Pieces(std::vector<std::string> pieces, State end) : pieces_(std::move(pieces)), end_(end) {}
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  net::Task<std::string_view> next() override {
    if (at_ == pieces_.size()) {
      state_ = end_;
      co_return std::string_view();
    }
    co_return pieces_[at_++];
  }
  State state() const override { return state_; }
  bool rewind() override { return false; }

 private:
  std::vector<std::string> pieces_;
  State end_;
  State state_ = State::Open;
  std::size_t at_ = 0;
};

std::vector<std::string> pieces_of(std::size_t count, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < count; ++i) {
    pieces.emplace_back(size, static_cast<char>('a' + i % 23));
  }
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string whole;
  for (const auto& piece : pieces) whole += piece;
  return whole;
}

net::Task<std::string> read_all(http::BodySource& body) {
  std::string whole;
  while (true) {
    const auto piece = co_await body.next();
    if (piece.empty()) break;
    whole += piece;
  }
  EXPECT_EQ(body.state(), State::Complete);
  co_return whole;
}

class HeldBodyTest : public ::testing::Test {
 protected:
  net::BlockingPool pool_{1};
  Spool spool_{&pool_, std::filesystem::temp_directory_path()};
  std::uint64_t spooled_ = 0;
};

net::Task<void> check_kept(const Spool& spool, std::uint64_t& spooled,
                           const std::vector<std::string>& pieces) {
  const std::string whole = joined(pieces);
  const bool small = whole.size() < HeldBody::kInMemory;
  {
    HeldBody body(crypto::Hash::Sha256, spool, spooled, 100'000'000);
    Pieces source(pieces, State::Complete);
    EXPECT_EQ(co_await body.take(source), State::Complete);
    EXPECT_EQ(body.digest(), crypto::hex_digest(crypto::Hash::Sha256, whole));
    EXPECT_EQ(body.length(), whole.size());
    EXPECT_EQ(body.in_memory(), small);
    EXPECT_EQ(spooled, small ? 0 : whole.size());
    EXPECT_EQ(small ? body.memory() : whole, whole);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await read_all(body), whole);
      EXPECT_TRUE(body.rewind());
    }
  }
  EXPECT_EQ(spooled, 0U);
}

TEST_F(HeldBodyTest, KeepsWhatCameAndItsHash) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 50U}) {
    net::run(check_kept(spool_, spooled_, pieces_of(count, 65'536)));
  }
  net::run(check_kept(spool_, spooled_, pieces_of(3, 1'000'001)));
}

TEST_F(HeldBodyTest, LeavesNoNameBehind) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("jianmen-held-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const Spool spool{&pool_, folder};
  HeldBody body(crypto::Hash::Sm3, spool, spooled_, 100'000'000);
  Pieces source(pieces_of(40, 65'536), State::Complete);
  EXPECT_EQ(net::run(body.take(source)), State::Complete);
  EXPECT_FALSE(body.in_memory());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

TEST_F(HeldBodyTest, TellsWhyThereIsNone) {
  for (const State end : {State::Gone, State::TooSlow, State::Malformed, State::TooLarge}) {
    HeldBody body(crypto::Hash::Sha256, spool_, spooled_, 100'000'000);
    Pieces source(pieces_of(20, 65'536), end);
    EXPECT_EQ(net::run(body.take(source)), end);
  }
  EXPECT_EQ(spooled_, 0U);
}

TEST_F(HeldBodyTest, TakesNoMoreIntoFilesThanAllowed) {
  HeldBody first(crypto::Hash::Sha256, spool_, spooled_, 3'000'000);
  Pieces two(pieces_of(2, 1'000'000), State::Complete);
  EXPECT_EQ(net::run(first.take(two)), State::Complete);
  HeldBody second(crypto::Hash::Sha256, spool_, spooled_, 3'000'000);
  Pieces again(pieces_of(2, 1'000'000), State::Complete);
  EXPECT_EQ(net::run(second.take(again)), State::NoRoom);
  EXPECT_EQ(spooled_, 2'000'000U);
}

TEST_F(HeldBodyTest, FailsWithoutAPlaceForFiles) {
  const Spool nowhere{&pool_, "/nonexistent"};
  HeldBody body(crypto::Hash::Sha256, nowhere, spooled_, 100'000'000);
  Pieces source(pieces_of(20, 65'536), State::Complete);
  EXPECT_EQ(net::run(body.take(source)), State::Failed);
}

}  // namespace
}  // namespace jianmen::gateway
