#include "admin_client.hpp"

#include <iostream>

#include "base/encoding.hpp"
#include "http/client.hpp"
#include "server/paths.hpp"

namespace jianmen::app {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;

AdminClient::AdminClient(const Common& common) : socket_(socket_path(common.socket).string()) {}

base::Result<json::value> AdminClient::call(std::string_view method, std::string_view path,
                                            const json::value& body) const {
  http::ClientRequest request;
  request.method = std::string(method);
  request.url = "http://localhost" + std::string(path);
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = base::to_text(body);
  }
  http::ClientSettings settings;
  settings.unix_path = socket_;
  auto response = http::fetch_blocking(std::move(request), std::move(settings));
  if (!response) {
    return fail(Code::Unavailable, "no server at " + socket_ + " (" + response.error().message +
                                       "); start one with: jianmen serve --demo");
  }
  if (response->body.empty() && response->status < 400) return json::value(nullptr);
  auto answer = base::parse_json(response->body);
  if (!answer) return fail(Code::Internal, "the server's answer is no JSON");
  if (response->status < 400) return std::move(*answer);
  const auto* error = base::find(*answer, "error");
  return fail(response->status == 404 ? Code::NotFound : Code::InvalidArgument,
              error ? base::string_or(*error, "message", "refused") : "refused");
}

std::string AdminClient::encode(std::string_view text) { return base::percent_encode(text); }

void report(const base::Error& error, Common& common) {
  common.exit = error.code == Code::Unavailable ? Exit::NoServer : Exit::Refused;
  if (common.json) {
    std::cout << base::to_pretty_text(
                     json::object{{"error", json::object{{"message", error.message}}}})
              << "\n";
  } else {
    std::cerr << "jianmen: " << error.message << "\n";
  }
}

}  // namespace jianmen::app
