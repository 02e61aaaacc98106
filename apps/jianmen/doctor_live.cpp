#include "doctor_live.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

#include "admin_client.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "diagnose/live/live.hpp"
#include "language.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;
namespace live = diagnose::live;
using base::Code;
using base::error_of;
using base::fail;

constexpr std::string_view kCloud = "https://iam.myhuaweicloud.com";
constexpr std::size_t kLargestFile = 1024 * 1024;

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kLargestFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The server of this machine, if one runs: its http listener, else the first.
std::string local_endpoint(const AdminClient& admin) {
  const auto found = admin.call("GET", "/server");
  const auto* urls = found ? base::find_array(*found, "urls") : nullptr;
  if (!urls || urls->empty()) return {};
  for (const auto& url : *urls) {
    if (url.is_string() && std::string_view(url.get_string()).starts_with("http:")) {
      return std::string(url.get_string());
    }
  }
  return urls->front().is_string() ? std::string(urls->front().get_string()) : std::string();
}

base::Result<live::Settings> read_settings(const LiveOptions& options, const AdminClient& admin,
                                           const Common& common) {
  live::Settings settings;
  settings.language = language(common);
  settings.region = options.region;
  settings.endpoint = options.endpoint;
  if (settings.endpoint.empty()) {
    settings.endpoint = live::endpoint_variable(client::process_environment());
  }
  if (settings.endpoint.empty()) settings.endpoint = local_endpoint(admin);
  if (settings.endpoint.empty()) settings.endpoint = kCloud;
  if (settings.endpoint.find("://") == settings.endpoint.npos) {
    settings.endpoint.insert(0, "https://");
  }
  const auto limit = base::parse_duration(options.timeout);
  if (!limit || *limit < std::chrono::milliseconds(1) || *limit > std::chrono::hours(1)) {
    return fail(Code::InvalidArgument, "--timeout is a duration such as 10s or 500ms");
  }
  settings.limit = std::chrono::duration_cast<std::chrono::milliseconds>(*limit);
  if (!options.ca.empty()) {
    auto text = read_file(options.ca);
    if (!text) return fail(Code::InvalidArgument, "cannot read " + options.ca);
    settings.ca_pem = std::move(*text);
  }
  if (options.try_call.empty()) return settings;
  const auto text = base::trim(options.try_call);
  const auto blank = text.find(' ');
  const auto path = blank == text.npos ? std::string_view() : base::trim(text.substr(blank));
  if (!path.starts_with('/') || path.find_first_of(" \t\r\n") != path.npos) {
    return fail(Code::InvalidArgument, "--try is \"METHOD /PATH\"");
  }
  settings.try_method = text.substr(0, blank);
  settings.try_path = path;
  if (settings.try_method != "GET" && settings.try_method != "HEAD") {
    return fail(Code::InvalidArgument,
                "--try takes GET and HEAD alone: the doctor changes nothing. For the others: "
                "jianmen call");
  }
  return settings;
}

Exit usage(const base::Error& error, const Common& common) {
  Common copy = common;
  report(error, copy);
  return Exit::Usage;
}

}  // namespace

CLI::Option* add_live_options(CLI::App& command, const std::shared_ptr<LiveOptions>& options) {
  auto* live = command.add_flag("--live", options->live,
                                "Test the way to an endpoint step by step: environment, proxy, "
                                "DNS, TCP, TLS, gateway, clock, route, credentials, project, "
                                "scope, permission");
  command
      .add_option("--endpoint", options->endpoint,
                  "https://HOST[:PORT] (default: $HUAWEICLOUD_SDK_IAM_ENDPOINT, else the server "
                  "that runs on this machine, else https://iam.myhuaweicloud.com)")
      ->needs(live);
  command
      .add_option("--try", options->try_call,
                  "Also make this call: \"GET /v1/{project_id}/cloudservers/detail\"; GET and HEAD "
                  "alone")
      ->needs(live);
  command
      .add_option("--region", options->region,
                  "Whose project is asked for (default: the endpoint's, $HW_REGION_NAME, "
                  "$OS_REGION_NAME, cn-north-4)")
      ->needs(live);
  command.add_option("--cacert", options->ca, "Trusted authorities besides the system's, PEM")
      ->needs(live);
  command.add_option("--timeout", options->timeout, "Of each step (default: 10s)")->needs(live);
  return live;
}

Exit doctor_live(const LiveOptions& options, const Common& common) {
  const AdminClient admin(common);
  auto settings = read_settings(options, admin, common);
  if (!settings) return usage(settings.error(), common);
  const auto catalog = catalog::Catalog::create();
  if (!catalog) return usage(catalog.error(), common);
  const base::MovableClock clock;
  const auto journal = [&](std::string_view id) -> std::optional<json::object> {
    auto found =
        admin.call("GET", "/journal/" + AdminClient::encode(id) + "?lang=" + language_code(common));
    if (!found || !found->is_object()) return std::nullopt;
    return std::move(found->get_object());
  };
  const live::Outside outside{client::process_environment(), read_file, journal, clock};
  const auto report = live::test_way(*settings, outside, **catalog);
  if (!report) return usage(report.error(), common);
  if (common.json) {
    std::cout << base::to_pretty_text(*report) << "\n";
  } else {
    std::cout << live::to_text(*report, settings->language, colour());
  }
  if (base::string_or(*report, "verdict", "") == "allowed") return Exit::Done;
  return live::is_unreached(*report) ? Exit::NoServer : Exit::Refused;
}

}  // namespace jianmen::app
