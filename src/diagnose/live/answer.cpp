#include "diagnose/live/answer.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/time_text.hpp"

namespace jianmen::diagnose::live {

using identity::Cause;

namespace {

bool is_html(const http::ClientResponse& response) {
  const auto type = base::to_lower(response.find("Content-Type").value_or(""));
  const auto body = base::to_lower(base::trim(response.body).substr(0, 64));
  return type.starts_with("text/html") || body.starts_with("<!doctype html") ||
         body.starts_with("<html");
}

}  // namespace

bool is_gateway(const http::ClientResponse& response) {
  const bool has_id = response.find("X-Request-Id") || response.find("X-IAM-Trace-Id") ||
                      response.find("X-Openstack-Request-Id");
  if (!has_id || is_html(response)) return false;
  return response.body.empty() || response.status < 400 || base::parse_json(response.body);
}

std::string_view content_of(const http::ClientResponse& response, bool chinese) {
  if (response.body.empty()) return chinese ? "没有响应体" : "no body";
  if (is_html(response)) return chinese ? "内容是 HTML 页面" : "an HTML page";
  if (base::parse_json(response.body)) return chinese ? "内容是 JSON" : "JSON";
  return chinese ? "内容是普通文本" : "plain text";
}

std::optional<base::Time> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  text = base::trim(text);
  if (text.size() != 29) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto number = static_cast<int>(month - kMonths.begin()) + 1;
  const std::string iso = std::string(text.substr(12, 4)) + (number < 10 ? "-0" : "-") +
                          std::to_string(number) + "-" + std::string(text.substr(5, 2)) + "T" +
                          std::string(text.substr(17, 8)) + "Z";
  const auto time = base::parse_iso(iso);
  // Written back, it must be the same text: nothing but the one form is taken.
  if (!time || base::to_http_date(*time) != text) return std::nullopt;
  return time;
}

Cause cause_of(const client::ServiceError& error) {
  const auto message = base::to_lower(error.message);
  const auto says = [&](std::string_view words) { return message.find(words) != message.npos; };
  if (error.status == 429) return Cause::LimitThrottled;
  if (error.status == 404) {
    return error.code.starts_with("APIG") ? Cause::RouteUnknownPath : Cause::ResourceNotFound;
  }
  if (error.status == 502 || error.status == 503) return Cause::BackendUnavailable;
  if (error.status == 504) return Cause::BackendTimeout;
  if (error.status >= 500) return Cause::BackendInternal;
  if (error.status == 403) return Cause::PermissionNotGranted;
  if (error.status != 401) return Cause::RequestParameter;
  if (says("signature expired")) return Cause::SignatureClockSkew;
  if (says("verify aksk signature fail")) return Cause::SignatureSecretWrong;
  if (says("ak access failed to reach the limit")) return Cause::SignatureAccessKeyLocked;
  if (says("not exist") || says("ak not found")) return Cause::SignatureAccessKeyUnknown;
  if (says("inactive")) return Cause::SignatureAccessKeyInactive;
  if (says("token expires")) return Cause::TokenExpired;
  if (says("token must be updated")) return Cause::TokenRevoked;
  if (says("token")) return Cause::TokenDamaged;
  return Cause::Unknown;
}

}  // namespace jianmen::diagnose::live
