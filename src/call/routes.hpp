#pragma once
// Routes that an installation has beside the catalogue's: the gateway asks for them first. Thread
// safety: one object a worker, asked on its loop.

#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "call/call.hpp"
#include "catalog/catalog.hpp"

namespace jianmen::call {

struct Handover {
  catalog::Route route;
  // Who answers; it keeps alive what the route points into.
  std::shared_ptr<Service> service;
};

class Routes {
 public:
  virtual ~Routes() = default;
  // nullopt: the host is none of ours, the catalogue's routes hold. NoRoute: it is, and nothing
  // fits.
  virtual std::optional<std::expected<Handover, catalog::NoRoute>> find(std::string_view host,
                                                                        std::string_view method,
                                                                        std::string_view path) = 0;
};

}  // namespace jianmen::call
