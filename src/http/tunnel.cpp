#include "http/tunnel.hpp"

#include <array>
#include <utility>

#include "http/response_parser.hpp"

namespace jianmen::http {

net::Task<base::Result<ClientResponse>> open_tunnel(net::Stream& stream, std::string authority,
                                                    Fields headers, net::Deadline deadline) {
  std::string head = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  for (const auto& [name, value] : headers) head += name + ": " + value + "\r\n";
  head += "\r\n";
  net::WriteLimits write_limits;
  write_limits.total = deadline;
  const auto written = co_await stream.write_all(head, "", write_limits);
  if (written != net::IoStatus::Ok) {
    co_return base::fail(base::Code::Unavailable, stream.failure(written));
  }
  const Limits limits;
  std::string received;
  std::array<char, 4096> buffer;
  while (true) {
    const auto got = co_await stream.read_some(buffer, deadline);
    if (!got) co_return base::fail(base::Code::Unavailable, stream.failure(got.status));
    received.append(buffer.data(), got.bytes);
    auto parsed = parse_response_head(received, true, limits);
    if (!parsed) co_return error_of(parsed);
    if (parsed->size > 0) co_return std::move(parsed->response);
  }
}

}  // namespace jianmen::http
