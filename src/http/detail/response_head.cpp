#include "http/detail/response_head.hpp"

#include <charconv>
#include <chrono>

#include "base/time_text.hpp"

namespace jianmen::http::detail {

namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
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

void append_head(std::string& out, const Response& response, ConnectionField connection,
                 const std::string& date_line) {
  if (response.status() == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status()));
    out.append(" ").append(reason_phrase(response.status())).append("\r\n");
  }
  if (!has_no_body(response.status())) {
    out.append("Content-Length: ");
    append_number(out, response.body().size());
    out.append("\r\n");
  }
  out.append(date_line);
  if (connection == ConnectionField::Close) out.append("Connection: close\r\n");
  if (connection == ConnectionField::KeepAlive) out.append("Connection: keep-alive\r\n");
  out.append(response.fields()).append("\r\n");
}

}  // namespace jianmen::http::detail
