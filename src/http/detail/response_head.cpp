#include "http/detail/response_head.hpp"

#include <charconv>
#include <chrono>

#include "base/time_text.hpp"

namespace jianmen::http::detail {

namespace {

// Room for all but the handler's fields and the date: a status line with the longest reason and the
// framing.
constexpr std::size_t kFixedRoom = 160;

char* put(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

char* put(char* to, std::size_t number) { return std::to_chars(to, to + 20, number).ptr; }

char* put_head(char* to, const Response& response, ConnectionField connection,
               std::string_view date_line, BodyEnd end) {
  if (response.status() == 200) {
    to = put(to, "HTTP/1.1 200 OK\r\n");
  } else {
    to = put(to, "HTTP/1.1 ");
    to = put(to, static_cast<std::size_t>(response.status()));
    to = put(to, " ");
    to = put(to, reason_phrase(response.status()));
    to = put(to, "\r\n");
  }
  if (end == BodyEnd::Chunked) {
    to = put(to, "Transfer-Encoding: chunked\r\n");
  } else if (end == BodyEnd::Length && !has_no_body(response.status())) {
    to = put(to, "Content-Length: ");
    to = put(to, response.stream_length().value_or(response.body().size()));
    to = put(to, "\r\n");
  }
  to = put(to, date_line);
  if (connection == ConnectionField::Close) to = put(to, "Connection: close\r\n");
  if (connection == ConnectionField::KeepAlive) to = put(to, "Connection: keep-alive\r\n");
  to = put(to, response.fields());
  return put(to, "\r\n");
}

}  // namespace

const std::string& DateLine::at(net::Deadline now) {
  if (now >= valid_until_) {
    // The system's time: RFC 9110 section 6.6.1 wants the real moment, not one that an
    // administrator has moved.
    const auto time = std::chrono::floor<base::Duration>(std::chrono::system_clock::now());
    line_ = "Date: " + base::to_http_date(time) + "\r\n";
    valid_until_ = now + std::chrono::ceil<std::chrono::seconds>(time.time_since_epoch()) -
                   time.time_since_epoch();
  }
  return line_;
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

void write_answer(std::string& out, const Response& response, ConnectionField connection,
                  std::string_view date_line, std::string_view body, BodyEnd end) {
  const std::size_t room = kFixedRoom + date_line.size() + response.fields().size() + body.size();
  out.resize_and_overwrite(room, [&](char* begin, std::size_t) {
    char* const last = put(put_head(begin, response, connection, date_line, end), body);
    return static_cast<std::size_t>(last - begin);
  });
}

}  // namespace jianmen::http::detail
