#pragma once
// A signature that did not hold, and what is known around it: the input of the search. Built from
// the journal's evidence; holds secrets while a search runs and is never printed.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authn/signature/authorization.hpp"
#include "base/secret.hpp"

namespace jianmen::diagnose::signature {

using authn::signature::Algorithm;

struct Field {
  std::string name, value;  // as received, value without the blanks around it
};

struct OtherKey {
  std::string access_key_id;
  base::Secret secret = {};
};

struct Question {
  // As received.
  std::string method, path;
  std::optional<std::string> query;
  std::vector<Field> headers;
  std::string body;
  bool body_whole = true;    // false: too long to be kept, `payload` alone is known
  std::string payload = {};  // the payload line as the verifier read it
  // Of the Authorization header.
  Algorithm algorithm = Algorithm::HmacSha256;
  std::string access_key_id = {}, scope = {}, signed_headers = {}, signature = {};
  // The key and its neighbours.
  base::Secret secret = {};
  std::vector<OtherKey> other_keys = {};
  // What the client may have meant: names of this server and of the catalogue, likeliest first …
  std::vector<std::string> hosts = {};
  // … ids of the account and its projects, the operations' dispatch keys ("os-stop") and the names
  // of their query parameters.
  std::vector<std::string> ids = {}, body_keys = {}, parameters = {};
  std::vector<std::string> regions = {}, services = {};

  const Field* find(std::string_view lower_case_name) const;  // nullptr: it did not arrive
};

}  // namespace jianmen::diagnose::signature
