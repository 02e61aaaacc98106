#pragma once
// The chunked coding (RFC 9112 section 7.1), decoded in place: the content moves down over the
// framing. Strict: CRLF only, no blanks around the size, extensions and trailers bounded, checked
// and dropped.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jianmen::http {

class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { NeedMore, Complete, Malformed, TooLarge };

  explicit ChunkedDecoder(std::size_t max_body) : max_body_(max_body) {}

  // Decodes buffer[read_at, end), writes the content from buffer[write_at] on and moves both
  // positions; write_at <= read_at. After Complete, read_at is where the next message begins.
  State decode(char* buffer, std::size_t& read_at, std::size_t& write_at, std::size_t end);
  std::string_view reason() const { return reason_; }
  // Is it known that the body is not empty?
  bool has_content() const { return body_ > 0; }
  // After TooLarge too: decoding goes on. False: this limit is exceeded as well.
  bool allow(std::size_t max_body) {
    max_body_ = max_body;
    return body_ <= max_body_;
  }

 private:
  enum class Step : std::uint8_t {
    SizeStart,
    Size,
    SizeBlank,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    LastLf,
    Done
  };

  State malformed(std::string_view reason);
  bool take_framing(char c);
  bool take_size(char c);
  bool take_trailer(char c);
  bool go(bool expected, Step next);

  std::size_t max_body_;
  std::size_t body_ = 0;      // of all chunks whose size is known
  std::size_t left_ = 0;      // of the size that is read, then of the chunk's data
  std::size_t overhead_ = 0;  // extensions and trailers so far
  int digits_ = 0;
  Step step_ = Step::SizeStart;
  std::string_view reason_;
};

}  // namespace jianmen::http
