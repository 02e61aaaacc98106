#pragma once
// Who may look at the console: a browser on this machine that shows the console's own page. The
// console has no login; being on the machine is the credential, so nothing that only looks like it
// may pass — a page of another origin (DNS rebinding, cross-site requests) or a proxy that brings
// strangers in. Thread safety: pure.

#include <string_view>

#include "http/message.hpp"

namespace jianmen::app::console {

enum class Visitor {
  Local,      // may look
  CrossSite,  // a browser on this machine, sent by a page that is not the console
  Stranger,   // is not told that there is a console
};

Visitor visitor_of(const http::Request& request);

// "localhost", 127.0.0.0/8 or ::1, as a literal and without brackets or port; no name that merely
// resolves to it.
bool is_loopback(std::string_view host);

}  // namespace jianmen::app::console
