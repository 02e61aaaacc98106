#pragma once
// A trust store for Java (JKS), as its `keytool` would make it: the only form that every Java
// reads and that needs nothing of Java to be written. Pure.

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace jianmen::net {

// Every certificate of `pem` as a trusted one; what is no certificate is passed over,
// InvalidArgument when there is none at all. `password` (ASCII) guards against damage, not against
// readers.
base::Result<std::string> java_trust_store(std::string_view pem, std::string_view password,
                                           base::Time now);

}  // namespace jianmen::net
