#include "server/console/guard.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "net/socket.hpp"

namespace jianmen::app::console {

namespace {

// The host of "host", "host:port" or "[v6]:port".
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == authority.npos ? std::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

// What proxies add: then the peer is the proxy, and whoever stands behind it may be anybody.
bool came_by_proxy(const http::Request& request) {
  constexpr std::string_view kFields[] = {"X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP",
                                          "Forwarded", "Via"};
  return std::ranges::any_of(kFields,
                             [&](std::string_view name) { return request.find(name).has_value(); });
}

// Browsers say where a request comes from; other programs say nothing and have no user to betray.
bool is_same_origin(const http::Request& request) {
  const auto site = request.find("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return false;
  const auto origin = request.find("Origin");
  if (!origin) return true;
  const std::string own =
      (request.secure ? "https://" : "http://") + base::to_lower(request.host());
  return base::to_lower(*origin) == own;
}

// To follow a link to the page is no harm: what it shows, the other site cannot read.
bool is_navigation(const http::Request& request) {
  return request.method == "GET" && request.find("Sec-Fetch-Mode") == "navigate" &&
         request.find("Sec-Fetch-Dest") == "document";
}

}  // namespace

bool is_loopback(std::string_view host) {
  if (base::equals_ignore_case(host, "localhost")) return true;
  if (host.starts_with("::ffff:")) host.remove_prefix(7);
  const auto address = net::Address::numeric(host, 0);
  if (!address) return false;
  const std::string text = address->host();
  return text == "::1" || text.starts_with("127.");
}

Visitor visitor_of(const http::Request& request) {
  if (!is_loopback(request.peer) || !is_loopback(without_port(request.host()))) {
    return Visitor::Stranger;
  }
  if (came_by_proxy(request)) return Visitor::Stranger;
  return is_same_origin(request) || is_navigation(request) ? Visitor::Local : Visitor::CrossSite;
}

}  // namespace jianmen::app::console
