#pragma once
// Hands what comes to the room's door on to a server elsewhere, as it is, and its answer back: to
// the Jianmen that runs already, or (--live) to the cloud itself.

#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog.hpp"
#include "http/handler.hpp"
#include "net/blocking.hpp"
#include "net/socket.hpp"
#include "net/tls.hpp"
#include "run/refusals.hpp"

namespace jianmen::app::run {

struct Destination {
  // Connect there, whatever name was asked for; nullopt: where that name really is.
  std::optional<net::Address> address;
  enum class Tls { AsAsked, Always, Never } tls = Tls::AsAsked;
  std::shared_ptr<net::TlsClientContext> trust;
};

// The catalogue, the pool and the list outlive the handler.
std::unique_ptr<http::Handler> make_forwarder(Destination destination,
                                              const catalog::Catalog& catalog,
                                              net::BlockingPool& pool, Refusals& refusals);

}  // namespace jianmen::app::run
