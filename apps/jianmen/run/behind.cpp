#include "run/behind.hpp"

#include <algorithm>

#include "admin_client.hpp"
#include "demo.hpp"
#include "diagnose/doctor.hpp"
#include "diagnose/explain.hpp"
#include "http/url.hpp"
#include "language.hpp"
#include "server/installation.hpp"

namespace jianmen::app::run {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;
using base::Result;

// The server told this address over its own socket, and it is this machine's: what certificate it
// shows there says nothing more.
Result<Destination> destination_of(const std::string& text) {
  auto url = http::parse_url(text);
  if (!url) return error_of(url);
  std::string host = url->host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  auto address = net::Address::numeric(host, url->port);
  if (!address) return error_of(address);
  Destination destination;
  destination.address = *address;
  destination.tls = text.starts_with("https:") ? Destination::Tls::Always : Destination::Tls::Never;
  net::TlsClientSettings settings;
  settings.verify = false;
  auto trust = net::TlsClientContext::create(settings);
  if (!trust) return error_of(trust);
  destination.trust = std::move(*trust);
  return destination;
}

Result<Plan> plan_for_cloud(const Wish& wish) {
  Plan plan;
  plan.kind = Plan::Kind::Cloud;
  auto trust = net::TlsClientContext::create(net::TlsClientSettings{});
  if (!trust) return error_of(trust);
  plan.destination.trust = std::move(*trust);
  if (wish.cloud.empty()) return plan;
  auto url = http::parse_url("https://" + wish.cloud);
  if (!url) return error_of(url);
  auto addresses = net::Address::resolve(url->host, url->port);
  if (!addresses) return error_of(addresses);
  plan.destination.address = addresses->front();
  return plan;
}

Result<Plan> plan_for_running(const json::value& server) {
  std::vector<std::string> urls;
  if (const auto* told = base::find_array(server, "urls")) {
    for (const auto& url : *told) {
      if (url.is_string()) urls.emplace_back(url.as_string());
    }
  }
  // Plain before TLS: it is the machine's own loopback.
  std::ranges::stable_partition(urls, [](const auto& url) { return url.starts_with("http:"); });
  for (const auto& url : urls) {
    auto destination = destination_of(url);
    if (!destination) continue;
    Plan plan;
    plan.kind = Plan::Kind::Joined;
    plan.destination = std::move(*destination);
    plan.has_demo_keys = base::find_bool(server, "demo").value_or(false);
    return plan;
  }
  return fail(Code::Unavailable, "the running server has no listener that can be reached");
}

// --- a Jianmen of this run's own

class OwnServer final : public Behind {
 public:
  static Result<std::unique_ptr<Behind>> create() {
    InstallationSettings settings;
    settings.workers = 1;
    settings.gateway.log_requests = false;
    auto installation = Installation::create(settings);
    if (!installation) return error_of(installation);
    (*installation)->enter(Phase::Serving);
    if (auto loaded = (*installation)->load(demo_fixture()); !loaded) return error_of(loaded);
    return std::unique_ptr<Behind>(new OwnServer(std::move(*installation)));
  }

  http::Server::MakeHandler make_handler() override {
    return [this](unsigned worker) { return installation_->make_handler(worker); };
  }

  json::array explanations(const Common&, diagnose::Language language) override {
    gateway::Journal::Filter filter;
    filter.refused_only = true;
    filter.limit = kRefusalsKept;
    json::array all;
    for (const auto& entry : installation_->journal().list(filter)) {
      all.push_back(
          diagnose::explain(entry, installation_->catalog(), installation_->directory(), language));
    }
    return all;
  }

 private:
  explicit OwnServer(std::unique_ptr<Installation> installation)
      : installation_(std::move(installation)) {}
  std::unique_ptr<Installation> installation_;
};

// --- a server elsewhere

class Elsewhere final : public Behind {
 public:
  Elsewhere(const Plan& plan, const catalog::Catalog& catalog) : plan_(plan), catalog_(catalog) {}

  http::Server::MakeHandler make_handler() override {
    return
        [this](unsigned) { return make_forwarder(plan_.destination, catalog_, pool_, refusals_); };
  }

  json::array explanations(const Common& common, diagnose::Language language) override {
    const AdminClient server(common);
    json::array all;
    for (const auto& refused : refusals_.take()) {
      if (plan_.kind == Plan::Kind::Joined && !refused.request_id.empty()) {
        auto told = server.call("GET", "/journal/" + AdminClient::encode(refused.request_id) +
                                           "?lang=" + language_code(common));
        if (told) {
          all.push_back(std::move(*told));
          continue;
        }
      }
      all.push_back(observed(refused, language));
    }
    return all;
  }

 private:
  // What was seen on the way, read as a person's paste of it would be, when nobody can tell more.
  json::object observed(const Refused& refused, diagnose::Language language) const {
    std::string text = "> " + refused.method + " " + refused.path +
                       " HTTP/1.1\n> Host: " + refused.host + "\n>\n< HTTP/1.1 " +
                       std::to_string(refused.status) + " " +
                       std::string(http::reason_phrase(refused.status)) + "\n";
    if (!refused.request_id.empty()) text += "< X-Request-Id: " + refused.request_id + "\n";
    text += "<\n" + refused.answer + "\n";
    auto found = diagnose::doctor(text, catalog_, language, {});
    // These are known, whatever was read out of the text.
    found["request_id"] = refused.request_id;
    found["verdict"] = refused.status >= 500 ? "failed" : "refused";
    auto& request = found["request"];
    if (!request.is_object()) request = json::object{};
    request.as_object()["method"] = refused.method;
    request.as_object()["host"] = refused.host;
    request.as_object()["path"] = refused.path;
    auto& answer = found["answer"];
    if (!answer.is_object()) answer = json::object{};
    answer.as_object()["status"] = refused.status;
    return found;
  }

  const Plan plan_;
  const catalog::Catalog& catalog_;
  Refusals refusals_;
  net::BlockingPool pool_{1};
};

}  // namespace

Result<Plan> make_plan(const Wish& wish, const Common& common) {
  if (wish.live) return plan_for_cloud(wish);
  Plan own;
  own.has_demo_keys = true;
  if (wish.own) return own;
  auto server = AdminClient(common).call("GET", "/server");
  if (server) return plan_for_running(*server);
  if (server.error().code != Code::Unavailable) {
    return fail(Code::Unavailable, "the running server is of another version; --own does without");
  }
  if (!common.socket.empty()) return error_of(server);
  return own;
}

Result<std::unique_ptr<Behind>> Behind::create(const Plan& plan, const catalog::Catalog& catalog) {
  if (plan.kind == Plan::Kind::Own) return OwnServer::create();
  return std::unique_ptr<Behind>(std::make_unique<Elsewhere>(plan, catalog));
}

}  // namespace jianmen::app::run
