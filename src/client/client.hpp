#pragma once
// Calls a cloud API: signed with an access key, or with a token.
//   client::Client client(credentials, settings);
//   auto answer = client.call("GET", "https://ecs.cn-north-4.myhuaweicloud.com/v1/…", {}, "");
//   if (answer && answer->error) … answer->error->code …
// An answer with an error status is an answer; an Error is returned when there was none
// (Unavailable) or nothing could be sent (InvalidArgument). Thread safety: one thread a Client.

#include <optional>
#include <string>

#include "authn/signature/authorization.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "client/credentials.hpp"
#include "client/service_error.hpp"
#include "http/client.hpp"

namespace jianmen::client {

struct Settings {
  authn::signature::Algorithm algorithm = authn::signature::Algorithm::HmacSha256;
  std::string region, service;  // for V11-HMAC-SHA256
  http::ClientSettings http;
};

struct Answer {
  http::ClientResponse response;
  std::optional<ServiceError> error;  // set for a status of 400 and more
};

class Client {
 public:
  Client(Credentials credentials, Settings settings, const base::Clock& clock);

  base::Result<Answer> call(const std::string& method, const std::string& url, http::Fields headers,
                            std::string body);

  // What call() would send, with its headers.
  base::Result<http::ClientRequest> prepare(const std::string& method, const std::string& url,
                                            http::Fields headers, std::string body) const;

 private:
  Credentials credentials_;
  Settings settings_;
  const base::Clock& clock_;
};

// https://<host> of a service in a region, from the catalogue; NotFound says where it is to be had.
base::Result<std::string> find_endpoint(const catalog::Catalog& catalog, std::string_view service,
                                        std::string_view region);

}  // namespace jianmen::client
