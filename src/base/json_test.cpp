#include "base/json.hpp"

#include <string>

#include <gmock/gmock.h>

namespace jianmen::base {
namespace {

using testing::HasSubstr;

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, TakesEveryKindOfValue) {
  for (const auto* text : {"null", "true", "0", "-1", "1.5e3", "\"x\"", "[]", "{}",
                           " [1, {\"a\":[]}]\n", "\"\\u4e2d\\ud83d\\udd11\"", "\"中\""}) {
    EXPECT_TRUE(parse_json(text)) << text;
  }
  EXPECT_TRUE(parse_json(nested(32)));
}

TEST(ParseJson, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      " ",
                                      "nul",
                                      "01",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "'a'",
                                      "[1] x",
                                      "[1][2]",
                                      "\"\n\"",
                                      "\"\\x\"",
                                      "\"\\ud800\"",
                                      "\"\xff\"",
                                      "\"\xed\xa0\x80\"",
                                      "[1",
                                      "{\"a\"",
                                      "\"a",
                                      "NaN",
                                      "Infinity",
                                      "// c\n1",
                                      "\xef\xbb\xbf{}",
                                      "\"\\u00zz\""}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_FALSE(parse_json(std::string_view("1\0", 2)));
  EXPECT_FALSE(parse_json(nested(33)));
  EXPECT_FALSE(parse_json(std::string(1 << 20, '[')));
}

TEST(ParseJson, TellsWhereTheTextIsWrong) {
  struct Row {
    std::string_view text, where;
  };
  for (const auto& row : {Row{"{\n  \"a\": 1,\n  b\n}", "line 3, column 3"},
                          Row{"x", "line 1, column 1"}, Row{"[1] x", "line 1, column 5"},
                          Row{"[1,\n", "line 2, column 1"}, Row{"", "line 1, column 1"}}) {
    const auto parsed = parse_json(row.text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Code::InvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(row.where)) << row.text;
  }
}

TEST(ParseJson, KeepsTheDigitsOfLargeNumbers) {
  const auto parsed = parse_json("[9007199254740993,-9223372036854775808,18446744073709551615]");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_text(*parsed), "[9007199254740993,-9223372036854775808,18446744073709551615]");
}

TEST(ToText, KeepsTheOrderOfKeys) {
  const auto parsed = parse_json(R"({"z":1, "a":{"y":[],"b":null}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_text(*parsed), R"({"z":1,"a":{"y":[],"b":null}})");
}

TEST(ToText, IndentsByTwoForPeople) {
  const auto parsed = parse_json(R"({"z\n":1,"a":{"y":[],"b":[true,"x"]},"e":{}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_pretty_text(*parsed), R"({
  "z\n": 1,
  "a": {
    "y": [],
    "b": [
      true,
      "x"
    ]
  },
  "e": {}
})");
}

TEST(Find, GivesNothingForOtherTypesAbsentKeysAndNoObjects) {
  const auto parsed = parse_json(
      R"({"o":{},"a":[],"s":"x","i":7,"b":true,"d":1.0,"big":18446744073709551615,"n":null})");
  ASSERT_TRUE(parsed);
  const json::value& value = *parsed;
  EXPECT_NE(find(value, "n"), nullptr);
  EXPECT_EQ(find(value, "absent"), nullptr);
  const json::value number(7), null(nullptr);
  EXPECT_EQ(find(number, "o"), nullptr);
  EXPECT_EQ(find(null, "o"), nullptr);
  EXPECT_NE(find_object(value, "o"), nullptr);
  EXPECT_EQ(find_object(value, "a"), nullptr);
  EXPECT_NE(find_array(value, "a"), nullptr);
  EXPECT_EQ(find_array(value, "o"), nullptr);
  EXPECT_EQ(find_string(value, "s"), "x");
  EXPECT_EQ(find_string(value, "i"), std::nullopt);
  EXPECT_EQ(find_int(value, "i"), 7);
  EXPECT_EQ(find_int(value, "d"), std::nullopt);
  EXPECT_EQ(find_int(value, "big"), std::nullopt);
  EXPECT_EQ(find_int(json::value{{"u", 7U}}, "u"), 7);
  EXPECT_EQ(find_bool(value, "b"), true);
  EXPECT_EQ(find_bool(value, "i"), std::nullopt);
  EXPECT_EQ(string_or(value, "s", "y"), "x");
  EXPECT_EQ(string_or(value, "i", "y"), "y");
}

}  // namespace
}  // namespace jianmen::base
