#pragma once
// An absolute http or https URL, in the parts that a client needs.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace jianmen::http {

struct Url {
  bool secure = false;
  std::string host;         // without brackets
  std::uint16_t port = 80;  // the scheme's own when none is given
  std::string authority;    // for the Host field: as given, without the scheme's own port
  std::string target;       // path and query as given, at least "/"; without the fragment
};

base::Result<Url> parse_url(std::string_view text);

}  // namespace jianmen::http
