#include "identity/ids.hpp"

#include <string>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace jianmen::identity {
namespace {

TEST(Ids, AreWellFormedOnlyWithoutAnythingThatAKeyOrUrlCouldMisread) {
  for (const std::string& text :
       {std::string("a"), std::string("0605767b5780d5762fc5c00c3cf5a1b2"),
        std::string("ABC-def_019"), std::string("-"), std::string(64, 'x')}) {
    EXPECT_TRUE(is_well_formed_id(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a/b"),
        std::string(".."), std::string("a%2fb"), std::string("a\n"), std::string("a\0b", 3),
        std::string("a:b"), std::string("ä"), std::string("a\x7f"), std::string("a\xff"),
        std::string("@["), std::string("`{")}) {
    EXPECT_FALSE(is_well_formed_id(text)) << text;
  }
}

TEST(Ids, OfDifferentKindsDoNotMix) {
  static_assert(!std::is_convertible_v<UserId, GroupId>);
  static_assert(!std::is_constructible_v<UserId, GroupId>);
  static_assert(!std::is_convertible_v<std::string, UserId>);
  const std::unordered_set<UserId> users = {UserId("a"), UserId("b"), UserId("a")};
  EXPECT_EQ(users.size(), 2U);
  EXPECT_LT(UserId("a"), UserId("b"));
  EXPECT_TRUE(UserId().empty());
}

}  // namespace
}  // namespace jianmen::identity
