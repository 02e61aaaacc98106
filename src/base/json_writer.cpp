#include "base/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace jianmen::base {

namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// By the usual tests for a zero byte and for a byte below another.
bool needs_escape(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const auto zero_in = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  return (((eight - kOnes * 0x20) & ~eight & kHighs) | zero_in(eight ^ kOnes * '"') |
          zero_in(eight ^ kOnes * '\\')) != 0;
}

// Copies a text of which no character needs an escape; false: one does, and `to` holds anything.
// What is no multiple of a step is looked at twice: the last step ends where the text ends.
bool copy_plain(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size < 4) {
    for (std::size_t i = 0; i < size; ++i) {
      if (needs_escape(from[i])) return false;
      to[i] = from[i];
    }
    return true;
  }
  if (size < 8) {
    std::uint32_t first, last;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + size - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
    return !needs_escape(std::uint64_t{first} << 32 | last);
  }
#if defined(__SSE2__)
  const auto step = [&](std::size_t at) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), some);
    const __m128i control =
        _mm_cmpeq_epi8(_mm_max_epu8(some, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
    const __m128i quoted = _mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8('"')),
                                        _mm_cmpeq_epi8(some, _mm_set1_epi8('\\')));
    return _mm_movemask_epi8(_mm_or_si128(control, quoted)) == 0;
  };
  constexpr std::size_t kStep = 16;
#else
  const auto step = [&](std::size_t at) {
    std::uint64_t eight;
    std::memcpy(&eight, from + at, 8);
    std::memcpy(to + at, &eight, 8);
    return !needs_escape(eight);
  };
  constexpr std::size_t kStep = 8;
#endif
  if (size < kStep) {
    std::uint64_t first, last;
    std::memcpy(&first, from, 8);
    std::memcpy(&last, from + size - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
    return !needs_escape(first) && !needs_escape(last);
  }
  for (std::size_t at = 0; at + kStep <= size; at += kStep) {
    if (!step(at)) return false;
  }
  return size % kStep == 0 || step(size - kStep);
}

// At most six characters.
char* put_escaped(char* to, char c) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  constexpr char kDigits[] = "0123456789abcdef";
  *to++ = '\\';
  if (const auto found = kShort.find(c); found != std::string_view::npos) {
    *to++ = kLetters[found];
    return to;
  }
  to += std::string_view("u00").copy(to, 3);
  *to++ = kDigits[c >> 4];
  *to++ = kDigits[c & 15];
  return to;
}

}  // namespace

void JsonWriter::grow(std::size_t size) {
  const auto written = static_cast<std::size_t>(at_ - out_.data());
  const std::size_t whole = std::max({written + size, 2 * written, out_.capacity()});
  out_.resize_and_overwrite(whole, [whole](char*, std::size_t) { return whole; });
  at_ = out_.data() + written;
  end_ = out_.data() + whole;
}

void JsonWriter::piece(std::string_view text) {
  need(text.size());
  if (copy_plain(at_, text)) {
    at_ += text.size();
    return;
  }
  for (const char c : text) {
    need(6);
    if (needs_escape(c)) {
      at_ = put_escaped(at_, c);
    } else {
      *at_++ = c;
    }
  }
}

void JsonWriter::text(std::string_view value) {
  need(value.size() + 3);
  separate();
  *at_++ = '"';
  piece(value);
  need(1);
  *at_++ = '"';
  needs_comma_ = true;
}

void JsonWriter::text(std::span<const std::string_view> pieces) {
  need(2);
  separate();
  *at_++ = '"';
  for (const std::string_view one : pieces) piece(one);
  need(1);
  *at_++ = '"';
  needs_comma_ = true;
}

void JsonWriter::number(std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  bare({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void JsonWriter::bare(std::string_view token) {
  need(token.size() + 1);
  separate();
  at_ += token.copy(at_, token.size());
  needs_comma_ = true;
}

}  // namespace jianmen::base
