#pragma once
// Administration over a Unix socket (directory 0700, socket 0600): JSON over HTTP, the other end of
// `jianmen admin`, `explain` and the journal. Whoever may open the socket administers; there is no
// other credential.

#include <memory>

#include "http/handler.hpp"
#include "net/blocking.hpp"
#include "server/installation.hpp"

namespace jianmen::app {

class Operations;  // operations.hpp

struct AdminSettings {
  // What `admin reset` loads again after clearing: the demo data or the fixtures that serve was
  // given.
  std::vector<base::json::value> fixtures;
  std::string ca_pem;  // for `admin ca`; empty without https listeners of our own CA
  std::vector<std::string> urls = {};      // where it serves, for `jianmen run`
  const Operations* operations = nullptr;  // answers its paths here, too
};

std::unique_ptr<http::Handler> make_admin_handler(Installation& installation,
                                                  net::BlockingPool& pool, AdminSettings settings);

}  // namespace jianmen::app
