#include "authn/signature/sign.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "admin_client.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "diagnose/compare/compare.hpp"
#include "http/url.hpp"
#include "language.hpp"
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

struct Made {
  authn::signature::Signed request;
  std::string body;
};

base::Result<Made> sign(const RequestOptions& options, Need need) {
  auto headers = read_headers(options);
  if (!headers) return error_of(headers);
  auto body = read_body(options);
  if (!body) return error_of(body);
  auto settings = read_settings(options);
  if (!settings) return error_of(settings);
  auto credentials = read_credentials(options, "", need);
  if (!credentials) return error_of(credentials);
  if (need == Need::Optional && credentials->secret.empty()) {
    // The canonical request holds neither of them.
    credentials->access_key_id = "none";
    credentials->secret = base::Secret("none");
  }
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
  return Made{std::move(*made), std::move(*body)};
}

json::object to_json(const RequestOptions& options, const Made& made) {
  json::object sent;
  for (const auto& [name, value] : made.request.headers) sent[name] = value;
  return json::object{{"canonical_request", made.request.canonical_request},
                      {"string_to_sign", made.request.string_to_sign},
                      {"authorization", made.request.authorization},
                      {"headers", std::move(sent)},
                      {"curl", curl_line(options, made.request, made.body)}};
}

void print(const json::object& made) {
  const auto text = [&](std::string_view key) { return base::string_or(made, key, ""); };
  std::cout << "canonical request\n-----------------\n"
            << text("canonical_request") << "\n\nstring to sign\n--------------\n"
            << text("string_to_sign") << "\n\nAuthorization\n-------------\n"
            << text("authorization") << "\n\ncurl\n----\n"
            << text("curl") << "\n";
}

// The text of --compare: itself, @FILE or - (standard input).
base::Result<std::string> read_text(const std::string& given) {
  if (given != "-" && !given.starts_with('@')) return given;
  std::ostringstream text;
  if (given == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream file(given.substr(1), std::ios::binary);
    if (!file) return fail(Code::InvalidArgument, "cannot read " + given.substr(1));
    text << file.rdbuf();
  }
  return text.str();
}

base::Result<Exit> compare(RequestOptions options, const std::string& given, const Common& common) {
  namespace compare = diagnose::compare;
  if (given == "-" && options.data == "-") {
    return fail(Code::InvalidArgument, "-d and --compare cannot both read standard input");
  }
  auto text = read_text(given);
  if (!text) return error_of(text);
  const auto found = compare::find_canonical(*text);
  if (!found) {
    return fail(
        Code::InvalidArgument,
        language(common) == diagnose::Language::Chinese
            ? "--compare 的文本中没有规范请求：它应以请求方法开头，各部分以换行或 | "
              "分隔，例如 GET|/v3/projects/|name=cn-north-4|host:…（网关的整个错误响应也可以）"
            : "the text of --compare holds no canonical request: one begins with its "
              "method and has its parts on lines or between |, like "
              "GET|/v3/projects/|name=cn-north-4|host:… (the gateway's whole error will "
              "do)");
  }
  // Compared as of the time that was signed.
  compare::Context context;
  const bool has_date = std::ranges::any_of(options.headers, [](const std::string& line) {
    return base::to_lower(line).starts_with("x-sdk-date:");
  });
  if (const auto* line = found->header("x-sdk-date"); line && options.date.empty() && !has_date) {
    const std::string date(base::trim(std::string_view(*line).substr(line->find(':') + 1)));
    if (base::parse_sdk_date(date)) options.date = context.date_of_text = date;
  }
  auto made = sign(options, Need::Optional);
  if (!made) return error_of(made);
  const auto difference = compare::first_difference(*found, made->request.canonical_request);
  if (common.json) {
    std::cout << base::to_pretty_text(
                     compare::to_json(*found, difference, context, language(common)))
              << "\n";
  } else {
    std::cout << compare::to_text(*found, difference, context, language(common), colour());
  }
  return difference ? Exit::Refused : Exit::Done;
}

}  // namespace

void add_sign(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("sign", "Show how a request is signed; sends nothing");
  auto options = std::make_shared<RequestOptions>();
  add_request_options(*command, options);
  command->add_option("--date", options->date, "X-Sdk-Date, YYYYMMDDTHHMMSSZ (default: now)");
  auto given = std::make_shared<std::optional<std::string>>();
  command
      ->add_option_function<std::string>(
          "--compare", [given](const std::string& text) { *given = text; },
          "A canonical request (an SDK's debug log, or the gateway's error with its | form): mark "
          "the first difference; @FILE reads a file, - standard input. Exit status: 0 the same, 1 "
          "different")
      ->type_name("TEXT");
  add_common_options(*command, common);
  command->footer(
      "Example: jianmen sign GET "
      "'https://ecs.cn-north-4.myhuaweicloud.com/v1/PROJECT/cloudservers/detail?limit=10' --ak AK "
      "--sk SK\n         jianmen sign GET "
      "'https://iam.myhuaweicloud.com/v3/projects?name=cn-north-4' "
      "--compare @error.json");
  command->callback([options, given, &common] {
    if (*given) {
      const auto compared = compare(*options, **given, common);
      if (!compared) report(compared.error(), common);
      common.exit = compared ? *compared : Exit::Usage;
      return;
    }
    const auto made = sign(*options, Need::Required);
    if (!made) {
      report(made.error(), common);
      common.exit = Exit::Usage;
    } else if (common.json) {
      std::cout << base::to_pretty_text(to_json(*options, *made)) << "\n";
    } else {
      print(to_json(*options, *made));
    }
  });
}

}  // namespace jianmen::app
