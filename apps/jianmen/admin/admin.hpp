#pragma once
// `jianmen admin …`: one function a group of subcommands. Each talks to the administration socket
// of a running server.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin_client.hpp"
#include "commands.hpp"

namespace jianmen::app::admin {

void add_init(CLI::App& admin, Common& common);
void add_directory(CLI::App& admin, Common& common);    // account, user, group, project
void add_permissions(CLI::App& admin, Common& common);  // key, grant, policy
void add_clock(CLI::App& admin, Common& common);
void add_fault(CLI::App& admin, Common& common);
void add_journal(CLI::App& admin, Common& common);
void add_whole(CLI::App& admin, Common& common);  // reset, export, import, ca

// The answer of a call for people (by `show`) or programs; errors are reported.
using Show = std::function<void(const base::json::value&)>;
void ask(Common& common, std::string_view method, const std::string& path,
         const base::json::value& body, const Show& show);

// A noun with its list, show and delete; `path` is its collection's. Other verbs are added to what
// comes back.
struct Noun {
  std::string name, path, help;
  std::vector<std::string_view> columns;
  bool of_account = true;  // has --account
};
CLI::App* add_noun(CLI::App& admin, Common& common, const Noun& noun);

// One verb of a noun, with --json, --lang, --socket, an example and, if asked for, --account.
struct Verb {
  CLI::App* command = nullptr;
  std::shared_ptr<std::string> account = std::make_shared<std::string>();
};
Verb add_verb(CLI::App& noun, Common& common, const std::string& name, const std::string& help,
              const std::string& example, bool of_account);
std::string with_account(const std::string& path, const std::string& account);  // as its query

// Shows: the members, or a table of the rows.
Show fields();
Show table(std::vector<std::string_view> columns);

}  // namespace jianmen::app::admin
