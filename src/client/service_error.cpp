#include "client/service_error.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/json.hpp"

namespace jianmen::client {

namespace {

namespace json = base::json;

// A bound against bodies made to be deep; the families nest once.
constexpr int kDepth = 4;

std::optional<std::string> scalar(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64() || value->is_uint64()) return base::to_text(*value);
  return std::nullopt;
}

bool read_pair(const json::object& object, ServiceError& error) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPairs{
      {{"error_code", "error_msg"}, {"errorCode", "errorMsg"}, {"code", "message"}}};
  for (const auto& [code_key, message_key] : kPairs) {
    auto code = scalar(object, code_key), message = scalar(object, message_key);
    if (!code || !message) continue;
    error.code = std::move(*code);
    error.message = std::move(*message);
    return true;
  }
  return false;
}

// The pair at this level, else in any member that is an object.
bool search(const json::object& object, ServiceError& error, int depth) {
  if (auto encoded = scalar(object, "encoded_authorization_message")) {
    error.encoded_authorization_message = std::move(*encoded);
  }
  if (read_pair(object, error)) return true;
  if (depth == 0) return false;
  for (const auto& member : object) {
    if (member.value().is_object() && search(member.value().get_object(), error, depth - 1)) {
      return true;
    }
  }
  return false;
}

}  // namespace

ServiceError parse_error(const http::ClientResponse& response) {
  ServiceError error;
  error.status = response.status;
  error.request_id = std::string(response.find("X-Request-Id").value_or(""));
  const auto body = base::parse_json(response.body);
  if (!body || !body->is_object() || !search(body->get_object(), error, kDepth)) {
    error.message = response.body;
  }
  if (error.request_id.empty() && body) error.request_id = base::string_or(*body, "request_id", "");
  return error;
}

}  // namespace jianmen::client
