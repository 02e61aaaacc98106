#pragma once
// What a TLS handshake told of the other side, and why a certificate is not taken. Plain values.

#include <string>
#include <vector>

#include "base/clock.hpp"

namespace jianmen::net {

enum class TlsFault {
  None,
  Untrusted,  // no way from the certificate to a trusted authority
  Name,       // it is for other names
  Expired,    // its time is over, or has not begun
  Protocol,   // no version or cipher in common, or the other side does not speak TLS
};

// Known once a handshake is done; with a context that does not verify, also of a certificate that
// would be refused: `fault` is what a verifying one says.
struct TlsPeer {
  TlsFault fault = TlsFault::None;
  std::string reason;              // OpenSSL's words for the fault
  std::string version;             // "TLSv1.3"
  std::string subject, issuer;     // common names, else empty
  std::vector<std::string> names;  // that it is for: DNS names and addresses
  base::Time not_before{}, not_after{};
};

}  // namespace jianmen::net
