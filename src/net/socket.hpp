#pragma once
// Addresses and the sockets behind them: what to listen on and what to connect to, TCP or Unix.
// Thread safety: plain values and functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "base/result.hpp"
#include "net/fd.hpp"

namespace jianmen::net {

class Address {
 public:
  // "127.0.0.1", "::1" (no brackets); NotFound for anything that is not a numeric address.
  static base::Result<Address> numeric(std::string_view host, std::uint16_t port);
  static base::Result<Address> unix_path(std::string_view path);
  // Asks the system's resolver, which may block for seconds. Never an empty list.
  static base::Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port);
  static Address of(const sockaddr_storage& storage, socklen_t size);

  bool is_unix() const { return storage_.ss_family == AF_UNIX; }
  std::uint16_t port() const;  // 0 for a Unix socket
  std::string host() const;    // numeric, without the port; "unix" for a Unix socket
  std::string text() const;    // 127.0.0.1:80, [::1]:80, unix:/path
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

enum class SharePort {
  No,
  First,    // of several sockets of this program on one port (SO_REUSEPORT): fails when another
            // program has it
  Another,  // the others
};

// Bound and listening, not blocking. A Unix socket gets mode 0600; a left-over file nobody listens
// on is replaced.
base::Result<Fd> listen_on(const Address& address, SharePort share);
base::Result<Address> local_address(const Fd& socket);

// A socket on its way: connect() has been called, and completes when it becomes writable.
base::Result<Fd> start_connect(const Address& address);

}  // namespace jianmen::net
