#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "version.hpp"

int main(int argc, char** argv) {
  using namespace jianmen::app;
  CLI::App app{
      "Jianmen: the front door of a cloud's API, open and self-hosted. Start with: jianmen serve "
      "--demo"};
  app.require_subcommand(1);
  app.footer("Example: jianmen serve --demo\n         jianmen explain --last");
  app.set_version_flag("--version", std::string(kVersion));
  Common common;
  add_serve(app, common);
  add_explain(app, common);
  add_call(app, common);
  add_sign(app, common);
  add_endpoints(app, common);
  add_admin(app, common);
  add_check(app, common);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : static_cast<int>(Exit::Usage);
  }
  return static_cast<int>(common.exit);
}
