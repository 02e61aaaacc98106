#pragma once
// May this caller act through that agency? One answer for tokens (POST /v3/auth/tokens) and
// temporary keys (POST /v3.0/OS-CREDENTIAL/securitytokens). Thread safety: any thread.

#include <expected>

#include "base/json.hpp"
#include "identity/entities.hpp"
#include "services/iam/iam.hpp"

namespace jianmen::services::iam {

// `assume_role` is the body's object: agency_name, and domain_id or domain_name of the delegating
// account. An account or agency that does not exist, one that trusts others, and a missing
// permission are told alike (403), so that nobody learns what other accounts have; the refusal's
// evidence tells them apart.
std::expected<identity::Agency, Fault> agency_to_assume(const Dependencies& with, const Call& call,
                                                        const base::json::value& assume_role);

}  // namespace jianmen::services::iam
