#pragma once
// The HTTP server: listeners, one loop and one handler a worker thread, sessions on them.
//   auto server = Server::create(settings, {*parse_listen_url("http://127.0.0.1:0")}, nullptr, 2,
//   make_handler);
//   (*server)->start();  …  (*server)->stop(30s);
// Thread safety: called by its owner's thread. The handlers are made in create() and run each on
// its worker's thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/handler.hpp"
#include "http/server_settings.hpp"
#include "net/tls.hpp"

namespace jianmen::http {

struct ListenAddress {
  enum class Kind { Http, Https, Unix };
  Kind kind = Kind::Http;
  std::string host;        // without brackets; a name is resolved when the server is created
  std::uint16_t port = 0;  // 0: any free one
  std::string path;        // of a Unix socket
  // A socket that listens already, perhaps in another network namespace; -1: to be made. It is
  // duplicated: the caller's stays the caller's.
  int listening = -1;
};

// http://127.0.0.1:8080, https://[::1]:0, http://localhost:8080, unix:/run/jianmen.sock
base::Result<ListenAddress> parse_listen_url(std::string_view url);

// As of now; the counts since the start.
struct ServerStatistics {
  std::uint64_t connections = 0, max_connections = 0;  // open, and how many there may be
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;    // beyond the limit: told 503, or closed
  std::uint64_t exhausted = 0;  // accept() found no descriptor or memory
};

class Server {
 public:
  using MakeHandler = std::function<std::unique_ptr<Handler>(unsigned worker)>;

  // Binds every address, so that a port in use is told here. `tls` may be nullptr when no address
  // is https.
  static base::Result<std::unique_ptr<Server>> create(ServerSettings settings,
                                                      std::vector<ListenAddress> addresses,
                                                      std::shared_ptr<net::TlsServerContext> tls,
                                                      unsigned workers, MakeHandler make_handler);
  ~Server();  // stops at once if it still runs
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  std::vector<std::string> urls() const;  // with the real ports, in the order given
  ServerStatistics statistics() const;    // from any thread
  void replace_tls(const std::shared_ptr<net::TlsServerContext>& tls);  // for new connections
  // Stops accepting, lets what runs finish (with Connection: close), cuts what is left after
  // `grace`; joins.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace jianmen::http
