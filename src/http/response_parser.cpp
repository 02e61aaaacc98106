#include "http/response_parser.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/detail/characters.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/response_head.hpp"

namespace jianmen::http {

namespace {

std::unexpected<base::Error> malformed(std::string_view why) {
  return base::fail(base::Code::Unavailable, "malformed answer: " + std::string(why));
}

// HTTP/1.x SP 3DIGIT SP reason
base::Result<> parse_status_line(std::string_view line, ResponseView& head) {
  const bool formed = line.size() >= 12 && line.starts_with("HTTP/1.") &&
                      detail::is_digit(line[7]) && line[8] == ' ' &&
                      std::ranges::all_of(line.substr(9, 3), detail::is_digit) &&
                      (line.size() == 12 || line[12] == ' ');
  if (!formed || line[9] == '0') return malformed("no HTTP/1 status line");
  const char* const end = line.data() + line.size();
  for (const char* at = line.data(); (at = detail::find_control<0x1f>(at, end)) != end; ++at) {
    if (*at != '\t') return malformed("control character in the status line");
  }
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (line.size() > 13) head.reason = line.substr(13);
  head.keep_alive = line[7] != '0';
  return {};
}

base::Result<> take_framing(const Header& header, ResponseView& head) {
  const std::string_view value = header.value;
  if (header.id == HeaderId::Connection) {
    for (const auto option : base::split(value, ',')) {
      if (base::equals_ignore_case(base::trim(option), "close")) head.keep_alive = false;
    }
  } else if (header.id == HeaderId::TransferEncoding) {
    if (head.body != BodyEnd::Close) return malformed("more than one framing");
    if (!base::equals_ignore_case(value, "chunked")) return malformed("unknown transfer coding");
    head.body = BodyEnd::Chunked;
  } else if (header.id == HeaderId::ContentLength) {
    if (head.body != BodyEnd::Close) return malformed("more than one framing");
    if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, detail::is_digit)) {
      return malformed("Content-Length");
    }
    for (const char c : value) {
      head.content_length = head.content_length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    head.body = BodyEnd::Length;
  }
  return {};
}

}  // namespace

base::Result<> parse_response_head(std::string_view input, bool head_only, const Limits& limits,
                                   ResponseView& head) {
  head.size = head.count = 0;
  const std::size_t head_end = input.find("\r\n\r\n");
  if (head_end > limits.head && input.size() > limits.head) return malformed("head too large");
  if (head_end == input.npos) return {};

  head.body = BodyEnd::Close;
  head.content_length = 0;
  head.reason = {};
  const std::size_t line_end = input.find("\r\n");
  auto status = parse_status_line(input.substr(0, line_end), head);
  if (!status) return error_of(status);
  const char* at = input.data() + line_end + 2;
  const char* const end = input.data() + head_end + 4;
  const std::size_t most = std::min(limits.headers, kMaxHeaders);
  while (*at != '\r') {
    if (head.count == most) return malformed("too many header lines");
    Header& header = head.fields[head.count];
    header = {};
    std::string_view refusal;
    if (detail::parse_field_line(at, end, header, refusal) != detail::LineState::Complete) {
      return malformed(refusal);
    }
    ++head.count;
    if (header.id == HeaderId::Other) continue;
    auto framing = take_framing(header, head);
    if (!framing) return error_of(framing);
  }
  if (at + 2 != end) return malformed("CR without LF");
  if (head_only || detail::has_no_body(head.status)) head.body = BodyEnd::None;
  if (head.body == BodyEnd::Close) head.keep_alive = false;
  head.size = head_end + 4;
  return {};
}

base::Result<ResponseHead> parse_response_head(std::string_view input, bool head_only,
                                               const Limits& limits) {
  ResponseView view;
  auto parsed = parse_response_head(input, head_only, limits, view);
  if (!parsed) return error_of(parsed);
  ResponseHead head;
  if (view.size == 0) return head;
  head.response.status = view.status;
  head.response.reason = view.reason;
  for (const Header& header : view.headers()) {
    head.response.headers.emplace_back(header.name, header.value);
  }
  head.size = view.size;
  head.body = view.body;
  head.content_length = view.content_length;
  head.keep_alive = view.keep_alive;
  return head;
}

}  // namespace jianmen::http
