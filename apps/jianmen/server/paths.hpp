#pragma once
// Where things are when nobody says: the administration socket, the user's state directory.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace jianmen::app {

// --socket, else $JIANMEN_SOCKET, else $XDG_RUNTIME_DIR/jianmen.sock, else
// /tmp/jianmen-UID/jianmen.sock.
std::filesystem::path socket_path(std::string_view given);
// Makes the socket's directory with mode 0700 when it is of our own making; refuses one that is
// somebody else's.
base::Result<> prepare_socket_directory(const std::filesystem::path& socket);
// $XDG_STATE_HOME/jianmen, else ~/.local/state/jianmen; made when absent.
base::Result<std::filesystem::path> state_directory();

}  // namespace jianmen::app
