#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace jianmen::base {

namespace {

constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;

using DecodeTable = std::array<std::uint8_t, 256>;

constexpr DecodeTable make_table(std::string_view alphabet) {
  DecodeTable table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr DecodeTable make_hex_table() {
  DecodeTable table = make_table(kLowerHex);
  for (std::size_t i = 10; i < 16; ++i) {
    table[static_cast<unsigned char>(kUpperHex[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr DecodeTable kHexDigits = make_hex_table();
constexpr DecodeTable kBase64Digits = make_table(kBase64);
constexpr DecodeTable kBase64UrlDigits = make_table(kBase64Url);

std::uint8_t hex_digit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

std::string encode_64(std::span<const std::uint8_t> bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const auto byte : bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += alphabet[(bits >> count) & 63];
    }
  }
  if (count > 0) out += alphabet[(bits << (6 - count)) & 63];
  return out;
}

std::size_t decoded_size(std::size_t digits) { return digits / 4 * 3 + digits % 4 * 6 / 8; }

// Only the canonical text of some bytes is taken: unused low bits must be zero, so that no two
// texts mean the same.
bool decode_64(std::string_view text, const DecodeTable& table, std::uint8_t* out) {
  if (text.size() % 4 == 1) return false;
  const auto digit = [&](std::size_t i) {
    return std::uint32_t{table[static_cast<unsigned char>(text[i])]};
  };
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const std::uint32_t a = digit(0), b = digit(1), c = digit(2), d = digit(3);
    if (((a | b | c | d) & ~63U) != 0) return false;
    *out++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
    *out++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
    *out++ = static_cast<std::uint8_t>(c << 6 | d);
  }
  if (text.empty()) return true;
  const std::uint32_t a = digit(0), b = digit(1), c = text.size() == 3 ? digit(2) : 0;
  if (((a | b | c) & ~63U) != 0) return false;
  *out++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
  if (text.size() == 2) return (b & 15) == 0;
  *out++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
  return (c & 3) == 0;
}

std::optional<std::string> decode_64(std::string_view text, const DecodeTable& table) {
  std::string out(decoded_size(text.size()), '\0');
  if (!decode_64(text, table, reinterpret_cast<std::uint8_t*>(out.data()))) return std::nullopt;
  return out;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Eight characters in one word; sums of seven-bit numbers carry nothing into the next byte.
std::uint64_t lower_eight(std::uint64_t text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const std::uint64_t low = text & ~kHighs;
  const std::uint64_t from_a = low + kOnes * (0x80 - 'A'), beyond_z = low + kOnes * (0x7f - 'Z');
  const std::uint64_t upper = from_a & ~beyond_z & ~text & kHighs;
  return text | upper >> 2;
}

// The length of the UTF-8 sequence at the start of `text`, 0 when there is none (Unicode 15, table
// 3-7).
std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return within(1, 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;   // no overlong form
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;  // no surrogate
    return within(1, low, high) && within(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;  // up to U+10FFFF
    return within(1, low, high) && within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_hex(std::span<const std::uint8_t> bytes, char* out) {
  static constexpr auto kPairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (unsigned byte = 0; byte < 256; ++byte)
      pairs[byte] = {kLowerHex[byte >> 4], kLowerHex[byte & 15]};
    return pairs;
  }();
#if defined(__SSE2__)
  // Sixteen bytes at once: their halves side by side, then a digit or a letter for each.
  for (; bytes.size() >= 16; bytes = bytes.subspan(16), out += 32) {
    const __m128i low_halves = _mm_set1_epi8(0x0f);
    const __m128i whole = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data()));
    const __m128i high = _mm_and_si128(_mm_srli_epi16(whole, 4), low_halves);
    const __m128i low = _mm_and_si128(whole, low_halves);
    const auto digits = [](__m128i halves) {
      const __m128i letters = _mm_cmpgt_epi8(halves, _mm_set1_epi8(9));
      return _mm_add_epi8(_mm_add_epi8(halves, _mm_set1_epi8('0')),
                          _mm_and_si128(letters, _mm_set1_epi8('a' - '0' - 10)));
    };
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), digits(_mm_unpacklo_epi8(high, low)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), digits(_mm_unpackhi_epi8(high, low)));
  }
#endif
  for (const auto byte : bytes) {
    std::memcpy(out, kPairs[byte].data(), 2);
    out += 2;
  }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string out(bytes.size() * 2, '\0');
  write_hex(bytes, out.data());
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = hex_digit(text[i]);
    const std::uint8_t low = hex_digit(text[i + 1]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

bool is_lower_hex(std::string_view text) {
#if defined(__SSE2__)
  for (; text.size() >= 16; text.remove_prefix(16)) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    const auto within = [&](char from, char to) {  // bytes above 0x7f are negative, so never
      return _mm_and_si128(_mm_cmpgt_epi8(some, _mm_set1_epi8(static_cast<char>(from - 1))),
                           _mm_cmplt_epi8(some, _mm_set1_epi8(static_cast<char>(to + 1))));
    };
    if (_mm_movemask_epi8(_mm_or_si128(within('0', '9'), within('a', 'f'))) != 0xffff) return false;
  }
#endif
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string out = encode_64(bytes, kBase64);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode_64(text, kBase64Digits);
}

std::string to_base64url(std::span<const std::uint8_t> bytes) {
  return encode_64(bytes, kBase64Url);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode_64(text, kBase64UrlDigits);
}

std::optional<std::size_t> decode_base64url(std::string_view text, std::span<std::uint8_t> out) {
  const std::size_t size = decoded_size(text.size());
  if (size > out.size() || !decode_64(text, kBase64UrlDigits, out.data())) return std::nullopt;
  return size;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      out += c;
    } else {
      out += '%';
      out += kUpperHex[byte >> 4];
      out += kUpperHex[byte & 15];
    }
  }
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_percent_encoded(out, text);
  return out;
}

std::string percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && text.size() - i > 2) {
      const std::uint8_t high = hex_digit(text[i + 1]);
      const std::uint8_t low = hex_digit(text[i + 2]);
      if (high != kNoDigit && low != kNoDigit) {
        out += static_cast<char>(high << 4 | low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' && plus == Plus::Space ? ' ' : text[i];
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string escape_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto append_escaped = [&out](unsigned char byte) {
    out += "\\x";
    out += kLowerHex[byte >> 4];
    out += kLowerHex[byte & 15];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      append_escaped(byte);
    } else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) {  // U+0080 to U+009F
      append_escaped(byte);
      append_escaped(static_cast<unsigned char>(next));
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

bool equals_ignore_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const char *left = a.data(), *right = b.data();
  std::size_t rest = a.size();
  for (; rest >= 8; rest -= 8, left += 8, right += 8) {
    std::uint64_t x, y;
    std::memcpy(&x, left, 8);
    std::memcpy(&y, right, 8);
    if (x != y && lower_eight(x) != lower_eight(y)) return false;
  }
  for (; rest > 0; --rest, ++left, ++right) {
    if (*left != *right && ascii_lower(*left) != ascii_lower(*right)) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  // Nothing to trim is the usual case: a graphic character at both ends.
  if (!text.empty() && text.front() > ' ' && text.back() > ' ') return text;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace jianmen::base
