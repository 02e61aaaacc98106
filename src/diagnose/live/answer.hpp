#pragma once
// Reading an endpoint's answer: whose it is, what its clock says, which cause a refusal has. Pure.

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "client/service_error.hpp"
#include "http/client.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose::live {

// A cloud's gateway gives every answer an id, and its errors are JSON.
bool is_gateway(const http::ClientResponse& response);

// "an HTML page", "JSON", "no body", "text": what a stranger's answer holds, for English readers or
// Chinese ones.
std::string_view content_of(const http::ClientResponse& response, bool chinese);

// RFC 9110 section 5.6.7, the form that is sent today: "Mon, 01 Jun 2026 12:00:00 GMT".
std::optional<base::Time> parse_http_date(std::string_view text);

// Best guess from status, code and message alone.
identity::Cause cause_of(const client::ServiceError& error);

}  // namespace jianmen::diagnose::live
