#include "base/log.hpp"

#include <string>

#include <gmock/gmock.h>

namespace jianmen::base::log {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

// Runs `act` at `level` and gives what came out on standard error.
template <class Act>
std::string logged(Level level, Act act) {
  set_level(level);
  testing::internal::CaptureStderr();
  act();
  flush();
  std::string text = testing::internal::GetCapturedStderr();
  set_level(Level::Info);
  return text;
}

TEST(Log, WritesOneLineWithTimeAndLevel) {
  EXPECT_THAT(logged(Level::Info, [] { info("event=started"); }),
              MatchesRegex("time=....-..-..T..:..:......Z level=info event=started\n"));
}

TEST(Log, KeepsQuietBelowItsLevel) {
  EXPECT_EQ(logged(Level::Warning, [] { info("a=1"); }), "");
  EXPECT_NE(logged(Level::Warning, [] { warning("a=1"); }), "");
  EXPECT_NE(logged(Level::Debug, [] { debug("a=1"); }), "");
  EXPECT_EQ(logged(Level::Off, [] { error("a=1"); }), "");
  EXPECT_EQ(logged(Level::Debug, [] { write(Level::Off, "a=1"); }), "");
}

TEST(Log, ForgesNoLineAndDrivesNoTerminal) {
  EXPECT_THAT(logged(Level::Info, [] { info("path=/\nlevel=error \x1b[2J {} %v"); }),
              EndsWith("level=info path=/\\nlevel=error \\x1b[2J {} %v\n"));
}

}  // namespace
}  // namespace jianmen::base::log
