#pragma once
// Writes the head of a response: status line, framing, date, then the handler's fields.

#include <string>

#include "http/message.hpp"
#include "net/timer.hpp"

namespace jianmen::http::detail {

enum class ConnectionField { None, Close, KeepAlive };

// How the other side knows where the body ends.
enum class BodyEnd { Length, Chunked, Close };

// The "Date: ...\r\n" line, made anew once a second.
class DateLine {
 public:
  const std::string& at(net::Deadline now);

 private:
  net::Deadline valid_until_{};
  std::string line_;
};

bool has_no_body(int status);  // 1xx, 204, 304: no content and no Content-Length

// Head and, behind it, `body` (which may be nothing: Content-Length is that of the response either
// way).
void write_answer(std::string& out, const Response& response, ConnectionField connection,
                  std::string_view date_line, std::string_view body, BodyEnd end = BodyEnd::Length);

}  // namespace jianmen::http::detail
