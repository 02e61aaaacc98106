#pragma once
// A worker's way to the upstreams: finds the route, checks scope and permission where the route
// asks for it, puts the request to a server of the route's group and hands the answer back. Thread
// safety: one a worker, on its loop; the registry is shared.

#include <memory>

#include "authn/issue.hpp"
#include "authz/authorize.hpp"
#include "call/routes.hpp"
#include "catalog/catalog.hpp"
#include "directory/directory.hpp"
#include "upstream/identity_fields.hpp"
#include "upstream/table.hpp"

namespace jianmen::upstream {

// What outlives the proxy.
struct Dependencies {
  const Registry& registry;
  const catalog::Catalog& catalog;
  const directory::Directory& directory;
  authz::Authorizer& authorizer;
  const authn::Issuer& issuer;  // of the tokens that upstreams get
  base::Duration token_life;    // theirs
};

class Proxy final : public call::Routes {
 public:
  explicit Proxy(const Dependencies& dependencies);
  ~Proxy() override;

  std::optional<std::expected<call::Handover, catalog::NoRoute>> find(
      std::string_view host, std::string_view method, std::string_view path) override;

 private:
  class WorkerTable;
  class RouteService;
  void refresh();

  Dependencies dependencies_;
  IdentityFields identity_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<WorkerTable> table_;  // nullptr: no routes
};

}  // namespace jianmen::upstream
