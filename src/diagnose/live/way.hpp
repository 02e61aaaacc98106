#pragma once
// The way to an endpoint: name, TCP, perhaps a proxy, TLS, and one exchange over it. Each failure
// comes as the one cause, with the values that its sentences speak of. Nothing but a TLS handshake
// is sent to a side whose certificate is not trusted. Blocks the calling thread, within the limits.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diagnose/live/proxy.hpp"
#include "diagnose/template.hpp"
#include "http/client.hpp"
#include "identity/refusal.hpp"
#include "net/tls_peer.hpp"

namespace jianmen::diagnose::live {

struct Fault {
  identity::Cause cause = identity::Cause::Unknown;
  Values values;
};

struct Way {
  http::Url url;
  std::optional<Proxy> proxy;
  std::vector<net::Address> addresses;         // of the proxy when there is one, else of the host
  std::chrono::milliseconds limit{10'000};     // of each step
  std::shared_ptr<net::TlsClientContext> tls;  // verifies
  std::shared_ptr<net::TlsClientContext> any_tls;  // to look at a certificate, whatever it is
};

// Fills in `way.addresses`.
std::optional<Fault> resolve(Way& way);

struct Reached {
  std::optional<Fault> fault;
  std::string address;               // that answered
  std::optional<net::TlsPeer> peer;  // with Reach::Tls
  std::chrono::microseconds time{};  // of the last stage alone
};
enum class Reach { Tcp /* and CONNECT */, Tls };
Reached reach(const Way& way, Reach how_far);

struct Exchanged {
  std::optional<http::ClientResponse> response;
  std::optional<Fault> fault;
};
Exchanged exchange(const Way& way, http::ClientRequest request);

}  // namespace jianmen::diagnose::live
