#include "run/environment.hpp"

#include <string_view>

namespace jianmen::app::run {

namespace {

// As OpenSSL and Go, Python's requests, curl, Node.js, git, the Rust and gRPC clients and pip call
// it.
constexpr const char* kBundleNames[] = {"SSL_CERT_FILE",
                                        "REQUESTS_CA_BUNDLE",
                                        "CURL_CA_BUNDLE",
                                        "GIT_SSL_CAINFO",
                                        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
                                        "PIP_CERT",
                                        "HTTPLIB2_CA_CERTS",
                                        "CARGO_HTTP_CAINFO"};
constexpr const char* kProxyNames[] = {"http_proxy", "https_proxy", "all_proxy",
                                       "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
                                       "no_proxy",   "NO_PROXY",    "CGI_HTTP_PROXY"};
// As the SDKs, their samples, Terraform's provider call them.
constexpr std::pair<const char*, const char*> kKeyNames[] = {
    {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"},
    {"CLOUD_SDK_AK", "CLOUD_SDK_SK"},
    {"HW_ACCESS_KEY", "HW_SECRET_KEY"}};

void set_java(Variables& variables, const Surroundings& surroundings) {
  std::string& options = variables["JAVA_TOOL_OPTIONS"];
  if (!options.empty()) options += ' ';
  options += "-Djavax.net.ssl.trustStore=" + surroundings.java_store +
             " -Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword=" +
             kJavaStorePassword;
  if (surroundings.proxy.empty()) return;
  const std::string_view proxy = surroundings.proxy;
  const auto colon = proxy.rfind(':');
  const std::string host(proxy.substr(7, colon - 7)), port(proxy.substr(colon + 1));
  for (const std::string scheme : {"http", "https"}) {
    options += " -D" + scheme + ".proxyHost=" + host + " -D" + scheme + ".proxyPort=" + port;
  }
}

}  // namespace

Variables make_variables(Variables own, const Surroundings& surroundings) {
  Variables variables = std::move(own);
  for (const char* name : kBundleNames) variables[name] = surroundings.bundle;
  variables.erase("SSL_CERT_DIR");
  variables["NODE_EXTRA_CA_CERTS"] = surroundings.authority;
  set_java(variables, surroundings);
  if (!surroundings.keep_proxies) {
    for (const char* name : kProxyNames) variables.erase(name);
  }
  if (!surroundings.proxy.empty()) {
    for (const char* name : {"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}) {
      variables[name] = surroundings.proxy;
    }
    for (const char* name : {"no_proxy", "NO_PROXY"}) variables[name] = "127.0.0.1,localhost,::1";
    variables.emplace("HUAWEICLOUD_SDK_REGIONS_FILE", surroundings.regions_file);
    variables.emplace("HUAWEICLOUD_SDK_IAM_ENDPOINT", surroundings.iam_endpoint);
  }
  if (!surroundings.access_key_id.empty()) {
    for (const auto& [id, secret] : kKeyNames) {
      // A pair belongs together: half of somebody's and half of ours would fit nothing.
      if (variables.contains(id) || variables.contains(secret)) continue;
      variables[id] = surroundings.access_key_id;
      variables[secret] = surroundings.secret_key.reveal();
    }
  }
  return variables;
}

std::vector<std::string> to_lines(const Variables& variables) {
  std::vector<std::string> lines;
  lines.reserve(variables.size());
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

Variables parse_lines(const char* const* environment) {
  Variables variables;
  for (; environment && *environment; ++environment) {
    const std::string_view line = *environment;
    const auto equals = line.find('=');
    if (equals == line.npos || equals == 0) continue;
    variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

}  // namespace jianmen::app::run
