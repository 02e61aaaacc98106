#include "machine.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace jianmen::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMebi = 1024 * 1024;

std::size_t connections(const Machine& machine, bool with_upstreams) {
  http::ServerSettings settings;
  settings.max_connections = Machine::kUnlimited;
  fit(settings, machine, 2, with_upstreams);
  return settings.max_connections;
}

TEST(Machine, DescriptorsLeaveRoomForTheProgramItself) {
  EXPECT_EQ(connections({.descriptors = 65'536}, false), 65'280U);
  EXPECT_EQ(connections({.descriptors = 65'536}, true), 32'640U);
  EXPECT_EQ(connections({.descriptors = 1'024}, false), 768U);
  EXPECT_EQ(connections({.descriptors = 256}, false), 128U);
  EXPECT_EQ(connections({.descriptors = 0}, true), 1U);
}

TEST(Machine, MemoryBoundsConnectionsAndBodies) {
  http::ServerSettings settings;
  const Machine small{.memory = 512 * kMebi};
  EXPECT_EQ(fit(settings, small, 2, false),
            "connections=2048 instead_of=20000 buffered=134217728 instead_of=536870912");
  EXPECT_EQ(settings.max_connections, 2'048U);
  EXPECT_EQ(settings.max_buffered, 128 * kMebi);
  EXPECT_EQ(fit(settings, small, 2, false), "") << "it fits now";
}

TEST(Machine, OneLargestBodyFitsHoweverSmallItIs) {
  http::ServerSettings settings;
  fit(settings, {.memory = 16 * kMebi}, 8, false);
  EXPECT_EQ(settings.max_buffered, settings.limits.body);
}

TEST(Machine, WhatFitsStaysAsItWasConfigured) {
  http::ServerSettings settings;
  settings.max_connections = 3;
  EXPECT_EQ(fit(settings, {.descriptors = 1'000'000, .memory = 64'000 * kMebi}, 2, true), "");
  EXPECT_EQ(settings.max_connections, 3U);
  EXPECT_EQ(settings.max_buffered, 512 * kMebi);
}

TEST(Machine, ACgroupMayBeBoundByOneAbove) {
  char name[] = "/tmp/jianmen-cgroup-XXXXXX";
  const fs::path root = ::mkdtemp(name);
  fs::create_directories(root / "a" / "b");
  const auto write = [&](const fs::path& file, std::string_view text) {
    std::ofstream(root / file) << text << "\n";
  };
  EXPECT_EQ(cgroup_memory("0::/a/b", root), Machine::kUnlimited);
  write("a/b/memory.max", "max");
  EXPECT_EQ(cgroup_memory("0::/a/b", root), Machine::kUnlimited);
  write("a/memory.max", "2000");
  EXPECT_EQ(cgroup_memory("0::/a/b", root), 2'000U);
  write("a/b/memory.high", "1500");
  EXPECT_EQ(cgroup_memory("0::/a/b", root), 1'500U);
  write("memory.max", "1000");
  EXPECT_EQ(cgroup_memory("0::/a/b", root), 1'000U);
  EXPECT_EQ(cgroup_memory("0::/", root), 1'000U);
  EXPECT_EQ(cgroup_memory("12:memory:/a", root), Machine::kUnlimited) << "version 1";
  fs::remove_all(root);
}

TEST(Machine, ThisOneHasSome) {
  const Machine machine = look_at_machine();
  EXPECT_GT(machine.descriptors, 0U);
  EXPECT_GT(machine.memory, kMebi);
}

}  // namespace
}  // namespace jianmen::app
