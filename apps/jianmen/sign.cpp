#include "authn/signature/sign.hpp"

#include <iostream>

#include "admin_client.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "http/url.hpp"
#include "request_options.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;

// In single quotes, as a POSIX shell reads it.
std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string curl_line(const RequestOptions& options, const authn::signature::Signed& made,
                      const std::string& body) {
  std::string line = "curl -i -X " + options.method + " " + quote(options.url);
  for (const auto& [name, value] : made.headers) {
    // curl writes Host from the URL.
    if (!base::equals_ignore_case(name, "Host")) line += " -H " + quote(name + ": " + value);
  }
  if (options.has_data) line += " --data-binary " + quote(body);
  return line;
}

base::Result<json::object> sign(const RequestOptions& options) {
  auto headers = read_headers(options);
  if (!headers) return error_of(headers);
  auto body = read_body(options);
  if (!body) return error_of(body);
  auto settings = read_settings(options);
  if (!settings) return error_of(settings);
  auto credentials = read_credentials(options, "", Need::Required);
  if (!credentials) return error_of(credentials);
  auto url = http::parse_url(options.url);
  if (!url) return error_of(url);

  base::Time now = base::MovableClock().now();
  if (!options.date.empty()) {
    const auto date = base::parse_sdk_date(options.date);
    if (!date) return fail(Code::InvalidArgument, "--date is YYYYMMDDTHHMMSSZ");
    now = *date;
  }
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) headers->emplace_back(name, value);
  };
  add("X-Project-Id", credentials->project_id);
  add("X-Domain-Id", credentials->domain_id);
  auto made = authn::signature::sign({.algorithm = settings->algorithm,
                                      .access_key_id = credentials->access_key_id,
                                      .secret = credentials->secret,
                                      .security_token = credentials->security_token,
                                      .method = options.method,
                                      .target = url->target,
                                      .host = url->authority,
                                      .headers = std::move(*headers),
                                      .body = *body,
                                      .region = options.region,
                                      .service = options.service,
                                      .now = now});
  if (!made) return error_of(made);
  json::object sent;
  for (const auto& [name, value] : made->headers) sent[name] = value;
  return json::object{{"canonical_request", made->canonical_request},
                      {"string_to_sign", made->string_to_sign},
                      {"authorization", made->authorization},
                      {"headers", std::move(sent)},
                      {"curl", curl_line(options, *made, *body)}};
}

void print(const json::object& made) {
  const auto text = [&](std::string_view key) { return base::string_or(made, key, ""); };
  std::cout << "canonical request\n-----------------\n"
            << text("canonical_request") << "\n\nstring to sign\n--------------\n"
            << text("string_to_sign") << "\n\nAuthorization\n-------------\n"
            << text("authorization") << "\n\ncurl\n----\n"
            << text("curl") << "\n";
}

}  // namespace

void add_sign(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("sign", "Show how a request is signed; sends nothing");
  auto options = std::make_shared<RequestOptions>();
  add_request_options(*command, options);
  command->add_option("--date", options->date, "X-Sdk-Date, YYYYMMDDTHHMMSSZ (default: now)");
  add_common_options(*command, common);
  command->footer(
      "Example: jianmen sign GET "
      "'https://ecs.cn-north-4.myhuaweicloud.com/v1/PROJECT/cloudservers/detail?limit=10' --ak AK "
      "--sk SK");
  command->callback([options, &common] {
    auto made = sign(*options);
    if (!made) {
      report(made.error(), common);
      common.exit = Exit::Usage;
    } else if (common.json) {
      std::cout << base::to_pretty_text(*made) << "\n";
    } else {
      print(*made);
    }
  });
}

}  // namespace jianmen::app
