#include "run/forwarder.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "http/client.hpp"

namespace jianmen::app::run {

namespace {

constexpr std::chrono::milliseconds kTimeout{300'000};

// Of one connection, not of the message; written anew by the session and the client.
constexpr std::array<std::string_view, 9> kOfTheConnection = {
    "connection", "keep-alive", "proxy-connection",  "te",  "trailer",
    "upgrade",    "expect",     "transfer-encoding", "date"};

bool passes(std::string_view name) {
  return std::ranges::none_of(
             kOfTheConnection,
             [&](std::string_view other) { return base::equals_ignore_case(name, other); }) &&
         !base::equals_ignore_case(name, "content-length");
}

http::Response refusal(int status, std::string_view message) {
  return {status,
          base::to_text(base::json::object{{"error_msg", message}, {"error_code", "APIGW.0000"}}),
          "application/json"};
}

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return colon == host.npos || host.ends_with(']') ? host : host.substr(0, colon);
}

class Forwarder final : public http::Handler {
 public:
  Forwarder(Destination destination, const catalog::Catalog& catalog, net::BlockingPool& pool,
            Refusals& refusals)
      : destination_(std::move(destination)), catalog_(catalog), pool_(pool), refusals_(refusals) {}

  net::Task<http::Response> handle(const http::Request& request) override {
    const std::string host(request.host());
    if (!destination_.address && !catalog_.is_cloud_host(without_port(host))) {
      co_return refusal(403, "only names of the cloud are passed on, not \"" +
                                 base::escape_controls(host) + "\"");
    }
    const bool secure = destination_.tls == Destination::Tls::Always ||
                        (destination_.tls == Destination::Tls::AsAsked && request.secure);
    http::ClientRequest forwarded = copy(request, secure, host);
    http::ClientSettings settings;
    settings.timeout = kTimeout;
    settings.address = destination_.address;
    if (secure) settings.tls = destination_.trust;
    if (!settings.address) {
      const std::string name(without_port(host));
      const std::uint16_t port = secure ? 443 : 80;
      auto found = co_await pool_.run([&] { return net::Address::resolve(name, port); });
      if (!found) co_return refusal(502, found.error().message);
      settings.address = found->front();
    }
    auto answer = co_await http::fetch(std::move(forwarded), std::move(settings));
    if (!answer) {
      note(request, host, 502, {}, answer.error().message);
      co_return refusal(502, answer.error().message);
    }
    if (answer->status >= 400) {
      note(request, host, answer->status, std::string(answer->find("X-Request-Id").value_or("")),
           answer->body);
    }
    http::Response response(answer->status);
    for (const auto& [name, value] : answer->headers) {
      if (passes(name)) response.add(name, value);
    }
    response.body() = std::move(answer->body);
    co_return response;
  }

  http::Response refuse(int status, std::string_view reason) override {
    return refusal(status, reason);
  }

 private:
  static http::ClientRequest copy(const http::Request& request, bool secure,
                                  const std::string& host) {
    http::ClientRequest out;
    out.method = request.method;
    out.url = (secure ? "https://" : "http://") + host;
    out.url += request.path;
    if (request.query) out.url.append("?").append(*request.query);
    for (const auto& header : request.headers) {
      if (passes(header.name)) out.headers.emplace_back(header.name, header.value);
    }
    out.body = request.body;
    return out;
  }

  void note(const http::Request& request, const std::string& host, int status, std::string id,
            std::string_view body) {
    Refused refused;
    refused.request_id = std::move(id);
    refused.method = request.method;
    refused.host = host;
    refused.path = request.path;
    refused.status = status;
    refused.answer = body.substr(0, kAnswerKept);
    refusals_.add(std::move(refused));
  }

  const Destination destination_;
  const catalog::Catalog& catalog_;
  net::BlockingPool& pool_;
  Refusals& refusals_;
};

}  // namespace

std::unique_ptr<http::Handler> make_forwarder(Destination destination,
                                              const catalog::Catalog& catalog,
                                              net::BlockingPool& pool, Refusals& refusals) {
  return std::make_unique<Forwarder>(std::move(destination), catalog, pool, refusals);
}

}  // namespace jianmen::app::run
