#include <iostream>

#include "admin_client.hpp"
#include "language.hpp"

namespace jianmen::app {

namespace {

struct ExplainOptions {
  std::string id;
  bool last = false, refused = false;
};

}  // namespace

void add_explain(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand(
      "explain", "What happened to a request, who refused it, why, what to change");
  auto options = std::make_shared<ExplainOptions>();
  auto* id = command->add_option("ID", options->id, "Request id (X-Request-Id of the answer)");
  command->add_flag("--last", options->last, "The last request (this is the default)")
      ->excludes(id);
  command->add_flag("--refused", options->refused, "The last one that was refused")->excludes(id);
  add_common_options(*command, common);
  command->footer("Example: jianmen explain --last");
  command->callback([options, &common] {
    std::string path = "/journal/";
    path += options->id.empty() ? "last" : AdminClient::encode(options->id);
    path += "?lang=" + language_code(common);
    if (options->refused) path += "&refused=true";
    auto found = AdminClient(common).call("GET", path);
    if (!found) return report(found.error(), common);
    if (common.json) {
      std::cout << base::to_pretty_text(*found) << "\n";
    } else {
      std::cout << diagnose::to_text(*found, language(common), colour());
    }
  });
}

}  // namespace jianmen::app
