#pragma once
// `jianmen doctor --live`: tests the way to an endpoint (diagnose/live) with this process's own
// environment and files.

#include <memory>
#include <string>

#include "commands.hpp"

namespace jianmen::app {

struct LiveOptions {
  bool live = false;
  std::string endpoint, try_call, region, ca, timeout = "10s";
};

// --live, which it returns, and what belongs to it.
CLI::Option* add_live_options(CLI::App& command, const std::shared_ptr<LiveOptions>& options);

// Prints the report; the exit status is 0 all well, 1 something broke, 2 wrong usage, 3 nothing
// reached.
Exit doctor_live(const LiveOptions& options, const Common& common);

}  // namespace jianmen::app
