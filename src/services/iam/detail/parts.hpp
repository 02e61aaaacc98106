#pragma once
// IAM in parts, one file a resource; each adds its functions to the service's table.

#include <vector>

#include "services/iam/iam.hpp"

namespace jianmen::services::iam {

using Functions = std::vector<Function>;

void add_tokens(Functions& functions, const Dependencies& with);  // tokens.cpp: /v3/auth/tokens
void add_discovery(Functions& functions,
                   const Dependencies& with);  // discovery.cpp: versions, catalog, services,
                                               // endpoints, regions, auth/domains
void add_projects(Functions& functions, const Dependencies& with);  // projects.cpp
void add_users(Functions& functions,
               const Dependencies& with);  // users.cpp: /v3/users and /v3.0/OS-USER
void add_groups(Functions& functions,
                const Dependencies& with);  // groups.cpp: groups and membership
void add_roles(Functions& functions,
               const Dependencies& with);  // roles.cpp: /v3/roles and custom policies
void add_grants(Functions& functions,
                const Dependencies& with);  // grants.cpp: of groups and agencies
void add_agencies(Functions& functions, const Dependencies& with);  // agencies.cpp
void add_access_keys(Functions& functions,
                     const Dependencies& with);  // access_keys.cpp: permanent keys
void add_temporary_keys(Functions& functions,
                        const Dependencies& with);  // temporary_keys.cpp: securitytokens
void add_settings(Functions& functions,
                  const Dependencies& with);  // settings.cpp: security policies and quotas, as far
                                              // as clients read them
void add_caller_identity(Functions& functions,
                         const Dependencies& with);  // caller_identity.cpp: STS

}  // namespace jianmen::services::iam
