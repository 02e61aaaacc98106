#include "table.hpp"

#include <gtest/gtest.h>

namespace jianmen::app {
namespace {

namespace json = base::json;

TEST(ToTable, ColumnsAreAsWideAsTheyNeedAndNothingIsADash) {
  const json::array rows{
      json::object{{"name", "a"}, {"groups", json::array{"x", "y"}}, {"on", true}},
      json::object{{"name", "longer"}, {"groups", json::array{}}, {"on", nullptr}}};
  EXPECT_EQ(to_table(rows, {"name", "groups", "on"}),
            "NAME    GROUPS  ON\n"
            "a       x,y     true\n"
            "longer  -       -\n");
}

TEST(ToTable, WideCharactersTakeTwoColumns) {
  const json::array rows{json::object{{"a", "北京"}, {"b", 1}}, json::object{{"a", "x"}, {"b", 2}}};
  EXPECT_EQ(to_table(rows, {"a", "b"}), "A     B\n北京  1\nx     2\n");
}

TEST(ToTable, ControlCharactersDoNotReachTheTerminal) {
  const json::array rows{json::object{{"a", "\x1b[2Jx\n"}}};
  EXPECT_EQ(to_table(rows, {"a"}).find('\x1b'), std::string::npos);
}

TEST(ToFields, OneLineAMember) {
  EXPECT_EQ(to_fields({{"name", "a"}, {"enabled", false}}), "name     a\nenabled  false\n");
}

}  // namespace
}  // namespace jianmen::app
