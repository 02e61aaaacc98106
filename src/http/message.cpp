#include "http/message.hpp"

#include <cassert>

#include "base/encoding.hpp"
#include "http/detail/characters.hpp"

namespace jianmen::http {

namespace {

bool is_field_value(std::string_view value) {
  const char* const end = value.data() + value.size();
  for (const char* at = value.data(); (at = detail::find_control<0x1f>(at, end)) != end; ++at) {
    if (*at == '\r' || *at == '\n' || *at == '\0') return false;
  }
  return true;
}

struct FieldPlace {
  std::size_t line, value, end;  // offsets: the line, its value, after its CRLF
};

// The first line of that name at or after `from`.
std::optional<FieldPlace> find_line(std::string_view fields, std::string_view name,
                                    std::size_t from) {
  while (from < fields.size()) {
    const std::size_t end = fields.find("\r\n", from) + 2;
    const std::size_t colon = fields.find(':', from);
    if (base::equals_ignore_case(fields.substr(from, colon - from), name)) {
      return FieldPlace{from, colon + 2, end};
    }
    from = end;
  }
  return std::nullopt;
}

// An answer of this API carries about ten fields: room for them at once.
constexpr std::size_t kUsualFields = 512;

char* put(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

}  // namespace

std::optional<std::string_view> Request::find(HeaderId id) const {
  for (const Header& header : headers) {
    if (header.id == id) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::find(std::string_view name) const {
  for (const Header& header : headers) {
    if (base::equals_ignore_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::string_view Request::host() const { return find(HeaderId::Host).value_or(""); }

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t amp = query.find('&');
    const std::string_view piece = query.substr(0, amp);
    query = amp == query.npos ? std::string_view() : query.substr(amp + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    const std::string_view value =
        equals == piece.npos ? std::string_view() : piece.substr(equals + 1);
    parameters.emplace_back(base::percent_decode(piece.substr(0, equals), base::Plus::Space),
                            base::percent_decode(value, base::Plus::Space));
  }
  return parameters;
}

Response::Response(int status, std::string body, std::string_view content_type) : status_(status) {
  set_body(std::move(body), content_type);
}

void Response::add(std::string_view name, std::string_view value) {
  assert(detail::is_token(name));
  assert(is_field_value(value));
  if (!is_field_value(value)) return;  // a defect above must not become a split response
  if (fields_.empty()) fields_.reserve(kUsualFields);
  const std::size_t before = fields_.size(), whole = before + name.size() + value.size() + 4;
  fields_.resize_and_overwrite(whole, [&](char* begin, std::size_t) {
    char* to = put(begin + before, name);
    *to++ = ':';
    *to++ = ' ';
    to = put(to, value);
    *to++ = '\r';
    *to = '\n';
    return whole;
  });
}

void Response::add_lines(std::string_view lines) {
  assert(lines.ends_with("\r\n"));
  if (fields_.empty()) fields_.reserve(kUsualFields);
  fields_.append(lines);
}

void Response::set(std::string_view name, std::string_view value) {
  for (auto place = find_line(fields_, name, 0); place;
       place = find_line(fields_, name, place->line)) {
    fields_.erase(place->line, place->end - place->line);
  }
  add(name, value);
}

std::optional<std::string_view> Response::find(std::string_view name) const {
  const auto place = find_line(fields_, name, 0);
  if (!place) return std::nullopt;
  return std::string_view(fields_).substr(place->value, place->end - 2 - place->value);
}

void Response::set_body(std::string body, std::string_view content_type) {
  body_ = std::move(body);
  set("Content-Type", content_type);
}

void Response::set_stream(std::shared_ptr<BodyStream> stream, std::string_view content_type) {
  stream_ = std::move(stream);
  set("Content-Type", content_type);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace jianmen::http
