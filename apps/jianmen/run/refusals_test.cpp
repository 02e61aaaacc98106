#include "run/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jianmen::app::run {

namespace {

using diagnose::Language;
using testing::HasSubstr;
using testing::Not;

base::json::value refused(std::string_view path, std::string_view title) {
  return base::json::object{
      {"request", base::json::object{{"method", "GET"}, {"host", "h"}, {"path", path}}},
      {"answer", base::json::object{{"status", 403}, {"code", "Ecs.0110"}}},
      {"cause", base::json::object{{"id", "permission.no_group"}, {"title", title}}},
      {"why", "because"},
      {"fix", base::json::array{"grant it", "or not"}}};
}

TEST(RefusalTable, NamesCallCauseAndFix) {
  const auto text = to_table({refused("/v1", "No group")}, Language::English);
  EXPECT_THAT(text, HasSubstr("1 call was refused"));
  EXPECT_THAT(text, HasSubstr("GET h/v1  403 Ecs.0110"));
  EXPECT_THAT(text, HasSubstr("cause  No group"));
  EXPECT_THAT(text, HasSubstr("fix    grant it"));
  EXPECT_THAT(text, Not(HasSubstr("or not")));
}

TEST(RefusalTable, CountsTheSameCallOnce) {
  const auto text =
      to_table({refused("/a", "t"), refused("/a", "t"), refused("/b", "t")}, Language::English);
  EXPECT_THAT(text, HasSubstr("3 calls were refused"));
  EXPECT_THAT(text, HasSubstr("(2 times)"));
  EXPECT_THAT(text, Not(HasSubstr("  3  ")));
}

TEST(RefusalTable, SaysWhenNothingWasRefused) {
  EXPECT_THAT(to_table({}, Language::English), HasSubstr("no call was refused"));
  EXPECT_THAT(to_table({}, Language::Chinese), HasSubstr("没有请求被拒绝"));
}

TEST(RefusalTable, LetsNothingDriveTheTerminal) {
  const auto text = to_table({refused("/\x1b[2J\n", "t\x1b]0;x\x07")}, Language::English);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(RefusalTable, HoldsOutEmptyAndOddExplanations) {
  EXPECT_THAT(to_table({base::json::object{}, nullptr, 3, "x"}, Language::English),
              HasSubstr("4 calls were refused"));
}

}  // namespace

}  // namespace jianmen::app::run
