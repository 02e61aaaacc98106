#include "base/json_writer.hpp"

#include <charconv>
#include <cstring>

namespace jianmen::base {

namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// Eight characters at once; by the usual tests for a zero byte and for a byte below another.
bool needs_escape(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const auto zero_in = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  return (((eight - kOnes * 0x20) & ~eight & kHighs) | zero_in(eight ^ kOnes * '"') |
          zero_in(eight ^ kOnes * '\\')) != 0;
}

bool is_plain(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t eight;
    std::memcpy(&eight, at, 8);
    if (needs_escape(eight)) return false;
  }
  for (; left > 0; ++at, --left) {
    if (needs_escape(*at)) return false;
  }
  return true;
}

char* put(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

// `size` more characters, written by `write(char*)` in one go.
template <class Write>
void extend(std::string& out, std::size_t size, Write write) {
  // The callback's own number is no help: libstdc++ 12 hands it the capacity.
  const std::size_t before = out.size(), whole = before + size;
  out.resize_and_overwrite(whole, [&](char* data, std::size_t) {
    write(data + before);
    return whole;
  });
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : text) {
    if (!needs_escape(c)) {
      out += c;
      continue;
    }
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += c;
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out.append("u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
    }
  }
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  const std::size_t comma = needs_comma_ ? 1 : 0;
  extend(out_, comma + name.size() + 3, [&](char* to) {
    if (comma) *to++ = ',';
    *to++ = '"';
    to = put(to, name);
    *to++ = '"';
    *to = ':';
  });
  needs_comma_ = false;
}

void JsonWriter::text(std::span<const std::string_view> pieces) {
  separate();
  out_ += '"';
  for (const std::string_view piece : pieces) {
    if (is_plain(piece)) {
      out_ += piece;
    } else {
      append_escaped(out_, piece);
    }
  }
  out_ += '"';
  needs_comma_ = true;
}

void JsonWriter::member(std::string_view name, std::string_view value) {
  if (!is_plain(value)) {
    key(name);
    text(value);
    return;
  }
  const std::size_t comma = needs_comma_ ? 1 : 0;
  extend(out_, comma + name.size() + value.size() + 5, [&](char* to) {
    if (comma) *to++ = ',';
    *to++ = '"';
    to = put(to, name);
    to = put(to, "\":\"");
    to = put(to, value);
    *to = '"';
  });
  needs_comma_ = true;
}

void JsonWriter::number(std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  bare({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void JsonWriter::bare(std::string_view token) {
  separate();
  out_ += token;
  needs_comma_ = true;
}

}  // namespace jianmen::base
