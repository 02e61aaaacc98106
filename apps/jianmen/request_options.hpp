#pragma once
// What `call` and `sign` take alike: method, URL, -d, -H and the credentials.

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/client.hpp"
#include "commands.hpp"

namespace jianmen::app {

struct RequestOptions {
  std::string method, url, data;
  bool has_data = false;
  std::vector<std::string> headers;
  std::string ak, sk, security_token, project_id, domain_id;
  std::string algorithm = "SDK-HMAC-SHA256", region, service, date;
};

void add_request_options(CLI::App& command, const std::shared_ptr<RequestOptions>& options);

base::Result<http::Fields> read_headers(const RequestOptions& options);
base::Result<std::string> read_body(const RequestOptions& options);  // text, @FILE or - (stdin)
base::Result<client::Settings> read_settings(const RequestOptions& options);
// Flags, environment, profile. Empty credentials when there are none and `needed` is false.
enum class Need { Optional, Required };
base::Result<client::Credentials> read_credentials(const RequestOptions& options,
                                                   const std::string& token, Need need);

}  // namespace jianmen::app
