#include "client/client.hpp"

#include "authn/signature/sign.hpp"
#include "base/encoding.hpp"

namespace jianmen::client {

using base::Code;
using base::error_of;
using base::fail;

namespace {

bool has(const http::Fields& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (base::equals_ignore_case(field, name)) return true;
  }
  return false;
}

}  // namespace

Client::Client(Credentials credentials, Settings settings, const base::Clock& clock)
    : credentials_(std::move(credentials)), settings_(std::move(settings)), clock_(clock) {}

base::Result<http::ClientRequest> Client::prepare(const std::string& method, const std::string& url,
                                                  http::Fields headers, std::string body) const {
  auto parsed = http::parse_url(url);
  if (!parsed) return error_of(parsed);
  http::ClientRequest request{method, url, std::move(headers), std::move(body)};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty() && !has(request.headers, name)) request.headers.emplace_back(name, value);
  };
  if (!request.body.empty()) add("Content-Type", "application/json");
  add("X-Project-Id", credentials_.project_id);
  add("X-Domain-Id", credentials_.domain_id);
  if (!credentials_.token.empty()) {
    add("X-Auth-Token", credentials_.token);
    return request;
  }
  // Without a key the request goes out as it is: there are operations that anyone may call.
  if (credentials_.access_key_id.empty()) return request;
  auto made = authn::signature::sign({.algorithm = settings_.algorithm,
                                      .access_key_id = credentials_.access_key_id,
                                      .secret = credentials_.secret,
                                      .security_token = credentials_.security_token,
                                      .method = method,
                                      .target = parsed->target,
                                      .host = parsed->authority,
                                      .headers = std::move(request.headers),
                                      .body = request.body,
                                      .region = settings_.region,
                                      .service = settings_.service,
                                      .now = clock_.now()});
  if (!made) return error_of(made);
  request.headers = std::move(made->headers);
  return request;
}

base::Result<Answer> Client::call(const std::string& method, const std::string& url,
                                  http::Fields headers, std::string body) {
  auto request = prepare(method, url, std::move(headers), std::move(body));
  if (!request) return error_of(request);
  auto response = http::fetch_blocking(std::move(*request), settings_.http);
  if (!response) return error_of(response);
  Answer answer;
  if (response->status >= 400) answer.error = parse_error(*response);
  answer.response = std::move(*response);
  return answer;
}

base::Result<std::string> find_endpoint(const catalog::Catalog& catalog, std::string_view service,
                                        std::string_view region) {
  if (!catalog.find_service(service)) {
    return fail(Code::NotFound, "no service \"" + std::string(service) + "\" in the directory");
  }
  for (const auto& endpoint : catalog.endpoints(service, region)) {
    return "https://" + endpoint.host;
  }
  std::string known;
  for (const auto& endpoint : catalog.endpoints(service, "")) {
    if (endpoint.region) known += (known.empty() ? "" : ", ") + endpoint.region->id;
  }
  return fail(Code::NotFound, "no endpoint of " + std::string(service) + " in \"" +
                                  std::string(region) + "\"; it is in " + known);
}

}  // namespace jianmen::client
