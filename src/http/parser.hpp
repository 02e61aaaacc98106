#pragma once
// The strict parser of a request head (RFC 9112), in place: the head's fields are views into the
// caller's buffer. One pass over the bytes; when they are not all there yet, parse() is called
// again with more of the same message and goes on at the line where it stopped, however finely a
// slow sender cuts. Whatever two readers could understand differently is refused: that is the whole
// defence against smuggling. Thread safety: one parser a connection at a time; no allocation.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/limits.hpp"
#include "http/message.hpp"

namespace jianmen::http {

enum class Framing : std::uint8_t { None, Length, Chunked };

enum class ParseState : std::uint8_t { NeedMore, Complete, Refused };

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits) : limits_(limits) {}

  // `input` begins at the first byte of the message and holds all that was received since.
  ParseState parse(std::string_view input);
  void reset();  // for the next message
  // The bytes of the message have been copied from `from` to `to`; `from` is still there.
  void move(const char* from, const char* to);

  // After Complete. The request lacks body, peer and secure, which the session knows.
  Request request() const;
  std::size_t head_size() const { return line_; }
  Framing framing() const { return framing_; }
  std::uint64_t content_length() const { return content_length_; }
  std::string_view method() const { return method_; }
  int minor_version() const { return minor_version_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }

  // After Refused: 400, 413, 414, 417, 431, 501 or 505, and a few words for the log.
  int status() const { return status_; }
  std::string_view reason() const { return reason_; }

 private:
  ParseState refuse(int status, std::string_view reason);
  ParseState refuse_if_too_long(std::string_view input);
  ParseState parse_request_line(const char* at, const char* end);
  bool parse_version(std::string_view version);
  bool parse_target();
  ParseState parse_fields(std::string_view input);
  bool take(const Header& header);
  bool take_content_length(std::string_view value);
  bool take_transfer_encoding(std::string_view value);
  void take_connection(std::string_view value);
  ParseState finish();

  Limits limits_;
  std::size_t line_ = 0;     // where the line that is not parsed yet begins
  std::size_t scanned_ = 0;  // no line end between line_ and this
  std::string_view method_, target_, path_, host_;
  std::optional<std::string_view> query_;
  std::string_view authority_;  // of an absolute-form target
  std::uint64_t content_length_ = 0;
  std::string_view reason_;
  int status_ = 0;
  int minor_version_ = 1;
  Framing framing_ = Framing::None;
  bool request_line_done_ = false;
  bool has_host_ = false;
  bool says_close_ = false, says_keep_alive_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  std::size_t count_ = 0;
  std::array<Header, kMaxHeaders> headers_;
};

}  // namespace jianmen::http
