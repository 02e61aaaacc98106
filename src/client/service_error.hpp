#pragma once
// An error answer as its caller reads it, whichever family of the wire wrote it: {"error_code",
// "error_msg"}, {"error":{"code","message"}}, {"itemNotFound":{…}}, {"code","message"}, … Pure.

#include <string>

#include "http/client.hpp"

namespace jianmen::client {

struct ServiceError {
  int status = 0;
  std::string code;        // "APIGW.0301", "404"; empty when the body has none
  std::string message;     // the whole body when it is of no known form
  std::string request_id;  // of X-Request-Id, else of the body
  // With which a permission denial can be asked about; rarely set.
  std::string encoded_authorization_message;
};

ServiceError parse_error(const http::ClientResponse& response);

}  // namespace jianmen::client
