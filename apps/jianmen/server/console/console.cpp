#include "server/console/console.hpp"

#include <utility>

#include "server/console/data.hpp"
#include "server/console/events.hpp"
#include "server/console/guard.hpp"
#include "server/console/responses.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;
using base::Code;
using console::fault;
using console::Visitor;

constexpr std::string_view kRoot = "/jianmen";
constexpr int kMaxStreams = 64;

bool is_ours(std::string_view path) {
  return path.starts_with(kRoot) && (path.size() == kRoot.size() || path[kRoot.size()] == '/');
}

int status_of(Code code) {
  if (code == Code::InvalidArgument) return 400;
  if (code == Code::NotFound) return 404;
  return code == Code::TooLarge ? 413 : 500;
}

http::Response answer_of(const base::Result<json::value>& data) {
  if (data) return console::json_response(200, *data);
  return fault(status_of(data.error().code), data.error().message);
}

std::string parameter(const http::Request& request, std::string_view name) {
  for (auto& [key, value] : http::parse_query(request.query.value_or(std::string_view()))) {
    if (key == name) return value;
  }
  return {};
}

class Front final : public http::Handler {
 public:
  Front(Console& console, std::unique_ptr<http::Handler> gateway)
      : console_(console), gateway_(std::move(gateway)) {}
  net::Task<http::Response> handle(const http::Request& request) override {
    if (is_ours(request.path) && console::visitor_of(request) != Visitor::Stranger) {
      return console_.answer(request);
    }
    return gateway_->handle(request);
  }
  http::Response refuse(int status, std::string_view reason) override {
    return gateway_->refuse(status, reason);
  }
  bool takes_stream(const http::Request& head) override {
    return !is_ours(head.path) && gateway_->takes_stream(head);
  }

 private:
  Console& console_;
  const std::unique_ptr<http::Handler> gateway_;
};

class Alone final : public http::Handler {
 public:
  explicit Alone(Console& console) : console_(console) {}
  net::Task<http::Response> handle(const http::Request& request) override {
    if (console::visitor_of(request) == Visitor::Stranger) co_return fault(404, "no such path");
    if (request.path == "/") co_return console::redirect("/jianmen/");
    if (!is_ours(request.path)) co_return fault(404, "no such path");
    co_return co_await console_.answer(request);
  }
  http::Response refuse(int status, std::string_view reason) override {
    return fault(status, reason);
  }

 private:
  Console& console_;
};

}  // namespace

Console::Console(Installation& installation, net::BlockingPool& pool)
    : installation_(installation),
      pool_(pool),
      start_(base::make_hex_id(installation.random())),
      streams_(std::make_shared<std::atomic<int>>(0)) {}

std::unique_ptr<http::Handler> Console::in_front_of(std::unique_ptr<http::Handler> gateway) {
  return std::make_unique<Front>(*this, std::move(gateway));
}

std::unique_ptr<http::Handler> Console::alone() { return std::make_unique<Alone>(*this); }

net::Task<http::Response> Console::answer(const http::Request& request) {
  if (console::visitor_of(request) != Visitor::Local) {
    co_return fault(403, "only the console's own page may ask this");
  }
  std::string_view name = request.path.substr(kRoot.size());
  if (name.empty()) co_return console::redirect("/jianmen/");
  name.remove_prefix(1);
  constexpr std::string_view kData = "data/";
  if (name.starts_with(kData)) co_return co_await answer_data(request, name.substr(kData.size()));
  if (request.method != "GET" && request.method != "HEAD") co_return fault(405, "GET only");
  auto file = console::file_response(name.empty() ? "index.html" : name);
  if (!file) co_return fault(404, "no such path");
  co_return std::move(*file);
}

net::Task<http::Response> Console::answer_data(const http::Request& request,
                                               std::string_view name) {
  const auto language = diagnose::parse_language(parameter(request, "lang"));
  if (name == "doctor") {
    if (request.method != "POST") co_return fault(405, "POST only");
    // A form of another page cannot send this type.
    const auto type = request.find(http::HeaderId::ContentType).value_or(std::string_view());
    if (!type.starts_with("application/json")) co_return fault(415, "application/json only");
    const auto data = co_await pool_.run(
        [&] { return console::doctor_data(installation_, request.body, language); });
    co_return answer_of(data);
  }
  if (request.method != "GET") co_return fault(405, "GET only");
  constexpr std::string_view kRequests = "requests/";
  if (name.starts_with(kRequests)) {
    const auto id = name.substr(kRequests.size());
    const auto data =
        co_await pool_.run([&] { return console::request_data(installation_, id, language); });
    co_return answer_of(data);
  }
  if (name == "events") co_return open_events(request);
  if (name == "causes") {
    const auto data =
        co_await pool_.run([&] { return console::cause_data(installation_.catalog()); });
    co_return console::json_response(200, data);
  }
  if (name == "endpoints") {
    const auto data =
        co_await pool_.run([&] { return console::endpoint_data(installation_.catalog()); });
    co_return console::json_response(200, data);
  }
  co_return fault(404, "no such path");
}

http::Response Console::open_events(const http::Request& request) {
  if (streams_->fetch_add(1, std::memory_order_relaxed) >= kMaxStreams) {
    streams_->fetch_sub(1, std::memory_order_relaxed);
    auto full = fault(503, "too many pages look on at once");
    full.add("Retry-After", "5");
    return full;
  }
  // A browser that reconnects by itself sends the field; the page, when it begins anew, the
  // parameter.
  const auto last = request.find("Last-Event-ID");
  const std::string last_id = last ? std::string(*last) : parameter(request, "after");
  http::Response response(200);
  response.set_stream(
      std::make_shared<console::EventStream>(installation_.journal(), start_, last_id, streams_),
      "text/event-stream");
  console::harden(response);
  return response;
}

}  // namespace jianmen::app
