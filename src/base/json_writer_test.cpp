#include "base/json_writer.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace jianmen::base {
namespace {

std::string written(std::string_view text) {
  JsonWriter json(1);
  json.text(text);
  return json.finish();
}

TEST(JsonWriter, TextIsEscapedAsTheLibraryDoes) {
  const std::string around[] = {"", "a", "abcdefg", "abcdefgh", "0123456789abcdef"};
  for (int c = 0; c < 256; ++c) {
    for (const auto& before : around) {
      for (const auto& behind : around) {
        const auto text = before + static_cast<char>(c) + behind;
        EXPECT_EQ(written(text), to_text(json::value(text))) << c;
      }
    }
  }
  const std::string once(3000, 'x'), often(3000, '"');
  EXPECT_EQ(written(once), to_text(json::value(once)));
  EXPECT_EQ(written(often), to_text(json::value(often)));
  EXPECT_EQ(written("天门\u0000x"), to_text(json::value("天门\u0000x")));
}

TEST(JsonWriter, AMemberIsAKeyAndItsText) {
  for (const std::string value : {"", "plain", "a \"quoted\" one", "line\nend", "天门"}) {
    JsonWriter json(16);
    json.begin_object();
    json.member("first", value);
    json.member("second", value);
    json.end_object();
    EXPECT_EQ(json.finish(), to_text(json::object{{"first", value}, {"second", value}}));
  }
}

TEST(JsonWriter, CommasStandBetweenValuesAndNowhereElse) {
  JsonWriter json(8);
  json.begin_object();
  json.key("empty");
  json.begin_array();
  json.end_array();
  json.key("items");
  json.begin_array();
  for (int i = 0; i < 2; ++i) {
    json.begin_object();
    json.member("yes", true);
    json.key("no");
    json.boolean(false);
    json.key("none");
    json.null();
    json.end_object();
  }
  json.number(-1);
  json.number(std::numeric_limits<std::int64_t>::min());
  json.end_array();
  json.key("pieces");
  const std::string_view pieces[] = {"http://", "host", "/\""};
  json.text(pieces);
  json.end_object();
  EXPECT_EQ(
      json.finish(),
      R"({"empty":[],"items":[{"yes":true,"no":false,"none":null},)"
      R"({"yes":true,"no":false,"none":null},-1,-9223372036854775808],"pieces":"http://host/\""})");
}

}  // namespace
}  // namespace jianmen::base
