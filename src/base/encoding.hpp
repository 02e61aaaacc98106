#pragma once
// Bytes to text and back: hex, base64, base64url, percent-encoding (RFC 3986), UTF-8 checks.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jianmen::base {

std::span<const std::uint8_t> as_bytes(std::string_view text);
std::string_view as_text(std::span<const std::uint8_t> bytes);

std::string to_hex(std::span<const std::uint8_t> bytes);         // lower case
void write_hex(std::span<const std::uint8_t> bytes, char* out);  // 2 * size characters, no end mark
std::optional<std::string> from_hex(
    std::string_view text);  // either case; nullopt on odd length or other text
bool is_lower_hex(std::string_view text);

std::string to_base64(std::span<const std::uint8_t> bytes);     // with padding (RFC 4648 section 4)
std::optional<std::string> from_base64(std::string_view text);  // padding required, no blanks
std::string to_base64url(std::span<const std::uint8_t> bytes);  // no padding (section 5)
std::optional<std::string> from_base64url(std::string_view text);  // no padding accepted
// Decodes into `out`; the number of bytes written, or nullopt when the text is bad or does not fit.
// No allocation.
std::optional<std::size_t> decode_base64url(std::string_view text, std::span<std::uint8_t> out);

inline bool is_unreserved(unsigned char c) {  // RFC 3986 section 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}
// Everything but unreserved characters becomes %XX, upper case.
void append_percent_encoded(std::string& out, std::string_view text);
std::string percent_encode(std::string_view text);
enum class Plus { Literal, Space };
// A % that no two hex digits follow stays as it is. Cannot fail.
std::string percent_decode(std::string_view text, Plus plus = Plus::Literal);

bool is_utf8(std::string_view text);
// Control characters (C0, DEL, C1) become \n, \r, \t or \xNN: what was received cannot forge a line
// or drive a terminal.
std::string escape_controls(std::string_view text);
std::string to_lower(std::string_view text);                      // ASCII only
bool equals_ignore_case(std::string_view a, std::string_view b);  // ASCII only
std::string_view trim(std::string_view text);                     // blanks, tabs, line ends
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty pieces

}  // namespace jianmen::base
