#include <fstream>
#include <iostream>
#include <sstream>

#include "admin_client.hpp"
#include "base/clock.hpp"
#include "net/tls.hpp"
#include "request_options.hpp"

namespace jianmen::app {

namespace {

using base::Code;
using base::error_of;
using base::fail;

struct CallOptions {
  std::string token, ca;
  bool include = false, insecure = false;
};

base::Result<std::shared_ptr<net::TlsClientContext>> make_tls(const CallOptions& options) {
  net::TlsClientSettings settings;
  settings.verify = !options.insecure;
  if (!options.ca.empty()) {
    std::ifstream file(options.ca, std::ios::binary);
    if (!file) return fail(Code::InvalidArgument, "cannot read " + options.ca);
    std::ostringstream text;
    text << file.rdbuf();
    settings.ca_pem = text.str();
  }
  return net::TlsClientContext::create(settings);
}

base::Result<client::Answer> call(const RequestOptions& request, const CallOptions& options) {
  auto headers = read_headers(request);
  if (!headers) return error_of(headers);
  auto body = read_body(request);
  if (!body) return error_of(body);
  auto settings = read_settings(request);
  if (!settings) return error_of(settings);
  auto credentials = read_credentials(request, options.token, Need::Optional);
  if (!credentials) return error_of(credentials);
  if (request.url.starts_with("https:")) {
    auto tls = make_tls(options);
    if (!tls) return error_of(tls);
    settings->http.tls = std::move(*tls);
  }
  const base::MovableClock clock;
  client::Client client(std::move(*credentials), std::move(*settings), clock);
  return client.call(request.method, request.url, std::move(*headers), std::move(*body));
}

void print(const client::Answer& answer, bool include, const Common& common) {
  const auto& response = answer.response;
  if (common.json) {
    namespace json = base::json;
    json::object out{{"status", response.status}};
    json::array headers;
    for (const auto& [name, value] : response.headers) {
      headers.push_back(json::object{{"name", name}, {"value", value}});
    }
    out["headers"] = std::move(headers);
    auto body = base::parse_json(response.body);
    out["body"] = body ? std::move(*body) : json::value(response.body);
    std::cout << base::to_pretty_text(out) << "\n";
    return;
  }
  if (include) {
    std::cout << "HTTP/1.1 " << response.status << " " << response.reason << "\r\n";
    for (const auto& [name, value] : response.headers) std::cout << name << ": " << value << "\r\n";
    std::cout << "\r\n";
  }
  std::cout << response.body;
  if (!response.body.empty() && response.body.back() != '\n') std::cout << "\n";
}

}  // namespace

void add_call(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("call", "Make a signed call, like curl");
  auto request = std::make_shared<RequestOptions>();
  auto options = std::make_shared<CallOptions>();
  add_request_options(*command, request);
  command->add_option("--token", options->token, "Sent as X-Auth-Token in place of a signature");
  command->add_flag("-i,--include", options->include, "Status line and headers too");
  command->add_option("--cacert", options->ca, "Trusted authorities, PEM");
  command->add_flag("-k,--insecure", options->insecure, "Any certificate will do");
  add_common_options(*command, common);
  command->footer(
      "Example: jianmen call GET http://127.0.0.1:8080/v3/projects --ak JIANMENDEMOADMIN0001 --sk "
      "jianmenDemoAdminSecretKeyForLocalUseOnly");
  command->callback([request, options, &common] {
    auto answer = call(*request, *options);
    if (!answer) {
      report(answer.error(), common);
      if (answer.error().code == Code::InvalidArgument) common.exit = Exit::Usage;
      return;
    }
    print(*answer, options->include, common);
    if (answer->error) {
      common.exit = Exit::Refused;
      if (!common.json && !answer->error->request_id.empty()) {
        std::cerr << "refused: jianmen explain " << answer->error->request_id << "\n";
      }
    }
  });
}

}  // namespace jianmen::app
