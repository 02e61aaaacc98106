#pragma once
// Request and response as values. A Request is a set of views into what the session received: valid
// until its response is finished, and the one parse of it — what was parsed is what is verified,
// routed and forwarded.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jianmen::http {

// Header names that the hot path looks for, recognised once by the parser.
enum class HeaderId : std::uint8_t {
  Other,
  Host,
  Authorization,
  ContentType,
  ContentLength,
  TransferEncoding,
  Connection,
  Expect,
  Accept,
  UserAgent,
  XAuthToken,
  XSubjectToken,
  XSdkDate,
  XSdkContentSha256,
  XSdkContentSm3,
  XSecurityToken,
  XProjectId,
  XDomainId,
  XRequestId,
  XClientToken,
  Traceparent,
};

struct Header {
  std::string_view name;   // as received
  std::string_view value;  // without the blanks around it
  HeaderId id = HeaderId::Other;
};

class BodySource;  // body_source.hpp

struct Request {
  std::string_view method;                // as received, case kept
  std::string_view target;                // the whole request target, raw
  std::string_view path;                  // raw, up to the first '?'
  std::optional<std::string_view> query;  // raw, after the first '?'; nullopt when there is none
  int minor_version = 1;                  // HTTP/1.<n>
  std::span<const Header> headers;
  std::string_view body;         // de-chunked
  BodySource* source = nullptr;  // in place of `body`, which is empty: it still has to be read
  std::string_view peer;  // address of the other side, without the port; "unix" for a Unix socket
  bool secure = false;    // came over TLS

  std::optional<std::string_view> find(HeaderId id) const;            // the first of that name
  std::optional<std::string_view> find(std::string_view name) const;  // any case
  std::string_view host() const;                                      // empty when there is none
};

// Query parameters in wire order, percent-decoded, '+' as a blank.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

class BodyStream;  // body_stream.hpp

class Response {
 public:
  Response() = default;
  explicit Response(int status) : status_(status) {}
  Response(int status, std::string body, std::string_view content_type);

  int status() const { return status_; }
  void set_status(int status) { status_ = status; }
  // The name is a token and the value holds no CR, LF or NUL (asserted; a value from outside is
  // cleaned before).
  void add(std::string_view name, std::string_view value);
  // Fields that never change, written once in the source: "Name: value\r\n" lines.
  void add_lines(std::string_view lines);
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  std::optional<std::string_view> find(std::string_view name) const;
  // All fields as "Name: value\r\n" lines, ready to be written.
  std::string_view fields() const { return fields_; }
  const std::string& body() const { return body_; }
  std::string& body() { return body_; }
  void set_body(std::string body, std::string_view content_type);
  // A body that is made while it is sent, in place of body().
  const std::shared_ptr<BodyStream>& stream() const { return stream_; }
  void set_stream(std::shared_ptr<BodyStream> stream, std::string_view content_type);
  // How long the stream's content will be, or what a HEAD is told of it; not set: not known.
  std::optional<std::uint64_t> stream_length() const { return stream_length_; }
  void set_stream_length(std::uint64_t length) { stream_length_ = length; }
  void set_stream(std::shared_ptr<BodyStream> stream) { stream_ = std::move(stream); }
  bool closes() const { return close_; }
  void close() { close_ = true; }  // the session ends the connection after this response
  // Nothing is sent: the connection is reset (HTTP/2: the stream is).
  bool drops() const { return drop_; }
  void drop() { drop_ = true; }

 private:
  int status_ = 200;
  bool close_ = false;
  bool drop_ = false;
  std::string fields_;
  std::string body_;
  std::shared_ptr<BodyStream> stream_;
  std::optional<std::uint64_t> stream_length_;
};

std::string_view reason_phrase(int status);

}  // namespace jianmen::http
