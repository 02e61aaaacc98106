#include "server/admin_api.hpp"

#include <optional>
#include <set>

#include "base/encoding.hpp"
#include "server/admin/routes.hpp"
#include "server/operations.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;
using base::Code;

int status_of(Code code) {
  switch (code) {
    case Code::InvalidArgument:
    case Code::TooLarge:
      return 400;
    case Code::Unauthenticated:
      return 401;
    case Code::Denied:
      return 403;
    case Code::NotFound:
      return 404;
    case Code::Conflict:
      return 409;
    case Code::Unavailable:
      return 503;
    case Code::Internal:
      return 500;
  }
  return 500;
}

http::Response json_response(int status, const json::value& body) {
  return http::Response(status, base::to_text(body) + "\n", "application/json");
}

http::Response refusal(int status, std::string_view message) {
  return json_response(status, json::object{{"error", json::object{{"message", message}}}});
}

// The pattern's {} as they stand in the path; nullopt: it does not fit.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = base::split(pattern, '/'), given = base::split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "{}") {
      values.push_back(base::percent_decode(given[i]));
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return values;
}

class AdminHandler final : public http::Handler {
 public:
  AdminHandler(Installation& installation, net::BlockingPool& pool, AdminSettings settings)
      : installation_(installation), pool_(pool), settings_(std::move(settings)) {}

  net::Task<http::Response> handle(const http::Request& request) override {
    // Not on the pool: whatever it is busy with, this is answered.
    if (settings_.operations) {
      if (auto answer = settings_.operations->answer(request)) co_return std::move(*answer);
    }
    admin::Asked asked{installation_, settings_, {}, {}, nullptr};
    const auto* route = find_route(request, asked);
    if (!route) co_return refusal(404, "no such path");
    if (request.query) asked.query = http::parse_query(*request.query);
    if (!request.body.empty()) {
      auto body = base::parse_json(request.body);
      if (!body) co_return refusal(400, body.error().message);
      asked.body = std::move(*body);
    }
    auto answer = co_await pool_.run([&] { return route->answer(asked); });
    if (!answer) co_return refusal(status_of(answer.error().code), answer.error().message);
    co_return json_response(200, *answer);
  }

  http::Response refuse(int status, std::string_view reason) override {
    return refusal(status, reason);
  }

 private:
  static const admin::Route* find_route(const http::Request& request, admin::Asked& asked) {
    for (const auto routes : {admin::operation_routes(), admin::directory_routes(),
                              admin::permission_routes(), admin::fault_routes()}) {
      for (const auto& route : routes) {
        if (route.method != request.method) continue;
        auto values = match(route.pattern, request.path);
        if (!values) continue;
        asked.values = std::move(*values);
        return &route;
      }
    }
    return nullptr;
  }

  Installation& installation_;
  net::BlockingPool& pool_;
  const AdminSettings settings_;
};

}  // namespace

std::string admin::Asked::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

std::unique_ptr<http::Handler> make_admin_handler(Installation& installation,
                                                  net::BlockingPool& pool, AdminSettings settings) {
  return std::make_unique<AdminHandler>(installation, pool, std::move(settings));
}

}  // namespace jianmen::app
