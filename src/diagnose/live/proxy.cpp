#include "diagnose/live/proxy.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <arpa/inet.h>

#include "base/encoding.hpp"

namespace jianmen::diagnose::live {

namespace {

struct Variable {
  std::string name, value;
};

std::optional<Variable> find(const client::Environment& environment, const char* lower,
                             const char* upper) {
  for (const char* name : {lower, upper}) {
    if (auto value = environment(name); value && !base::trim(*value).empty()) {
      return Variable{name, std::string(base::trim(*value))};
    }
  }
  return std::nullopt;
}

// An IPv4 address of a network such as 10.0.0.0/8.
bool is_in_network(const std::string& host, std::string_view network) {
  const auto slash = network.find('/');
  if (slash == network.npos) return false;
  unsigned bits = 0;
  const auto count = network.substr(slash + 1);
  const auto read = std::from_chars(count.data(), count.data() + count.size(), bits);
  in_addr address{}, base{};
  if (read.ec != std::errc() || bits > 32 || ::inet_pton(AF_INET, host.c_str(), &address) != 1 ||
      ::inet_pton(AF_INET, std::string(network.substr(0, slash)).c_str(), &base) != 1) {
    return false;
  }
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  return (ntohl(address.s_addr) & mask) == (ntohl(base.s_addr) & mask);
}

bool fits(std::string_view entry, const http::Url& url) {
  if (entry == "*") return true;
  if (is_in_network(url.host, entry)) return true;
  if (const auto colon = entry.rfind(':'); colon != entry.npos && entry.find(':') == colon) {
    if (entry.substr(colon + 1) != std::to_string(url.port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty()) return false;
  const std::string name = base::to_lower(entry), host = base::to_lower(url.host);
  return host == name || host.ends_with("." + name);
}

base::Result<Proxy> parse(const Variable& variable) {
  Proxy proxy;
  proxy.variable = variable.name;
  std::string text = variable.value;
  if (text.find("://") == text.npos) text.insert(0, "http://");
  const auto begin = text.find("://") + 3;
  const auto end = text.find_first_of("/?#", begin);
  if (const auto at = text.substr(0, end).rfind('@'); at != text.npos && at >= begin) {
    const auto login = base::percent_decode(text.substr(begin, at - begin));
    proxy.authorization = base::Secret("Basic " + base::to_base64(base::as_bytes(login)));
    text.erase(begin, at + 1 - begin);
  }
  const auto bad = [&](const char* why) {
    return base::fail(base::Code::InvalidArgument, variable.name + why);
  };
  if (text.starts_with("socks")) return bad(" names a SOCKS proxy, which is not tested through");
  if (!text.starts_with("http://")) return bad(" is not http://HOST:PORT");
  auto url = http::parse_url(text);
  if (!url) return bad(" is not http://HOST:PORT");
  proxy.url = std::move(*url);
  return proxy;
}

}  // namespace

bool is_excluded(const std::string& no_proxy, const http::Url& url) {
  std::string_view rest = no_proxy;
  while (!rest.empty()) {
    const auto end = rest.find_first_of(", \t");
    if (fits(rest.substr(0, end), url)) return true;
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  return false;
}

base::Result<ProxyChoice> choose_proxy(const http::Url& url,
                                       const client::Environment& environment) {
  ProxyChoice choice;
  const std::pair<const char*, const char*> own =
      url.secure ? std::pair("https_proxy", "HTTPS_PROXY") : std::pair("http_proxy", "HTTP_PROXY");
  auto variable = find(environment, own.first, own.second);
  if (!variable) variable = find(environment, "all_proxy", "ALL_PROXY");
  if (!variable) return choice;
  const auto lower = environment(own.first), upper = environment(own.second);
  if (lower && upper && !lower->empty() && !upper->empty() && *lower != *upper) {
    choice.differs = own.second;
  }
  if (const auto none = find(environment, "no_proxy", "NO_PROXY");
      none && is_excluded(none->value, url)) {
    choice.passed_by = none->name;
    return choice;
  }
  auto proxy = parse(*variable);
  if (!proxy) return error_of(proxy);
  choice.proxy = std::move(*proxy);
  return choice;
}

}  // namespace jianmen::diagnose::live
