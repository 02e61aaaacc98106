#include "http/parser.hpp"

#include <algorithm>
#include <cstring>

#include "base/encoding.hpp"
#include "http/detail/characters.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/host.hpp"

namespace jianmen::http {

namespace {

using detail::between;

constexpr std::size_t kMaxMethod = 32;
constexpr std::string_view kRoot = "/";  // the path of a URL without one

// The next element of a comma-separated list, without blanks; moves `list` on.
std::string_view next_element(std::string_view& list) {
  const std::size_t comma = list.find(',');
  const std::string_view element = base::trim(list.substr(0, comma));
  list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  return element;
}

}  // namespace

void RequestParser::reset() {
  line_ = scanned_ = count_ = 0;
  method_ = target_ = path_ = host_ = authority_ = {};
  query_.reset();
  content_length_ = 0;
  framing_ = Framing::None;
  request_line_done_ = has_host_ = says_close_ = says_keep_alive_ = keep_alive_ =
      expects_continue_ = false;
}

ParseState RequestParser::refuse(int status, std::string_view reason) {
  status_ = status;
  reason_ = reason;
  return ParseState::Refused;
}

ParseState RequestParser::parse(std::string_view input) {
  // The rest of a line that was cut before: look at it again only when its end is there, or cannot
  // come any more.
  if (scanned_ > line_ && input[scanned_ - 1] != '\r' &&
      !std::memchr(input.data() + scanned_, '\n', input.size() - scanned_)) {
    scanned_ = input.size();
    return refuse_if_too_long(input);
  }
  if (!request_line_done_) {
    // RFC 9112 section 2.2: an empty line before the request line is to be ignored; one is.
    if (line_ == 0 && input == "\r") return ParseState::NeedMore;
    if (line_ == 0 && input.starts_with("\r\n")) line_ = 2;
    const ParseState state = parse_request_line(input.data() + line_, input.data() + input.size());
    if (state == ParseState::NeedMore) {
      scanned_ = input.size();
      return refuse_if_too_long(input);
    }
    if (state == ParseState::Refused) return state;
  }
  return parse_fields(input);
}

ParseState RequestParser::refuse_if_too_long(std::string_view input) {
  if (!request_line_done_ && input.size() - line_ > limits_.request_line) {
    return refuse(414, "request line too long");
  }
  if (input.size() > limits_.head) return refuse(431, "request head too large");
  return ParseState::NeedMore;
}

ParseState RequestParser::parse_request_line(const char* at, const char* end) {
  const char* const start = at;
  const char* space = detail::skip_token(at, end);
  if (space == end) return ParseState::NeedMore;
  if (*space != ' ' || space == at) return refuse(400, "method is not a token");
  method_ = between(at, space);
  if (method_.size() > kMaxMethod) return refuse(400, "method too long");

  at = space + 1;
  space = detail::find_control<0x20>(at, end);
  if (space == end) return ParseState::NeedMore;
  if (*space != ' ') {
    return refuse(400, *space == '\r' || *space == '\n' ? "request line without a version"
                                                        : "control character in the target");
  }
  if (space == at) return refuse(400, "empty target");
  target_ = between(at, space);

  at = space + 1;
  const char* line_end = detail::find_control<0x20>(at, end);
  if (line_end == end) return ParseState::NeedMore;
  if (*line_end != '\r') {
    return refuse(400, *line_end == '\n' ? "line ends without CR" : "malformed request line");
  }
  if (line_end + 1 == end) return ParseState::NeedMore;
  if (line_end[1] != '\n') return refuse(400, "CR without LF");
  if (line_end - start > static_cast<std::ptrdiff_t>(limits_.request_line)) {
    return refuse(414, "request line too long");
  }
  if (!parse_version(between(at, line_end)) || !parse_target()) return ParseState::Refused;
  request_line_done_ = true;
  line_ += static_cast<std::size_t>(line_end + 2 - start);
  return ParseState::Complete;
}

bool RequestParser::parse_version(std::string_view version) {
  const bool formed = version.size() == 8 && version.starts_with("HTTP/") &&
                      detail::is_digit(version[5]) && version[6] == '.' &&
                      detail::is_digit(version[7]);
  if (!formed || version[5] == '0') {
    refuse(400, "not an HTTP/1 version");
    return false;
  }
  if (version[5] != '1') {
    refuse(505, "HTTP version not supported");
    return false;
  }
  minor_version_ = version[7] == '0' ? 0 : 1;  // RFC 9110 section 2.5: a later 1.x is read as 1.1
  return true;
}

bool RequestParser::parse_target() {
  std::string_view rest = target_;
  if (method_ == "CONNECT") {
    refuse(400, "CONNECT is not served");
    return false;
  }
  if (target_ == "*" && method_ == "OPTIONS") {
    path_ = target_;
    return true;
  }
  if (!rest.starts_with('/')) {
    // absolute-form: RFC 9112 section 3.2.2
    std::size_t scheme = 0;
    if (rest.size() > 7 && base::equals_ignore_case(rest.substr(0, 7), "http://")) scheme = 7;
    if (rest.size() > 8 && base::equals_ignore_case(rest.substr(0, 8), "https://")) scheme = 8;
    if (scheme == 0) {
      refuse(400, "target is neither a path nor a URL");
      return false;
    }
    rest.remove_prefix(scheme);
    authority_ = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority_.size());
    if (authority_.empty()) {
      refuse(400, "URL without a host");
      return false;
    }
  }
  const char* const end = rest.data() + rest.size();
  if (detail::find_byte(rest.data(), end, '#') != end) {
    refuse(400, "fragment in the target");
    return false;
  }
  const char* const mark = detail::find_byte(rest.data(), end, '?');
  path_ = between(rest.data(), mark);
  if (path_.empty()) path_ = kRoot;
  if (mark != end) query_ = between(mark + 1, end);
  return true;
}

ParseState RequestParser::parse_fields(std::string_view input) {
  const char* const begin = input.data();
  const char* const end = begin + input.size();
  const char* at = begin + line_;
  while (true) {
    if (at == end) break;
    if (*at == '\r') {
      if (at + 1 == end) break;
      if (at[1] != '\n') return refuse(400, "CR without LF");
      line_ = static_cast<std::size_t>(at + 2 - begin);
      if (line_ > limits_.head) return refuse(431, "request head too large");
      return finish();
    }
    if (count_ == limits_.headers || count_ == kMaxHeaders) {
      return refuse(431, "too many header lines");
    }
    Header& header = headers_[count_];
    std::string_view refusal;
    const detail::LineState state = detail::parse_field_line(at, end, header, refusal);
    if (state == detail::LineState::NeedMore) break;
    if (state == detail::LineState::Refused) return refuse(400, refusal);
    if (header.value.size() > limits_.header_value) return refuse(431, "header value too long");
    ++count_;
    if (header.id != HeaderId::Other && !take(header)) return ParseState::Refused;
    line_ = static_cast<std::size_t>(at - begin);
  }
  scanned_ = input.size();
  return refuse_if_too_long(input);
}

bool RequestParser::take(const Header& header) {
  switch (header.id) {
    case HeaderId::Host:
      if (has_host_) {
        refuse(400, "more than one Host");
        return false;
      }
      if (!detail::is_host(header.value)) {
        refuse(400, "malformed Host");
        return false;
      }
      has_host_ = true;
      host_ = header.value;
      return true;
    case HeaderId::ContentLength:
      return take_content_length(header.value);
    case HeaderId::TransferEncoding:
      return take_transfer_encoding(header.value);
    case HeaderId::Connection:
      take_connection(header.value);
      return true;
    case HeaderId::Expect:
      // RFC 9110 section 10.1.1: of an HTTP/1.0 request it is ignored.
      if (minor_version_ == 0) return true;
      if (!base::equals_ignore_case(header.value, "100-continue")) {
        refuse(417, "unknown expectation");
        return false;
      }
      expects_continue_ = true;
      return true;
    default:
      return true;
  }
}

bool RequestParser::take_content_length(std::string_view value) {
  if (framing_ != Framing::None) {
    refuse(400, framing_ == Framing::Length ? "more than one Content-Length"
                                            : "Content-Length and Transfer-Encoding");
    return false;
  }
  // 18 digits fit; more is no length of ours, and leading zeros in such number are no honest
  // client's.
  if (value.empty() || value.size() > 18 || !std::ranges::all_of(value, detail::is_digit)) {
    refuse(400, "malformed Content-Length");
    return false;
  }
  for (const char c : value) {
    content_length_ = content_length_ * 10 + static_cast<std::uint64_t>(c - '0');
  }
  framing_ = Framing::Length;
  return true;
}

bool RequestParser::take_transfer_encoding(std::string_view value) {
  if (framing_ != Framing::None) {
    refuse(400, framing_ == Framing::Chunked ? "more than one Transfer-Encoding"
                                             : "Content-Length and Transfer-Encoding");
    return false;
  }
  if (minor_version_ == 0) {
    refuse(400, "Transfer-Encoding in HTTP/1.0");
    return false;
  }
  if (base::equals_ignore_case(value, "chunked")) {
    framing_ = Framing::Chunked;
    return true;
  }
  // RFC 9112 section 6.3: chunked that is not last, or twice, makes the length unknowable; other
  // codings are just not ours (section 6.1).
  bool chunked = value.empty();
  for (std::string_view rest = value; !rest.empty();) {
    const std::string_view element = next_element(rest);
    const bool last = rest.empty() && value.back() != ',';
    if (!detail::is_token(element.substr(0, element.find(';')))) chunked = true;
    if (base::equals_ignore_case(element, "chunked") && !last) chunked = true;
  }
  refuse(chunked ? 400 : 501, "Transfer-Encoding is not chunked");
  return false;
}

void RequestParser::take_connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = next_element(value);
    if (base::equals_ignore_case(option, "close")) says_close_ = true;
    if (base::equals_ignore_case(option, "keep-alive")) says_keep_alive_ = true;
  }
}

ParseState RequestParser::finish() {
  if (!has_host_ && minor_version_ >= 1) return refuse(400, "no Host");
  // RFC 9110 section 4.2.3: the case of a host says nothing.
  if (!authority_.empty() && !base::equals_ignore_case(authority_, host_)) {
    return refuse(400, "Host differs from the target's");
  }
  if (framing_ == Framing::Length) {
    if (content_length_ > std::max(limits_.body, limits_.streamed_body)) {
      return refuse(413, "body too large");
    }
    if (content_length_ == 0) framing_ = Framing::None;
  }
  if (framing_ == Framing::None) expects_continue_ = false;
  keep_alive_ = !says_close_ && (minor_version_ >= 1 || says_keep_alive_);
  return ParseState::Complete;
}

Request RequestParser::request() const {
  Request request;
  request.method = method_;
  request.target = target_;
  request.path = path_;
  request.query = query_;
  request.minor_version = minor_version_;
  request.headers = std::span(headers_.data(), count_);
  return request;
}

void RequestParser::move(const char* from, const char* to) {
  const auto moved = [&](std::string_view& view) {
    if (!view.empty()) view = std::string_view(to + (view.data() - from), view.size());
  };
  moved(method_);
  moved(target_);
  moved(host_);
  moved(authority_);
  if (path_.data() != kRoot.data()) moved(path_);
  if (query_) query_ = std::string_view(to + (query_->data() - from), query_->size());
  for (std::size_t i = 0; i < count_; ++i) {
    moved(headers_[i].name);
    // An empty value too: its place may be asked for.
    headers_[i].value =
        std::string_view(to + (headers_[i].value.data() - from), headers_[i].value.size());
  }
}

}  // namespace jianmen::http
