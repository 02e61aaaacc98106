#include "http/url.hpp"

#include <charconv>

#include "base/encoding.hpp"
#include "http/detail/characters.hpp"
#include "http/detail/host.hpp"

namespace jianmen::http {

namespace {

std::unexpected<base::Error> bad(std::string_view url, std::string_view why) {
  return base::fail(base::Code::InvalidArgument,
                    "not a usable URL, \"" + std::string(url) + "\": " + std::string(why));
}

}  // namespace

base::Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (base::equals_ignore_case(rest.substr(0, 8), "https://")) {
    rest.remove_prefix(8);
    url.secure = true;
    url.port = 443;
  } else if (base::equals_ignore_case(rest.substr(0, 7), "http://")) {
    rest.remove_prefix(7);
  } else {
    return bad(text, "it must begin with http:// or https://");
  }
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (!detail::is_host(authority)) return bad(text, "malformed host or port");

  const std::size_t host_end = authority.starts_with('[') ? authority.find(']') + 1 : 0;
  const std::size_t colon = authority.find(':', host_end);
  std::string_view host = authority.substr(0, colon);
  if (colon != authority.npos) {
    const std::string_view digits = authority.substr(colon + 1);
    const std::uint16_t usual = url.port;
    if (!digits.empty()) {
      std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    }
    if (url.port == usual) authority = host;
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  url.host = host;
  url.authority = authority;

  rest = rest.substr(0, rest.find('#'));
  if (detail::find_control<0x20>(rest.data(), rest.data() + rest.size()) !=
      rest.data() + rest.size()) {
    return bad(text, "blank or control character in it");
  }
  if (!rest.starts_with('/')) url.target = "/";
  url.target += rest;
  return url;
}

}  // namespace jianmen::http
