#include "http/chunked.hpp"

#include <algorithm>
#include <cstring>

#include "http/detail/characters.hpp"

namespace jianmen::http {

namespace {

constexpr std::size_t kMaxOverhead = 8 * 1024;
constexpr int kMaxDigits = 8;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {  // field content and blanks
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

}  // namespace

ChunkedDecoder::State ChunkedDecoder::malformed(std::string_view reason) {
  reason_ = reason;
  return State::Malformed;
}

ChunkedDecoder::State ChunkedDecoder::decode(char* buffer, std::size_t& read_at,
                                             std::size_t& write_at, std::size_t end) {
  while (step_ != Step::Done) {
    if (read_at == end) return State::NeedMore;
    if (step_ == Step::Data) {
      const std::size_t size = std::min(left_, end - read_at);
      if (write_at != read_at) std::memmove(buffer + write_at, buffer + read_at, size);
      read_at += size;
      write_at += size;
      left_ -= size;
      if (left_ == 0) step_ = Step::DataCr;
      continue;
    }
    if (!take_framing(buffer[read_at])) return malformed("malformed chunk");
    ++read_at;
    if (step_ == Step::Data) {
      body_ += left_;  // a size has eight digits at most
      if (body_ > max_body_) return State::TooLarge;
    }
    // A long body may have many chunks.
    if (overhead_ > kMaxOverhead + body_ / 64)
      return malformed("chunk extensions or trailers too long");
  }
  return State::Complete;
}

bool ChunkedDecoder::go(bool expected, Step next) {
  step_ = next;
  return expected;
}

bool ChunkedDecoder::take_framing(char c) {
  switch (step_) {
    case Step::SizeStart:
    case Step::Size:
      return take_size(c);
    case Step::SizeBlank:  // RFC 9112 section 7.1.1: blanks may stand before an extension only
      ++overhead_;
      return c == ';' ? go(true, Step::Extension) : c == ' ' || c == '\t';
    case Step::Extension:
      ++overhead_;
      return c == '\r' ? go(true, Step::SizeLf) : is_text(c);
    case Step::SizeLf:
      return go(c == '\n', left_ == 0 ? Step::TrailerStart : Step::Data);
    case Step::DataCr:
      return go(c == '\r', Step::DataLf);
    case Step::DataLf:
      return go(c == '\n', Step::SizeStart);
    case Step::LastLf:
      return go(c == '\n', Step::Done);
    default:
      ++overhead_;
      return take_trailer(c);
  }
}

bool ChunkedDecoder::take_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (step_ == Step::SizeStart) {
      step_ = Step::Size;
      left_ = 0;
      digits_ = 0;
    }
    left_ = left_ * 16 + static_cast<std::size_t>(digit);
    return ++digits_ <= kMaxDigits;
  }
  if (step_ == Step::SizeStart) return false;
  if (c == ';') return go(true, Step::Extension);
  if (c == ' ' || c == '\t') return go(true, Step::SizeBlank);
  return go(c == '\r', Step::SizeLf);
}

bool ChunkedDecoder::take_trailer(char c) {
  switch (step_) {
    case Step::TrailerStart:
      if (c == '\r') return go(true, Step::LastLf);
      return go(detail::is_token_char(c), Step::TrailerName);
    case Step::TrailerName:
      return c == ':' ? go(true, Step::TrailerValue) : detail::is_token_char(c);
    case Step::TrailerValue:
      return c == '\r' ? go(true, Step::TrailerLf) : is_text(c);
    default:
      return go(c == '\n', Step::TrailerStart);
  }
}

}  // namespace jianmen::http
