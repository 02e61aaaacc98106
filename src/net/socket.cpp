#include "net/socket.hpp"

#include <array>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace jianmen::net {

namespace {

constexpr int kBacklog = 4096;

base::Code code_of(int error) {
  switch (error) {
    case EADDRINUSE:
      return base::Code::Conflict;
    case EACCES:
    case EPERM:
      return base::Code::Denied;
    default:
      return base::Code::Unavailable;
  }
}

std::unexpected<base::Error> system_failure(std::string_view what, int error) {
  return base::fail(code_of(error), std::string(what) + ": " + std::strerror(error));
}

void enable(const Fd& socket, int level, int option) {
  const int one = 1;
  ::setsockopt(socket.get(), level, option, &one, sizeof one);
}

Fd make_socket(const Address& address) {
  return Fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// With SO_REUSEPORT a second server of the same user would silently share the port; a bind without
// it tells.
base::Result<> check_port_is_free(const Address& address) {
  const Fd probe = make_socket(address);
  enable(probe, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(probe.get(), address.data(), address.size()) != 0 && errno == EADDRINUSE) {
    return system_failure("cannot listen on " + address.text(), EADDRINUSE);
  }
  return {};
}

base::Result<> remove_stale_unix_socket(const Address& address) {
  const auto* unix_address = reinterpret_cast<const sockaddr_un*>(address.data());
  struct stat info{};
  if (::lstat(unix_address->sun_path, &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) {
    return base::fail(base::Code::Conflict,
                      "cannot listen on " + address.text() + ": the file there is not a socket");
  }
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), address.data(), address.size()) == 0 || errno != ECONNREFUSED) {
    return base::fail(base::Code::Conflict,
                      "cannot listen on " + address.text() + ": another process listens there");
  }
  ::unlink(unix_address->sun_path);
  return {};
}

// inet_ntop would go through sprintf, for each connection that comes in.
std::string four_numbers(const void* address) {
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), address, bytes.size());
  std::array<char, INET_ADDRSTRLEN> text;
  char* to = text.data();
  for (const auto byte : bytes) {
    if (to != text.data()) *to++ = '.';
    to = std::to_chars(to, text.data() + text.size(), byte).ptr;
  }
  return {text.data(), to};
}

}  // namespace

base::Result<Address> Address::numeric(std::string_view host, std::uint16_t port) {
  const std::string text(host);
  Address address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage_);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage_);
  if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.size_ = sizeof *four;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.size_ = sizeof *six;
    return address;
  }
  return base::fail(base::Code::NotFound, "not a numeric address: " + text);
}

base::Result<Address> Address::unix_path(std::string_view path) {
  Address address;
  auto* unix_address = reinterpret_cast<sockaddr_un*>(&address.storage_);
  if (path.empty() || path.size() >= sizeof unix_address->sun_path ||
      path.find('\0') != path.npos) {
    return base::fail(
        base::Code::InvalidArgument,
        "the path of a Unix socket has 1 to 107 characters: \"" + std::string(path) + "\"");
  }
  unix_address->sun_family = AF_UNIX;
  std::memcpy(unix_address->sun_path, path.data(), path.size());
  address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

base::Result<std::vector<Address>> Address::resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (status != 0 || !found) {
    const auto code = status == EAI_AGAIN ? base::Code::Unavailable : base::Code::NotFound;
    return base::fail(code, "cannot resolve " + host + ": " + ::gai_strerror(status));
  }
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry; entry = entry->ai_next) {
    sockaddr_storage storage{};
    std::memcpy(&storage, entry->ai_addr, entry->ai_addrlen);
    if (entry->ai_family == AF_INET) {
      reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
    } else if (entry->ai_family == AF_INET6) {
      reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
    } else {
      continue;
    }
    addresses.push_back(of(storage, entry->ai_addrlen));
  }
  if (addresses.empty()) {
    return base::fail(base::Code::NotFound, "cannot resolve " + host + ": no address");
  }
  return addresses;
}

Address Address::of(const sockaddr_storage& storage, socklen_t size) {
  Address address;
  address.storage_ = storage;
  address.size_ = size;
  return address;
}

std::uint16_t Address::port() const {
  switch (family()) {
    case AF_INET:
      return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
    case AF_INET6:
      return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
    default:
      return 0;
  }
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    return four_numbers(&reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr);
  } else if (family() == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
    // A dual-stack socket shows IPv4 callers as ::ffff:a.b.c.d; for the reader it is a.b.c.d.
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
      return four_numbers(&six.s6_addr[12]);
    }
    ::inet_ntop(AF_INET6, &six, text, sizeof text);
  } else {
    return "unix";
  }
  return text;
}

std::string Address::text() const {
  if (is_unix())
    return std::string("unix:") + reinterpret_cast<const sockaddr_un*>(&storage_)->sun_path;
  const std::string name = family() == AF_INET6 ? "[" + host() + "]" : host();
  return name + ":" + std::to_string(port());
}

base::Result<Fd> listen_on(const Address& address, SharePort share) {
  if (address.is_unix()) {
    auto stale = remove_stale_unix_socket(address);
    if (!stale) return error_of(stale);
  } else if (share == SharePort::First && address.port() != 0) {
    auto free = check_port_is_free(address);
    if (!free) return error_of(free);
  }
  const std::string what = "cannot listen on " + address.text();
  Fd socket = make_socket(address);
  if (!socket) return system_failure(what, errno);
  if (address.is_unix()) {
    // Before bind: the file then has this mode from its first moment.
    if (::fchmod(socket.get(), 0600) != 0) return system_failure(what, errno);
  } else {
    enable(socket, SOL_SOCKET, SO_REUSEADDR);
    if (share != SharePort::No) enable(socket, SOL_SOCKET, SO_REUSEPORT);
    enable(socket, IPPROTO_TCP, TCP_NODELAY);  // accepted sockets inherit it
  }
  if (::bind(socket.get(), address.data(), address.size()) != 0) return system_failure(what, errno);
  if (::listen(socket.get(), kBacklog) != 0) return system_failure(what, errno);
  return socket;
}

base::Result<Address> local_address(const Fd& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return system_failure("cannot tell the local address", errno);
  }
  return Address::of(storage, size);
}

base::Result<Fd> start_connect(const Address& address) {
  Fd socket = make_socket(address);
  if (!socket) return system_failure("cannot connect to " + address.text(), errno);
  if (!address.is_unix()) enable(socket, IPPROTO_TCP, TCP_NODELAY);
  if (::connect(socket.get(), address.data(), address.size()) != 0 && errno != EINPROGRESS) {
    return system_failure("cannot connect to " + address.text(), errno);
  }
  return socket;
}

}  // namespace jianmen::net
