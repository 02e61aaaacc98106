// Temporary access keys: POST /v3.0/OS-CREDENTIAL/securitytokens.

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

void add_temporary_keys(Functions&, const Dependencies&) {}

}  // namespace jianmen::services::iam
