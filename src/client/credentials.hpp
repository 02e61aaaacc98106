#pragma once
// Where a caller's credentials come from, in the order of the official SDKs: what is given, the
// environment (HUAWEICLOUD_SDK_AK …), the profile file (~/.huaweicloud/credentials, INI). A source
// that holds an access key is taken whole; keys of two sources are never mixed. Pure but for
// reading the file.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::client {

struct Credentials {
  std::string access_key_id;
  base::Secret secret;
  std::string security_token;  // of temporary keys
  std::string project_id;      // for regional services
  std::string domain_id;       // for global services
  std::string token;           // X-Auth-Token in place of a signature
};

enum class CredentialClass { Basic /* regional services */, Global };

using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

// The section of a profile file; InvalidArgument names the line that is wrong.
base::Result<Credentials> parse_profile(std::string_view text, CredentialClass section);

// NotFound lists every source that was looked at.
base::Result<Credentials> find_credentials(const Credentials& given, const Environment& environment,
                                           CredentialClass wanted);

}  // namespace jianmen::client
