#include "diagnose/live/way.hpp"

#include <algorithm>
#include <utility>

#include "base/time_text.hpp"
#include "http/tunnel.hpp"
#include "net/connect.hpp"
#include "net/run.hpp"

namespace jianmen::diagnose::live {

namespace {

using identity::Cause;
using std::chrono::duration_cast;
using std::chrono::microseconds;

std::string authority_of(const http::Url& url) {
  const bool six = url.host.find(':') != url.host.npos;
  return (six ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

Values values_of(const Way& way, std::string_view address = "") {
  Values values{{"host", way.url.host},
                {"port", std::to_string(way.url.port)},
                {"seconds", std::to_string(std::max<long>(1, way.limit.count() / 1000))}};
  if (way.proxy) {
    values["proxy"] = way.proxy->text();
    values["variable"] = way.proxy->variable;
  }
  if (!address.empty()) values["address"] = address;
  return values;
}

Fault fault_of(net::ConnectFault fault, const Way& way, const std::string& address,
               const std::string& reason) {
  Fault out{Cause::NetworkUnreachable, values_of(way, address)};
  out.values["reason"] = reason;
  if (fault == net::ConnectFault::Refused) out.cause = Cause::NetworkRefused;
  if (fault == net::ConnectFault::Timeout) out.cause = Cause::NetworkTimeout;
  if (fault == net::ConnectFault::Reset) out.cause = Cause::NetworkReset;
  return out;
}

Fault fault_of(const net::TlsPeer& peer, const Way& way) {
  Fault out{Cause::TlsProtocol, values_of(way)};
  out.values["reason"] = peer.reason;
  if (!peer.names.empty()) {
    std::string names;
    for (std::size_t i = 0; i < peer.names.size() && i < 5; ++i) {
      names += (i ? ", " : "") + peer.names[i];
    }
    out.values["names"] = names;
  } else if (!peer.subject.empty()) {
    out.values["names"] = peer.subject;
  }
  if (!peer.issuer.empty()) out.values["issuer"] = peer.issuer;
  if (peer.not_after != base::Time{}) {
    out.values["not_before"] = base::to_iso_seconds(peer.not_before);
    out.values["not_after"] = base::to_iso_seconds(peer.not_after);
  }
  if (peer.fault == net::TlsFault::Untrusted) out.cause = Cause::TlsUntrusted;
  if (peer.fault == net::TlsFault::Name) out.cause = Cause::TlsName;
  if (peer.fault == net::TlsFault::Expired) out.cause = Cause::TlsExpired;
  return out;
}

struct Opened {
  std::unique_ptr<net::Stream> stream;
  Reached reached;
};

// The proxy's answer to CONNECT.
net::Task<std::optional<Fault>> pass_proxy(const Way& way, net::Stream& stream,
                                           net::Deadline deadline) {
  http::Fields headers;
  if (!way.proxy->authorization.empty()) {
    headers.emplace_back("Proxy-Authorization", way.proxy->authorization.reveal());
  }
  const std::string authority = authority_of(way.url);
  auto answer = co_await http::open_tunnel(stream, authority, std::move(headers), deadline);
  std::optional<Fault> fault;
  if (!answer) {
    fault = Fault{Cause::ProxyRefused, values_of(way)};
    fault->values["reason"] = answer.error().message;
  } else if (answer->status == 407) {
    fault = Fault{Cause::ProxyAuthentication, values_of(way)};
  } else if (answer->status / 100 != 2) {
    fault = Fault{Cause::ProxyRefused, values_of(way)};
    fault->values["status"] = std::to_string(answer->status);
  }
  co_return fault;
}

net::Task<Opened> open(const Way& way, Reach how_far, const net::TlsClientContext* tls) {
  Opened opened;
  auto& reached = opened.reached;
  auto start = net::SteadyClock::now();
  const auto deadline = net::after(start, way.limit);
  for (const net::Address& address : way.addresses) {
    auto attempt = co_await net::attempt_connect(*net::Loop::current(), address, deadline);
    reached.address = address.text();
    if (attempt.stream) {
      opened.stream = std::move(attempt.stream);
      reached.fault.reset();
      break;
    }
    reached.fault = fault_of(attempt.fault, way, reached.address, attempt.reason);
  }
  if (!opened.stream) co_return std::move(opened);
  if (way.proxy && way.url.secure) {
    reached.fault = co_await pass_proxy(way, *opened.stream, deadline);
    if (reached.fault) co_return std::move(opened);
  }
  reached.time = duration_cast<microseconds>(net::SteadyClock::now() - start);
  if (how_far == Reach::Tcp || !tls) co_return std::move(opened);

  start = net::SteadyClock::now();
  auto started = opened.stream->start_tls(*tls, way.url.host);
  if (!started) {
    reached.fault = Fault{Cause::TlsName, values_of(way, reached.address)};
    co_return std::move(opened);
  }
  const auto status = co_await opened.stream->handshake(net::after(start, way.limit));
  reached.time = duration_cast<microseconds>(net::SteadyClock::now() - start);
  reached.peer = opened.stream->tls_peer();
  if (status == net::IoStatus::Timeout) {
    reached.fault = Fault{Cause::NetworkTimeout, values_of(way, reached.address)};
  } else if (status == net::IoStatus::Failed || reached.peer->fault != net::TlsFault::None) {
    reached.fault = fault_of(*reached.peer, way);
  } else if (status != net::IoStatus::Ok) {
    reached.fault = Fault{Cause::NetworkReset, values_of(way, reached.address)};
    reached.fault->values["reason"] = opened.stream->failure(status);
  }
  co_return std::move(opened);
}

net::Task<Reached> reach_on_loop(const Way& way, Reach how_far) {
  auto opened = co_await open(way, how_far, how_far == Reach::Tls ? way.any_tls.get() : nullptr);
  co_return std::move(opened.reached);
}

net::Task<Exchanged> exchange_on_loop(const Way& way, http::ClientRequest request) {
  Exchanged out;
  auto opened = co_await open(way, Reach::Tls, way.url.secure ? way.tls.get() : nullptr);
  if (opened.reached.fault) {
    out.fault = std::move(opened.reached.fault);
    co_return std::move(out);
  }
  http::ClientSettings settings;
  settings.timeout = way.limit;
  settings.limits.body = 4 * 1024 * 1024;
  settings.absolute_target = way.proxy && !way.url.secure;
  if (settings.absolute_target && !way.proxy->authorization.empty()) {
    request.headers.emplace_back("Proxy-Authorization", way.proxy->authorization.reveal());
  }
  request.headers.emplace_back("Connection", "close");
  auto connection = http::ClientConnection::over(std::move(opened.stream), std::move(settings));
  auto answer = co_await connection->exchange(std::move(request));
  if (answer) {
    out.response = std::move(*answer);
    co_return std::move(out);
  }
  Fault fault{Cause::ProxyIntercepted, values_of(way, opened.reached.address)};
  fault.values["reason"] = answer.error().message;
  if (connection->fault() == http::ExchangeFault::Timeout) fault.cause = Cause::NetworkTimeout;
  if (connection->fault() == http::ExchangeFault::Cut) fault.cause = Cause::NetworkReset;
  out.fault = std::move(fault);
  co_return std::move(out);
}

}  // namespace

std::optional<Fault> resolve(Way& way) {
  const http::Url& url = way.proxy ? way.proxy->url : way.url;
  if (auto numeric = net::Address::numeric(url.host, url.port)) {
    way.addresses = {*numeric};
    return std::nullopt;
  }
  auto found = net::resolve_within(url.host, url.port, way.limit);
  if (found) {
    way.addresses = std::move(*found);
    return std::nullopt;
  }
  Fault fault{Cause::NetworkDns, values_of(way)};
  fault.values["name"] = url.host;
  fault.values["reason"] = found.error().message;
  return fault;
}

Reached reach(const Way& way, Reach how_far) { return net::run(reach_on_loop(way, how_far)); }

Exchanged exchange(const Way& way, http::ClientRequest request) {
  return net::run(exchange_on_loop(way, std::move(request)));
}

}  // namespace jianmen::diagnose::live
