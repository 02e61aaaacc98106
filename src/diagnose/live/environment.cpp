#include "diagnose/live/environment.hpp"

#include <utility>

#include "base/encoding.hpp"

namespace jianmen::diagnose::live {

namespace {

constexpr std::string_view kSdks = "Python, Go, Java SDK";
constexpr std::string_view kPlainSdks = "Node.js, C++ SDK";
constexpr std::string_view kTerraform = "Terraform, OpenTofu";
constexpr std::string_view kOpenStack = "OpenStack";

class Look {
 public:
  Look(const client::Environment& environment, const ReadFile& read_file)
      : environment_(environment), read_file_(read_file) {}

  Surroundings all() {
    const bool from_variables = sdk_variables(kSdks);
    if (!from_variables) profile();
    tools(kPlainSdks, from_variables ? "HUAWEICLOUD_SDK_AK" : "",
          from_variables ? value("HUAWEICLOUD_SDK_AK") : "");
    terraform();
    open_stack();
    out_.region = value("HW_REGION_NAME");
    if (out_.region.empty()) out_.region = value("OS_REGION_NAME");
    if (!value("HUAWEICLOUD_SDK_IDP_ID").empty() && !value("HUAWEICLOUD_SDK_ID_TOKEN_FILE").empty())
      odd("identity_provider", "HUAWEICLOUD_SDK_IDP_ID");
    if (const auto iam = value("HUAWEICLOUD_SDK_IAM_ENDPOINT");
        !iam.empty() && !iam.starts_with("http://") && !iam.starts_with("https://")) {
      odd("no_scheme", "HUAWEICLOUD_SDK_IAM_ENDPOINT");
    }
    return std::move(out_);
  }

 private:
  std::string value(const char* name) const { return environment_(name).value_or(""); }

  void odd(std::string_view what, std::string about) {
    out_.oddities.emplace_back("environment." + std::string(what), std::move(about));
  }

  void tools(std::string_view names, std::string source, std::string access_key_id) {
    out_.tools.push_back({names, std::move(source), std::move(access_key_id)});
  }

  void choose(const client::Credentials& credentials, const std::string& source) {
    const auto secret = credentials.secret.reveal();
    const bool framed = !secret.empty() && (base::trim(secret).size() != secret.size() ||
                                            secret.front() == '"' || secret.front() == '\'');
    if (framed) odd("secret_framed", source);
    if (out_.chosen) return;
    out_.chosen = credentials;
    out_.chosen_source = source;
  }

  // A pair of variables; half a pair is odd.
  bool pair(std::string_view names, const char* id, const char* secret, const char* security_token,
            const char* project) {
    client::Credentials found;
    found.access_key_id = value(id);
    found.secret = base::Secret(value(secret));
    if (found.access_key_id.empty() != found.secret.empty()) {
      odd("half_pair", found.secret.empty() ? secret : id);
    }
    if (found.access_key_id.empty() || found.secret.empty()) return false;
    found.security_token = value(security_token);
    found.project_id = value(project);
    tools(names, id, found.access_key_id);
    choose(found, id);
    return true;
  }

  bool sdk_variables(std::string_view names) {
    return pair(names, "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN",
                "HUAWEICLOUD_SDK_PROJECT_ID");
  }

  void profile() {
    std::string path = value("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
    if (path.empty()) {
      if (value("HOME").empty()) return tools(kSdks, "", "");
      path = value("HOME") + "/.huaweicloud/credentials";
    } else if (!read_file_(path)) {
      odd("no_profile", path);
    }
    const auto text = read_file_(path);
    if (!text) return tools(kSdks, "", "");
    const auto found = client::parse_profile(*text, client::CredentialClass::Basic);
    if (!found || found->access_key_id.empty() || found->secret.empty()) {
      odd("bad_profile", path);
      return tools(kSdks, "", "");
    }
    tools(kSdks, path, found->access_key_id);
    choose(*found, path);
  }

  void token(std::string_view names, const char* name) {
    client::Credentials found;
    found.token = value(name);
    tools(names, name, "");
    choose(found, name);
  }

  void terraform() {
    if (pair(kTerraform, "HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN", "HW_PROJECT_ID")) {
      return;
    }
    if (!value("HW_AUTH_TOKEN").empty()) return token(kTerraform, "HW_AUTH_TOKEN");
    tools(kTerraform, "", "");
  }

  void open_stack() {
    if (pair(kOpenStack, "OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_SECURITY_TOKEN", "OS_PROJECT_ID")) {
      return;
    }
    for (const char* name : {"OS_AUTH_TOKEN", "OS_TOKEN"}) {
      if (!value(name).empty()) return token(kOpenStack, name);
    }
    tools(kOpenStack, value("OS_USERNAME").empty() ? "" : "OS_USERNAME", "");
  }

  const client::Environment& environment_;
  const ReadFile& read_file_;
  Surroundings out_;
};

}  // namespace

Surroundings look_around(const client::Environment& environment, const ReadFile& read_file) {
  return Look(environment, read_file).all();
}

std::string endpoint_variable(const client::Environment& environment) {
  auto set = environment("HUAWEICLOUD_SDK_IAM_ENDPOINT").value_or("");
  if (!set.empty() && set.find("://") == set.npos) set.insert(0, "https://");
  return set;
}

}  // namespace jianmen::diagnose::live
