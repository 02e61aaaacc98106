#pragma once
// A plain HTTP/1.1 client: for tools, administration and tests. It sends what it is given and
// follows no redirects.
//   auto answer = co_await fetch(request, settings);            // one connection for one request
//   auto connection = co_await ClientConnection::open(url, settings);
//   auto answer = co_await (*connection)->exchange(request);    // as many as are wanted, while
//   is_reusable()
// Every answer is read wholly, up to max_body. A ClientConnection is also what a pool of upstream
// connections holds. Thread safety: a connection belongs to the loop on which it was opened.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/limits.hpp"
#include "http/url.hpp"
#include "net/socket.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"

namespace jianmen::http {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // absolute; its path and query are sent as they stand
  // Sent in this order. Host and Content-Length are added when they are not among them.
  Fields headers;
  std::string body;
};

struct ClientResponse {
  int status = 0;
  std::string reason;
  Fields headers;
  std::string body;  // de-chunked

  std::optional<std::string_view> find(std::string_view name) const;  // any case, the first
};

struct ClientSettings {
  std::chrono::milliseconds connect_timeout{10'000};  // and TLS
  std::chrono::milliseconds timeout{60'000};          // a whole exchange
  Limits limits{.body = 64 * 1024 * 1024};
  std::shared_ptr<net::TlsClientContext> tls;  // for https; nullptr: the system's authorities
  std::string unix_path;                       // connect there, whatever host the URL names
  std::optional<net::Address> address;         // or there
  bool absolute_target = false;  // the request line holds the whole URL, as a proxy wants it
};

// Why there is no answer, for those who explain it.
enum class ExchangeFault { None, Timeout, Cut /* or ended */, Malformed /* no HTTP */, TooLarge };

class ClientConnection {
 public:
  // Over a stream that is there already, with its TLS.
  static std::unique_ptr<ClientConnection> over(std::unique_ptr<net::Stream> stream,
                                                ClientSettings settings);
  // Connects to the URL's host. A name is asked of the system's resolver, which blocks the thread:
  // on a server's loop give an address.
  static net::Task<base::Result<std::unique_ptr<ClientConnection>>> open(Url url,
                                                                         ClientSettings settings);
  net::Task<base::Result<ClientResponse>> exchange(ClientRequest request);
  bool is_reusable() const { return reusable_; }
  ExchangeFault fault() const { return fault_; }  // of the last exchange
  net::Stream& stream() { return *stream_; }      // to await an end while it is idle

 private:
  ClientConnection(std::unique_ptr<net::Stream> stream, ClientSettings settings);
  net::Task<base::Result<bool>> read_more(net::Deadline deadline);
  net::Task<base::Result<>> need_more(net::Deadline deadline);
  net::Task<base::Result<ClientResponse>> read_response(bool head_only, net::Deadline deadline);
  net::Task<base::Result<std::string>> read_sized(std::size_t size, net::Deadline deadline);
  net::Task<base::Result<std::string>> read_chunked(net::Deadline deadline);
  net::Task<base::Result<std::string>> read_to_end(net::Deadline deadline);

  std::unique_ptr<net::Stream> stream_;
  ClientSettings settings_;
  std::string received_;  // and not yet used
  bool reusable_ = true;
  ExchangeFault fault_ = ExchangeFault::None;
};

net::Task<base::Result<ClientResponse>> fetch(ClientRequest request, ClientSettings settings);

// The same without a loop: runs one on this thread.
base::Result<ClientResponse> fetch_blocking(ClientRequest request, ClientSettings settings);

}  // namespace jianmen::http
