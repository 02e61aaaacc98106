#pragma once
// Stage one of the doctor: what a pasted text says, without judging it. A value that the text does
// not tell is empty. Pure.

#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "diagnose/paste/read_text.hpp"

namespace jianmen::diagnose::paste {

// The request as the gateway read it, from `canonicalRequest:METHOD|path|query|…|hash`.
struct CanonicalRequest {
  std::string method, path, query, host, payload_hash;
  std::string doubled;  // a header whose value is there twice: `a, a`
};

struct Observation {
  Readable readable;
  std::string client;  // python-sdk, curl, terraform …
  std::string method, host, path, query;
  int status = 0;
  std::string code, message;  // of the error body
  bool own_shape = false;     // a body of the families of the cloud's errors
  std::string request_id;
  std::string access_key_id;
  std::string signature_time, server_time;  // 20211217T064303Z
  std::string expires_at;
  CanonicalRequest canonical;        // method empty: none in the text
  std::vector<std::string> secrets;  // values that must not come out
};

Observation observe(std::string_view bytes, const catalog::Catalog& catalog);

}  // namespace jianmen::diagnose::paste
