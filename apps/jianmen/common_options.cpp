#include "commands.hpp"

namespace jianmen::app {

void add_common_options(CLI::App& command, Common& common) {
  command.add_flag("--json", common.json, "JSON, for programs");
  command.add_option("--lang", common.language, "en or zh-CN (default: from LANG)")
      ->check(CLI::IsMember({"en", "zh-CN"}));
  command.add_option("--socket", common.socket,
                     "Administration socket (default: $JIANMEN_SOCKET, "
                     "$XDG_RUNTIME_DIR/jianmen.sock, /tmp/jianmen-UID/jianmen.sock)");
}

}  // namespace jianmen::app
