#pragma once
// One file a subcommand; each adds its options to the command line and sets the exit status when it
// ran: 0 done, 1 refused or fell short, 2 wrong usage, 3 no server reached.

#include <CLI/CLI.hpp>

namespace jianmen::app {

enum class Exit : int { Done = 0, Refused = 1, Usage = 2, NoServer = 3 };

// What every subcommand knows.
struct Common {
  bool json = false;     // --json: for programs
  std::string language;  // --lang en|zh-CN; empty: from LANG
  std::string socket;    // --socket PATH; empty: the default place
  Exit exit = Exit::Done;
};

void add_serve(CLI::App& app, Common& common);
void add_explain(CLI::App& app, Common& common);
void add_doctor(CLI::App& app, Common& common);
void add_run(CLI::App& app, Common& common);
void add_call(CLI::App& app, Common& common);
void add_sign(CLI::App& app, Common& common);
void add_endpoints(CLI::App& app, Common& common);
void add_admin(CLI::App& app, Common& common);
void add_check(CLI::App& app, Common& common);

// --json, --lang, --socket, the same everywhere.
void add_common_options(CLI::App& command, Common& common);

}  // namespace jianmen::app
