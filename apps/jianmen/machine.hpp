#pragma once
// What the machine, or the container, allows this process, and the settings that fit in it: who
// comes on top is refused before anything runs out.

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "http/server_settings.hpp"

namespace jianmen::app {

struct Machine {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
  std::size_t descriptors = kUnlimited;  // the limit of open files
  std::size_t memory = kUnlimited;       // bytes: the machine's, or less if a cgroup says so
};

// Raises this process's limit of open files as far as it may.
Machine look_at_machine();

// The least memory.max (or high) of a cgroup of version 2 and those above it; `own` is what
// /proc/self/cgroup says ("0::/a/b"), `root` where the tree is mounted.
std::size_t cgroup_memory(std::string_view own, const std::string& root);

// Lowers connections to the descriptors that are left beside the program's own (with upstreams one
// may need two), and to a quarter of the memory at 64 KiB each, a head of the usual largest size;
// bodies in memory to half of the memory for all workers together. Never raises. What was lowered,
// for the log; empty: nothing.
std::string fit(http::ServerSettings& settings, const Machine& machine, unsigned workers,
                bool with_upstreams);

}  // namespace jianmen::app
