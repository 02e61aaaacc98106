#include "http/detail/host.hpp"

#include <array>

#include "http/detail/characters.hpp"

namespace jianmen::http::detail {

namespace {

// reg-name of RFC 3986 without percent-encoding: unreserved and sub-delims.
constexpr std::array<bool, 256> kHostCharacter = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : std::string_view("-._~!$&'()*+,;="))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_port(std::string_view text) {  // what stands after the colon; may be empty
  if (text.size() > 5) return false;
  unsigned port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

bool is_address_literal(std::string_view text) {  // inside the brackets
  if (text.size() < 2 || text.size() > 45) return false;
  for (const char c : text) {
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex && c != ':' && c != '.') return false;
  }
  return text.find(':') != text.npos;
}

}  // namespace

bool is_host(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == text.npos || !is_address_literal(text.substr(1, bracket - 1))) return false;
    end = bracket + 1;
  } else {
    while (end < text.size() && kHostCharacter[static_cast<unsigned char>(text[end])]) ++end;
    if (end == 0 || end > 255) return false;
  }
  if (end == text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

}  // namespace jianmen::http::detail
