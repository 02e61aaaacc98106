#pragma once
// In which project or account does a request act, and may its credential? The URL's project, else
// the credential's: it must be of the caller's account, and a credential that is bound to a project
// must be bound to this one. Services in this process and upstreams ask the same rule.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace jianmen::authz {

struct ScopeQuestion {
  catalog::OperationScope rule = catalog::OperationScope::None;
  std::string_view project_id = {};  // that the URL names; empty: none
  std::string_view domain_id = {};   // the same for the account
  std::string_view region = {};      // of the host; empty: not known
};

struct ActsIn {
  identity::Scope scope;
  std::string region;                        // of the project, else the host's
  std::optional<identity::Project> project;  // for a project's scope
};

std::expected<ActsIn, identity::Refusal> find_scope(const directory::Directory& directory,
                                                    const catalog::Catalog& catalog,
                                                    const identity::Principal& principal,
                                                    const ScopeQuestion& question);

}  // namespace jianmen::authz
