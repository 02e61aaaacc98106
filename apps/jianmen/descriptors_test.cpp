#include "descriptors.hpp"

#include <gtest/gtest.h>

namespace jianmen::app {
namespace {

TEST(Descriptors, LeaveRoomForTheProgramItself) {
  EXPECT_EQ(connections_for(65'536, false), 65'280U);
  EXPECT_EQ(connections_for(65'536, true), 32'640U);
  EXPECT_EQ(connections_for(1'024, false), 768U);
  EXPECT_EQ(connections_for(256, false), 128U);
  EXPECT_EQ(connections_for(0, true), 1U);
}

TEST(Descriptors, OnlyEverLowerWhatWasConfigured) {
  http::ServerSettings settings;
  settings.max_connections = 3;
  fit_to_descriptors(settings, true);
  EXPECT_EQ(settings.max_connections, 3U);
  settings.max_connections = std::size_t{1} << 60;
  fit_to_descriptors(settings, false);
  EXPECT_LE(settings.max_connections, std::size_t{1} << 60);
}

}  // namespace
}  // namespace jianmen::app
