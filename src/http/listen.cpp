#include <charconv>

#include "base/encoding.hpp"
#include "http/server.hpp"

namespace jianmen::http {

namespace {

std::unexpected<base::Error> bad(std::string_view url, std::string_view why) {
  return base::fail(base::Code::InvalidArgument,
                    "cannot listen on \"" + std::string(url) + "\": " + std::string(why));
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

base::Result<ListenAddress> parse_listen_url(std::string_view url) {
  ListenAddress address;
  if (url.starts_with("unix:")) {
    std::string_view path = url.substr(5);
    if (path.starts_with("//")) path.remove_prefix(2);
    if (path.empty()) return bad(url, "a path must follow unix:");
    address.kind = ListenAddress::Kind::Unix;
    address.path = path;
    return address;
  }
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    address.kind = ListenAddress::Kind::Https;
  } else {
    return bad(url, "it must begin with http://, https:// or unix:");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  const std::size_t colon = bracket == rest.npos ? rest.npos : rest.find(':', bracket);
  if (colon == rest.npos || !parse_port(rest.substr(colon + 1), address.port)) {
    return bad(url, "a port from 0 to 65535 must follow the host");
  }
  std::string_view host = rest.substr(0, colon);
  if (bracket > 0) {
    if (colon != bracket + 1) return bad(url, "a port must follow the bracket");
    host = rest.substr(1, bracket - 1);
  }
  if (host.empty() || host.find_first_of("/?#@[]") != host.npos) return bad(url, "malformed host");
  address.host = host;
  return address;
}

}  // namespace jianmen::http
