#pragma once
// The character classes of RFC 9110 and fast searches for the first byte that ends a run.

#include <array>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace jianmen::http::detail {

inline constexpr std::array<bool, 256> kToken = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

inline bool is_token_char(char c) { return kToken[static_cast<unsigned char>(c)]; }

inline const char* skip_token(const char* at, const char* end) {
  while (at != end && is_token_char(*at)) ++at;
  return at;
}

inline bool is_token(std::string_view text) {
  return !text.empty() &&
         skip_token(text.data(), text.data() + text.size()) == text.data() + text.size();
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The first byte <= `last_control` or DEL, or `end`. Bytes of 0x80 and above pass: clients send raw
// UTF-8.
template <unsigned char LastControl>
const char* find_control(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i last = _mm_set1_epi8(static_cast<char>(LastControl));
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last), bytes);
    const int found = _mm_movemask_epi8(_mm_or_si128(control, _mm_cmpeq_epi8(bytes, del)));
    if (found) return at + __builtin_ctz(static_cast<unsigned>(found));
  }
#endif
  while (at != end && static_cast<unsigned char>(*at) > LastControl && *at != 0x7f) ++at;
  return at;
}

// The first `byte`, or `end`. For what is near: short names, where a call of memchr costs more than
// the search.
inline const char* find_byte(const char* at, const char* end, char byte) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8(byte);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
    if (found) return at + __builtin_ctz(static_cast<unsigned>(found));
  }
#endif
  while (at != end && *at != byte) ++at;
  return at;
}

inline std::string_view between(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace jianmen::http::detail
