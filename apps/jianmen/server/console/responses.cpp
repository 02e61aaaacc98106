#include "server/console/responses.hpp"

#include <algorithm>

#include "catalog/embedded.hpp"

namespace jianmen::app::console {

namespace {

// Written out: what is not listed is not served.
struct File {
  std::string_view name, embedded, type;
};
constexpr File kFiles[] = {
    {"index.html", "console/index.html", "text/html; charset=utf-8"},
    {"style.css", "console/style.css", "text/css; charset=utf-8"},
    {"console.js", "console/console.js", "text/javascript; charset=utf-8"},
    {"texts.js", "console/texts.js", "text/javascript; charset=utf-8"},
    {"page.js", "console/page.js", "text/javascript; charset=utf-8"},
    {"events.js", "console/events.js", "text/javascript; charset=utf-8"},
    {"requests.js", "console/requests.js", "text/javascript; charset=utf-8"},
    {"explanation.js", "console/explanation.js", "text/javascript; charset=utf-8"},
    {"doctor.js", "console/doctor.js", "text/javascript; charset=utf-8"},
    {"endpoints.js", "console/endpoints.js", "text/javascript; charset=utf-8"},
};

constexpr std::string_view kHeaders =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cache-Control: no-store\r\n";

}  // namespace

void harden(http::Response& response) { response.add_lines(kHeaders); }

std::optional<http::Response> file_response(std::string_view name) {
  const auto file = std::ranges::find(kFiles, name, &File::name);
  if (file == std::end(kFiles)) return std::nullopt;
  http::Response response(200, std::string(catalog::embedded(file->embedded)), file->type);
  harden(response);
  return response;
}

http::Response json_response(int status, const base::json::value& body) {
  http::Response response(status, base::to_text(body) + "\n", "application/json");
  harden(response);
  return response;
}

http::Response fault(int status, std::string_view message) {
  return json_response(status,
                       base::json::object{{"error", base::json::object{{"message", message}}}});
}

http::Response redirect(std::string_view location) {
  http::Response response(308);
  response.add("Location", location);
  harden(response);
  return response;
}

}  // namespace jianmen::app::console
