#pragma once
// The keys that seal a server's session tickets. They change every few hours, and the last one
// still opens: so a key that leaks later opens little of what was recorded before (it matters for
// TLS 1.2; 1.3 agrees on fresh keys anyway).

#include <openssl/ssl.h>

namespace jianmen::net::detail {

// The context owns the keys. Thread-safe, as the context is.
bool use_rotated_ticket_keys(SSL_CTX* context);

}  // namespace jianmen::net::detail
