#include "base/secret.hpp"

#include <ostream>
#include <type_traits>

#include <gtest/gtest.h>

namespace jianmen::base {
namespace {

template <class T>
concept Prints = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, NeitherPrintsNorTurnsIntoText) {
  static_assert(!Prints<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
}

TEST(Secret, CopiesAndMovesAndLeavesNothingBehind) {
  for (const std::string& text : {std::string("short"), std::string(200, 'x')}) {
    Secret first(text);
    Secret copy = first;
    EXPECT_EQ(copy.reveal(), text);
    Secret moved = std::move(first);
    EXPECT_EQ(moved.reveal(), text);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    copy = Secret("other");
    EXPECT_EQ(copy.reveal(), "other");
    moved = copy;
    EXPECT_EQ(moved.reveal(), "other");
    const Secret& self = moved;
    moved = self;
    EXPECT_EQ(moved.reveal(), "other");
  }
}

}  // namespace
}  // namespace jianmen::base
