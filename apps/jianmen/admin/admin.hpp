#pragma once
// `jianmen admin …`: one function a group of subcommands. Each talks to the administration socket
// of a running server.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin_client.hpp"
#include "commands.hpp"

namespace jianmen::app::admin {

void add_clock(CLI::App& admin, Common& common);
void add_journal(CLI::App& admin, Common& common);
void add_whole(CLI::App& admin, Common& common);  // reset, export, import, ca

// The answer of a call for people (by `show`) or programs; errors are reported.
using Show = std::function<void(const base::json::value&)>;
void ask(Common& common, std::string_view method, const std::string& path,
         const base::json::value& body, const Show& show);

// Shows: the members, or a table of the rows.
Show fields();
Show table(std::vector<std::string_view> columns);

}  // namespace jianmen::app::admin
