#pragma once
// TLS settings shared by many connections: a server's certificate and key, a client's trusted
// authorities. TLS 1.2 and 1.3; ALPN: a client offers "http/1.1", a server takes "h2" too if it is
// told so. A connection keeps what it began with when a new
// context takes over. Thread safety: immutable once made; used by every loop at once.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::net {

namespace detail {
struct TlsContextState;
}

// A server's own certificate first, then those that lead to its authority; PEM.
struct TlsIdentity {
  std::string certificate_chain_pem;
  base::Secret private_key_pem;
};

enum class HttpVersions { Http1, Http2AndHttp1 };

class TlsServerContext {
 public:
  // What to show a client that asks for `name` (SNI). Called once a name, on any loop's thread.
  using IssueFor = std::function<base::Result<TlsIdentity>(const std::string& name)>;

  static base::Result<std::shared_ptr<TlsServerContext>> create(
      const TlsIdentity& identity, HttpVersions versions = HttpVersions::Http1);
  // HTTP/1.1; `identity` for clients that ask for no name or for one that `issue` refuses.
  static base::Result<std::shared_ptr<TlsServerContext>> create(const TlsIdentity& identity,
                                                                IssueFor issue);
  ~TlsServerContext();
  const detail::TlsContextState& state() const { return *state_; }

 private:
  explicit TlsServerContext(std::unique_ptr<detail::TlsContextState> state);
  std::unique_ptr<detail::TlsContextState> state_;
};

struct TlsClientSettings {
  std::optional<TlsIdentity> identity = std::nullopt;  // shown to a server that asks for one
  std::string ca_pem;  // trusted authorities beside or instead of the system's
  bool system_authorities = true;
  bool verify = true;  // false: any certificate will do (a tool's explicit --insecure)
};

class TlsClientContext {
 public:
  static base::Result<std::shared_ptr<TlsClientContext>> create(const TlsClientSettings& settings);
  ~TlsClientContext();
  const detail::TlsContextState& state() const { return *state_; }

 private:
  explicit TlsClientContext(std::unique_ptr<detail::TlsContextState> state);
  std::unique_ptr<detail::TlsContextState> state_;
};

}  // namespace jianmen::net
