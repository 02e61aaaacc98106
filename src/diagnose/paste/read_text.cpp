#include "diagnose/paste/read_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"

namespace jianmen::diagnose::paste {

namespace {

constexpr std::size_t kMaxBytes = 16U << 20U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | (c >> 6U));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else if (c < 0x10000 && (c < 0xd800 || c >= 0xe000)) {
    out += static_cast<char>(0xe0U | (c >> 12U));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (c & 0x3fU));
  } else {
    out += '?';  // half of a pair
  }
}

// UTF-16 shows itself by its mark, or by a zero in every other byte.
std::string from_utf16(std::string_view bytes, bool little) {
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    const std::uint32_t unit = little ? (b << 8U) | a : (a << 8U) | b;
    if (unit != 0xfeff) append_code_point(out, unit);
  }
  return out;
}

std::string decode_wide(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return from_utf16(bytes, true);
  if (bytes.starts_with("\xfe\xff")) return from_utf16(bytes, false);
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 512); ++i) {
    zeros[i % 2] += bytes[i] == '\0' ? 1 : 0;
  }
  const auto half = std::min<std::size_t>(bytes.size(), 512) / 2;
  if (half >= 4 && zeros[1] * 4 > half * 3) return from_utf16(bytes, true);
  if (half >= 4 && zeros[0] * 4 > half * 3) return from_utf16(bytes, false);
  return std::string(bytes);
}

// A text sent through a URL holds no blanks of its own.
bool is_url_encoded(std::string_view text) {
  std::size_t escapes = 0, blanks = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') ++blanks;
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      ++escapes;
    }
  }
  return escapes >= 3 && escapes > blanks;
}

// `\"`, `\\\"`, `\n`, `\\\\n`, `\u0022`: JSON within JSON, at any depth.
std::string undo_backslashes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      out += text[i++];
      continue;
    }
    auto next = i;
    while (next < text.size() && text[next] == '\\') ++next;
    const char c = next < text.size() ? text[next] : '\0';
    if (c == 'n' || c == 'r' || c == 't') {
      out += c == 't' ? '\t' : '\n';
      i = next + 1;
    } else if ((c == 'u' && next + 4 < text.size()) || (c == 'x' && next + 2 < text.size())) {
      const std::size_t digits = c == 'u' ? 4 : 2;
      std::uint32_t value = 0;
      bool good = true;
      for (std::size_t k = 1; k <= digits; ++k) {
        const int digit = hex_digit(text[next + k]);
        good = good && digit >= 0;
        value = value * 16 + static_cast<std::uint32_t>(std::max(digit, 0));
      }
      if (good) append_code_point(out, value == 0 ? ' ' : value);
      i = good ? next + 1 + digits : next;
    } else {
      i = next;  // what follows stands for itself
    }
  }
  return out;
}

std::string undo_entities(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 12> kNames{{{"quot;", '"'},
                                                                      {"apos;", '\''},
                                                                      {"lt;", '<'},
                                                                      {"gt;", '>'},
                                                                      {"nbsp;", ' '},
                                                                      {"#34;", '"'},
                                                                      {"#39;", '\''},
                                                                      {"#x27;", '\''},
                                                                      {"#x22;", '"'},
                                                                      {"#123;", '{'},
                                                                      {"#125;", '}'},
                                                                      {"#47;", '/'}}};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto and_sign = text.find('&');
    out += text.substr(0, and_sign);
    if (and_sign == text.npos) break;
    text.remove_prefix(and_sign + 1);
    while (text.starts_with("amp;")) text.remove_prefix(4);
    char plain = '&';
    const bool may_be_one =
        text.size() >= 3 && (text[0] == '#' || (text[0] >= 'a' && text[0] <= 'z'));
    for (const auto& [name, character] : kNames) {
      if (!may_be_one) break;
      if (!text.starts_with(name)) continue;
      plain = character;
      text.remove_prefix(name.size());
      break;
    }
    out += plain;
  }
  return out;
}

// ESC [ … letter, also as `^[[`; ESC ] … BEL; other controls become nothing.
std::string without_terminal_codes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool caret = c == '^' && text.substr(i).starts_with("^[[");
    if (c == '\x1b' || caret) {
      i += caret ? 2 : 1;
      if (i < text.size() && text[i] == '[') {
        ++i;
        while (i < text.size() && (is_digit(text[i]) || text[i] == ';' || text[i] == '?')) ++i;
        if (i < text.size()) ++i;
      } else if (i < text.size() && text[i] == ']') {
        const auto limit = std::min(text.size(), i + 200);
        while (i < limit && text[i] != '\a' && text[i] != '\x1b') ++i;
      }
      continue;
    }
    ++i;
    if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) {
      if (c != '\x7f') out += c;
    }
  }
  return out;
}

// What is no UTF-8 (GBK, cut characters) becomes '?', byte by byte.
std::string valid_utf8(std::string text) {
  if (base::is_utf8(text)) return text;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (base::is_utf8(std::string_view(text).substr(i, size))) {
      i += size;
    } else {
      text[i++] = '?';
    }
  }
  return text;
}

// A terminal breaks words at its width: lines that fill it whole go on in the next one.
std::string unwrapped(std::string text) {
  std::size_t width = 0, here = 0;
  bool has_lines = false;
  for (const char c : text) {
    if (c == '\n') {
      has_lines = true;
      here = 0;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) {
      width = std::max(width, ++here);
    }
  }
  const bool usual = width % 10 == 0 || width == 72 || width == 79 || width == 132;
  if (!has_lines || width < 60 || width > 300 || !usual) return text;
  std::string out;
  out.reserve(text.size());
  here = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '\n') {
      out += c;
      here += (static_cast<unsigned char>(c) & 0xc0U) != 0x80 ? 1 : 0;
      continue;
    }
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    const bool goes_on = here == width && text[i - 1] != ' ' && next != ' ' && next != '\n';
    if (!goes_on) out += c;
    here = 0;
  }
  return out;
}

char squeezed_character(char c) {
  if (is_digit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) return c;
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return '\0';
}

}  // namespace

std::string Readable::original(std::size_t begin, std::size_t end) const {
  std::string out;
  for (auto i = begin; i < std::min(end, at.size()); ++i) out += text[at[i]];
  return out;
}

Readable read_text(std::string_view bytes) {
  Readable out;
  auto text = decode_wide(bytes.substr(0, kMaxBytes));
  if (is_url_encoded(text)) text = base::percent_decode(text, base::Plus::Space);
  out.text = unwrapped(valid_utf8(without_terminal_codes(undo_entities(undo_backslashes(text)))));
  out.squeezed.reserve(out.text.size());
  out.at.reserve(out.text.size());
  for (std::size_t i = 0; i < out.text.size(); ++i) {
    if (const char c = squeezed_character(out.text[i]); c != '\0') {
      out.squeezed += c;
      out.at.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return out;
}

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char character : text) {
    if (const char c = squeezed_character(character); c != '\0') out += c;
  }
  return out;
}

}  // namespace jianmen::diagnose::paste
