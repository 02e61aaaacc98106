#pragma once
// Which proxy a call would take, by the variables that curl, Python and Go read. Pure.

#include <optional>
#include <string>

#include "base/result.hpp"
#include "client/credentials.hpp"
#include "http/url.hpp"

namespace jianmen::diagnose::live {

struct Proxy {
  http::Url url;
  std::string variable;        // where it was set: "https_proxy"
  base::Secret authorization;  // the value of Proxy-Authorization; empty: no login was given

  std::string text() const { return url.host + ":" + std::to_string(url.port); }  // no login
};

struct ProxyChoice {
  std::optional<Proxy> proxy;
  std::string passed_by;  // the no_proxy variable that takes this host out; empty: none does
  std::string differs;    // the variable whose other spelling holds something else; empty: none
};

// https_proxy for https, http_proxy for http, else all_proxy; lower case wins over upper. The error
// names the variable, not its value, which may hold a password.
base::Result<ProxyChoice> choose_proxy(const http::Url& url,
                                       const client::Environment& environment);

// Entries of no_proxy, by comma or blank: "*", "host", ".domain", "*.domain", "host:port",
// "10.0.0.0/8".
bool is_excluded(const std::string& no_proxy, const http::Url& url);

}  // namespace jianmen::diagnose::live
