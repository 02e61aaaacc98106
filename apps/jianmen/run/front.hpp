#pragma once
// What stands at the door beside the HTTP server: the room's name server, or (without a room) the
// proxy that programs are pointed to. One loop on one thread.
// Threads: called by its owner's thread; what is handed in outlives it.

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "net/fd.hpp"
#include "net/socket.hpp"

namespace jianmen::app::run {

// Where the proxy takes calls to cloud names: TLS and plain.
struct ProxyTargets {
  net::Address secure, plain;
  bool others = false;  // --allow-net: other names, too, where they really are
};

class Front {
 public:
  static base::Result<std::unique_ptr<Front>> create(const catalog::Catalog& catalog);
  ~Front();  // stops
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  void serve_names(net::Fd socket);                          // UDP
  void serve_proxy(net::Fd listener, ProxyTargets targets);  // TCP, listening
  void start();

 private:
  struct State;
  explicit Front(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace jianmen::app::run
