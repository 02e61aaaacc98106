// Our codec behind a socket for the differential: each request is answered with how it was
// understood, as one line of JSON: {"method","target","host","body"}, bytes as Latin-1. Prints its
// port; ends with its standard input.

#include <cstdio>
#include <iostream>
#include <string>

#include "base/json.hpp"
#include "http/server.hpp"

namespace {

using namespace jianmen;

// JSON text is UTF-8: each byte becomes the character of that number.
std::string latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

class Echo final : public http::Handler {
 public:
  net::Task<http::Response> handle(const http::Request& request) override {
    const base::json::object seen{{"method", latin1(request.method)},
                                  {"target", latin1(request.target)},
                                  {"host", latin1(request.host())},
                                  {"body", latin1(request.body)}};
    co_return http::Response(200, base::to_text(seen), "application/json");
  }
  http::Response refuse(int status, std::string_view reason) override {
    return http::Response(status, std::string(reason), "text/plain");
  }
};

}  // namespace

int main() {
  http::ServerSettings settings;
  settings.http2.enabled = false;
  auto server = http::Server::create(settings, {*http::parse_listen_url("http://127.0.0.1:0")},
                                     nullptr, 1, [](unsigned) { return std::make_unique<Echo>(); });
  if (!server) {
    std::cerr << server.error().message << '\n';
    return 1;
  }
  (*server)->start();
  std::cout << (*server)->urls().front().substr(17) << std::endl;
  while (std::getchar() != EOF) {
  }
  (*server)->stop(std::chrono::milliseconds(0));
}
