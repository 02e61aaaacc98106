#pragma once
// The client's side: sign a request as the official SDKs do (base rule). Used by the client,
// `jianmen sign` and tests.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authn/signature/authorization.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::authn::signature {

struct SignInput {
  Algorithm algorithm = Algorithm::HmacSha256;
  std::string access_key_id;
  base::Secret secret;
  std::string security_token;  // temporary keys
  std::string method = "GET";
  std::string target;  // raw path and query, as it goes on the wire
  std::string host;    // with the port when it is not the scheme's own
  std::vector<std::pair<std::string, std::string>> headers;  // to sign, besides Host and X-Sdk-Date
  std::string body;
  std::string region, service;  // V11 only
  base::Time now{};
};

struct Signed {
  std::string canonical_request;
  std::string string_to_sign;
  std::string authorization;
  std::vector<std::pair<std::string, std::string>>
      headers;  // all to send: the given ones, Host, X-Sdk-Date, Authorization …
};

base::Result<Signed> sign(const SignInput& input);

}  // namespace jianmen::authn::signature
