#pragma once
// The variables that a program in the room gets: its own, with credentials, trust and (where there
// is no room) the way to Jianmen added. Pure.

#include <map>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace jianmen::app::run {

using Variables = std::map<std::string, std::string>;

struct Surroundings {
  std::string bundle;      // file: the system's authorities and ours, PEM
  std::string authority;   // file: ours alone, PEM
  std::string java_store;  // file: the bundle for Java
  // The demo's key; empty: none is set.
  std::string access_key_id;
  base::Secret secret_key;
  // Without a room: the proxy to go through and where the SDKs that know no proxy go; empty: a
  // room.
  std::string proxy;          // http://127.0.0.1:41234
  std::string regions_file;   // of HUAWEICLOUD_SDK_REGIONS_FILE
  std::string iam_endpoint;   // https://127.0.0.1:41235
  bool keep_proxies = false;  // --allow-net in a room: the machine's own proxies stay
};

inline constexpr const char* kJavaStorePassword = "changeit";  // of a store of public certificates

Variables make_variables(Variables own, const Surroundings& surroundings);
std::vector<std::string> to_lines(const Variables& variables);  // NAME=value
Variables parse_lines(const char* const* environment);

}  // namespace jianmen::app::run
