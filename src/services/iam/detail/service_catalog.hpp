#pragma once
// The service catalogue as clients of the identity API read it: in tokens and /v3/auth/catalog
// (urls filled in), in /v3/services and /v3/endpoints (urls as templates). It names what this
// installation answers. A request that came to a plain address gets urls of that address, so that
// the client finds its way back; one that came to a name of the cloud gets the cloud's names.
// Thread safety: pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "catalog/catalog.hpp"
#include "identity/principal.hpp"
#include "services/call.hpp"

namespace jianmen::services::iam {

struct CatalogEndpoint {
  std::string id;
  std::string region;  // "*" for a global service
  std::string url;     // with $(tenant_id)s where the project belongs
};

struct CatalogService {
  std::string id, name, type;
  bool per_project = false;  // its url holds the project
  std::vector<CatalogEndpoint> endpoints;
};

std::vector<CatalogService> service_catalog(const catalog::Catalog& catalog, const Call& call);

// The catalogue of a token: for a project scope the endpoints of its region and the global ones,
// else the global ones, and the identity service in every region.
base::json::array token_catalog(const catalog::Catalog& catalog, const Call& call,
                                const identity::Scope& scope, std::string_view region);

}  // namespace jianmen::services::iam
