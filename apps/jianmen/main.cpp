#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "version.hpp"

namespace jianmen::app {

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{
      "Jianmen: the front door of a cloud's API, open and self-hosted. Start with: jianmen serve "
      "--demo"};
  app.require_subcommand(1);
  app.footer("Example: jianmen serve --demo\n         jianmen explain --last");
  app.set_version_flag("--version", std::string(kVersion));
  Common common;
  add_serve(app, common);
  add_explain(app, common);
  add_doctor(app, common);
  add_run(app, common);
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

}  // namespace

}  // namespace jianmen::app

int main(int argc, char** argv) {
  try {
    return jianmen::app::run_command(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "jianmen: %s\n", error.what());
    return static_cast<int>(jianmen::app::Exit::Refused);
  }
}
