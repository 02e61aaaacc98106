#pragma once
// One TLS connection over a descriptor that does not block. Every call does what it can and says
// what it waits for.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/detail/openssl.hpp"
#include "net/io_status.hpp"
#include "net/tls.hpp"
#include "net/tls_peer.hpp"

namespace jianmen::net::detail {

class TlsSession {
 public:
  static base::Result<TlsSession> accept(const TlsServerContext& context, int fd);
  // `name` is what the certificate must be for: a host name or a numeric address.
  static base::Result<TlsSession> connect(const TlsClientContext& context, int fd,
                                          const std::string& name);

  // WouldBlock: go on when the descriptor is ready for `wants` (EPOLLIN or EPOLLOUT).
  IoResult handshake(std::uint32_t& wants);
  IoResult read(std::span<char> into, std::uint32_t& wants);
  IoResult write(std::string_view from, std::uint32_t& wants);
  void shut_down();  // tells the other side, if it takes that at once

  bool has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }
  std::string_view protocol() const;
  const std::string& failure() const { return failure_; }
  TlsPeer peer() const;

 private:
  explicit TlsSession(SslPtr ssl) : ssl_(std::move(ssl)) {}
  IoResult outcome(int returned, std::size_t bytes, std::uint32_t& wants);

  SslPtr ssl_;
  bool broken_ = false;   // after a fatal error SSL_shutdown must not be called
  bool refused_ = false;  // TLS itself failed, not the connection below
  std::string failure_;
};

}  // namespace jianmen::net::detail
