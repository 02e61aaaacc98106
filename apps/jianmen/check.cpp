#include <algorithm>
#include <iostream>

#include "admin_client.hpp"
#include "base/encoding.hpp"
#include "config.hpp"
#include "config_keys.hpp"
#include "directory/fixture.hpp"
#include "file_position.hpp"
#include "fixture_file.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;

struct CheckOptions {
  std::string file, kind;
  bool documentation = false;
};

// A fixture has lists of things; a configuration has none of these names.
bool is_fixture(const json::value& document) {
  const auto* object = document.if_object();
  if (!object) return false;
  for (const auto name : {"accounts", "projects", "users", "groups", "grants", "policies", "keys",
                          "agencies", "servers", "tags"}) {
    if (object->contains(name)) return true;
  }
  return false;
}

std::vector<std::string> check_config(const std::string& file) {
  auto config = load_config(file);
  std::vector<std::string> mistakes;
  if (config) return mistakes;
  for (const auto line : base::split(config.error().message, '\n')) mistakes.emplace_back(line);
  return mistakes;
}

base::Result<std::vector<std::string>> check_fixture(const std::string& file,
                                                     const json::value& document) {
  auto catalog = catalog::Catalog::create();
  if (!catalog) return error_of(catalog);
  const FilePositions positions(file);
  std::vector<std::pair<FilePosition, std::string>> found;
  for (const auto& mistake : directory::check_fixture(document, **catalog)) {
    found.emplace_back(positions.find(mistake.path), directory::to_text(mistake));
  }
  std::ranges::stable_sort(found, {}, &std::pair<FilePosition, std::string>::first);
  std::vector<std::string> mistakes;
  for (const auto& [at, text] : found) {
    mistakes.push_back(file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                       ": " + text);
  }
  return mistakes;
}

base::Result<std::vector<std::string>> check(const CheckOptions& options) {
  if (options.kind == "config") return check_config(options.file);
  auto document = read_fixture_file(options.file);
  if (!document) {
    if (document.error().code == base::Code::NotFound) return error_of(document);
    return std::vector<std::string>{document.error().message};
  }
  if (options.kind == "fixture" || is_fixture(*document)) {
    return check_fixture(options.file, *document);
  }
  return check_config(options.file);
}

void print(const std::vector<std::string>& mistakes, const CheckOptions& options, Common& common) {
  if (!mistakes.empty()) common.exit = Exit::Refused;
  if (common.json) {
    std::cout << base::to_pretty_text(
                     json::object{{"file", options.file},
                                  {"good", mistakes.empty()},
                                  {"mistakes", json::array(mistakes.begin(), mistakes.end())}})
              << "\n";
    return;
  }
  for (const auto& mistake : mistakes) std::cout << mistake << "\n";
  if (mistakes.empty()) std::cout << options.file << ": good\n";
}

}  // namespace

void add_check(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("check", "Is a configuration or fixture file good");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("FILE", options->file, "Configuration (YAML) or fixture (YAML or JSON)");
  command->add_option("--kind", options->kind, "What it is (default: told from its keys)")
      ->check(CLI::IsMember({"config", "fixture"}));
  // For whoever writes docs/configuration.md.
  command->add_flag("--documentation", options->documentation)->group("");
  add_common_options(*command, common);
  command->footer("Example: jianmen check jianmen.yaml");
  command->callback([options, &common] {
    if (options->documentation) {
      std::cout << config_documentation();
      return;
    }
    if (options->file.empty()) throw CLI::RequiredError("FILE");
    auto mistakes = check(*options);
    if (!mistakes) return report(mistakes.error(), common);
    print(*mistakes, *options, common);
  });
}

}  // namespace jianmen::app
