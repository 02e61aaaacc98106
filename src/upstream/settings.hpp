#pragma once
// What the configuration says of upstreams and of the routes to them: plain values, complete and
// checked by whoever reads the file.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "catalog/operation.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"

namespace jianmen::upstream {

struct Timeouts {
  std::chrono::milliseconds connect{5'000};      // and TLS
  std::chrono::milliseconds first_byte{60'000};  // from the last byte sent to the answer's head
  std::chrono::milliseconds idle{60'000};        // without any byte sent or received in between
  std::chrono::milliseconds total{600'000};
};

// Asked beside the traffic, GET, any answer of 2xx or 3xx is a good one.
struct HealthCheck {
  std::string path;  // empty: none
  std::chrono::milliseconds interval{5'000};
  std::chrono::milliseconds timeout{2'000};
  unsigned failures = 3;   // in a row, then it gets no traffic
  unsigned successes = 2;  // in a row, then it does again
};

struct Server {
  std::string text;  // as written: http://10.0.0.5:8080
  bool secure = false;
  std::string authority;  // host and port as written: the Host of a health check
  std::string tls_name;   // what the certificate must be for
  net::Address address;
};

// Servers that do the same: any of them may answer.
struct Group {
  std::string name;
  std::vector<Server> servers;
  std::shared_ptr<net::TlsClientContext> tls;  // for those that are secure
  std::string host;                            // Host that they see; empty: the client's
  Timeouts timeouts;
  HealthCheck health;
  unsigned failures_to_eject = 5;  // of requests in a row …
  std::chrono::milliseconds eject_time{10'000};
  std::size_t connections = 1'024;               // of one worker to one server at most
  std::chrono::milliseconds keep_alive{30'000};  // of an idle connection
};

struct Route {
  std::string host;  // lower case, no port; "*.example.com"; empty: every host outside the cloud's
  catalog::Operation operation;  // service, name, method, path, action, scope, caller
  std::size_t group = 0;         // in Settings::groups
  bool authorize = false;        // the operation's action is asked for here
};

struct Settings {
  std::vector<Group> groups;
  std::vector<Route> routes;
};

}  // namespace jianmen::upstream
