#pragma once
// The console's answers: the page's files from the binary, JSON, sentences for what went wrong; all
// with the headers that keep a browser from doing anything but showing the page. Thread safety:
// pure.

#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "http/message.hpp"

namespace jianmen::app::console {

// "index.html", "console.js" …; nullopt when there is no such file.
std::optional<http::Response> file_response(std::string_view name);
http::Response json_response(int status, const base::json::value& body);
// {"error":{"message":…}}
http::Response fault(int status, std::string_view message);
http::Response redirect(std::string_view location);

// Adds the headers to a response made elsewhere.
void harden(http::Response& response);

}  // namespace jianmen::app::console
