// /v3.0/OS-AGENCY/agencies.

#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

void add_agencies(Functions&, const Dependencies&) {}

}  // namespace jianmen::services::iam
