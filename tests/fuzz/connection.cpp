// A whole connection, HTTP/1.1 or HTTP/2 by prior knowledge: the bytes come, then an end. It ends
// too, and every answer of HTTP/1.1 is one that a client can read.

#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.hpp"
#include "http/chunked.hpp"
#include "http/response_parser.hpp"
#include "http/session.hpp"
#include "net/run.hpp"

namespace jianmen::fuzz {

namespace {

constexpr std::size_t kMaxInput = 8192;  // the answers fit the socket's buffer

class Echo final : public http::Handler {
 public:
  net::Task<http::Response> handle(const http::Request& request) override {
    co_return http::Response(200, std::to_string(request.body.size()), "text/plain");
  }
  http::Response refuse(int status, std::string_view reason) override {
    return http::Response(status, std::string(reason), "text/plain");
  }
};

net::Task<void> serve(net::Fd socket) {
  Echo echo;
  http::ServerSettings settings;
  settings.limits = {
      .request_line = 512, .head = 4096, .header_value = 1024, .headers = 32, .body = 4096};
  http::SessionContext context(echo, settings);
  http::Session session(context, *net::Loop::current(), std::move(socket), "127.0.0.1");
  co_await session.run(nullptr);
}

std::string read_all(int fd) {
  std::string out;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return out;
}

void check_answers(std::string_view output) {
  while (!output.empty()) {
    http::ResponseView view;
    const auto parsed = http::parse_response_head(output, false, {}, view);
    expect(parsed.has_value() && view.size > 0, "an answer has a readable head");
    output.remove_prefix(view.size);
    if (view.body != http::BodyEnd::Length) continue;
    // The answer to HEAD has a length and no body: then a status line follows, or the end.
    if (output.empty() || output.starts_with("HTTP/1.")) continue;
    expect(view.content_length <= output.size(), "a body is as long as its head says");
    output.remove_prefix(view.content_length);
  }
}

}  // namespace

void fuzz(std::string_view input) {
  input = input.substr(0, kMaxInput);
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  const net::Fd client(pair[0]);
  net::Fd server(pair[1]);
  ::fcntl(server.get(), F_SETFL, O_NONBLOCK);
  (void)!::send(client.get(), input.data(), input.size(), MSG_NOSIGNAL);
  ::shutdown(client.get(), SHUT_WR);
  net::run(serve(std::move(server)));
  const std::string output = read_all(client.get());
  if (!input.starts_with("PRI * HTTP/2.0")) check_answers(output);
}

}  // namespace jianmen::fuzz
