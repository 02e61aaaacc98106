#include "client/credentials.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/encoding.hpp"

namespace jianmen::client {

using base::Code;
using base::fail;

namespace {

// The member that a profile's key means; nullptr for keys of other providers (idp_id …).
std::string* member_of(Credentials& credentials, std::string_view key) {
  if (key == "ak") return &credentials.access_key_id;
  if (key == "security_token") return &credentials.security_token;
  if (key == "project_id") return &credentials.project_id;
  if (key == "domain_id") return &credentials.domain_id;
  return nullptr;
}

bool is_complete(const Credentials& credentials) {
  return !credentials.token.empty() ||
         (!credentials.access_key_id.empty() && !credentials.secret.empty());
}

Credentials from_environment(const Environment& environment) {
  const auto value = [&](const char* name) { return environment(name).value_or(""); };
  Credentials found;
  found.access_key_id = value("HUAWEICLOUD_SDK_AK");
  found.secret = base::Secret(value("HUAWEICLOUD_SDK_SK"));
  found.security_token = value("HUAWEICLOUD_SDK_SECURITY_TOKEN");
  found.project_id = value("HUAWEICLOUD_SDK_PROJECT_ID");
  found.domain_id = value("HUAWEICLOUD_SDK_DOMAIN_ID");
  return found;
}

std::string profile_path(const Environment& environment) {
  if (const auto set = environment("HUAWEICLOUD_SDK_CREDENTIALS_FILE"); set && !set->empty()) {
    return *set;
  }
  const auto home = environment("HOME");
  return home && !home->empty() ? *home + "/.huaweicloud/credentials" : std::string();
}

// What was given beside a key of another source still counts: a project, an account.
void complete_ids(Credentials& found, const Credentials& other) {
  if (!other.project_id.empty()) found.project_id = other.project_id;
  if (!other.domain_id.empty()) found.domain_id = other.domain_id;
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return std::string(value);
  };
}

base::Result<Credentials> parse_profile(std::string_view text, CredentialClass section) {
  const std::string_view wanted = section == CredentialClass::Basic ? "[basic]" : "[global]";
  Credentials found;
  bool inside = false;
  int number = 0;
  for (const auto raw : base::split(text, '\n')) {
    ++number;
    const auto line = base::trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = line == wanted;
      continue;
    }
    if (!inside) continue;
    const auto equals = line.find('=');
    if (equals == line.npos) {
      // The line itself is not told: it may hold a secret.
      return fail(Code::InvalidArgument, "line " + std::to_string(number) + " is not KEY = VALUE");
    }
    const auto key = base::trim(line.substr(0, equals));
    const auto value = base::trim(line.substr(equals + 1));
    if (key == "sk") {
      found.secret = base::Secret(std::string(value));
    } else if (auto* member = member_of(found, key)) {
      *member = std::string(value);
    }
  }
  return found;
}

base::Result<Credentials> find_credentials(const Credentials& given, const Environment& environment,
                                           CredentialClass wanted) {
  if (is_complete(given)) return given;
  if (!given.access_key_id.empty() || !given.secret.empty()) {
    return fail(Code::InvalidArgument, "an access key id and its secret belong together");
  }
  if (auto found = from_environment(environment); is_complete(found)) {
    complete_ids(found, given);
    return found;
  }
  const std::string path = profile_path(environment);
  std::ifstream file(path, std::ios::binary);
  if (!path.empty() && file) {
    std::ostringstream text;
    text << file.rdbuf();
    auto found = parse_profile(text.str(), wanted);
    if (!found) return fail(Code::InvalidArgument, path + ": " + found.error().message);
    if (is_complete(*found)) {
      complete_ids(*found, given);
      return found;
    }
  }
  return fail(Code::NotFound,
              "no credentials: not given, not in HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, not "
              "in section " +
                  std::string(wanted == CredentialClass::Basic ? "[basic]" : "[global]") + " of " +
                  (path.empty() ? "~/.huaweicloud/credentials" : path));
}

}  // namespace jianmen::client
