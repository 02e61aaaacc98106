#pragma once
// A request that fits no operation, as the refusal that it is. Pure.

#include "catalog/catalog.hpp"
#include "identity/refusal.hpp"

namespace jianmen::catalog {

identity::Cause cause_of(NoRoute::Reason reason);

// With evidence `nearest`, once for each of what may have been meant.
identity::Refusal refusal_of(const NoRoute& none);

}  // namespace jianmen::catalog
