#pragma once
// A way through a proxy by CONNECT (RFC 9110, 9.3.6).

#include <string>

#include "base/result.hpp"
#include "http/client.hpp"
#include "net/stream.hpp"
#include "net/task.hpp"

namespace jianmen::http {

// Asks the proxy at the other end of `stream` for a way to `authority` ("host:port"). Status 2xx:
// what is written from then on reaches the host; any other: its answer's head, the body is not
// read.
net::Task<base::Result<ClientResponse>> open_tunnel(net::Stream& stream, std::string authority,
                                                    Fields headers, net::Deadline deadline);

}  // namespace jianmen::http
