#include "catalog/detail/path.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/encoding.hpp"

namespace jianmen::catalog::detail {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// false: an escape is broken.
bool decode(std::string_view raw, std::string& out, bool& encoded_slash) {
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      out.push_back(raw[i]);
      continue;
    }
    if (i + 2 >= raw.size()) return false;
    const int high = hex_digit(raw[i + 1]);
    const int low = hex_digit(raw[i + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    encoded_slash |= out.back() == '/';
    i += 2;
  }
  return true;
}

// Printable ASCII without escapes, as nearly every path is. Eight bytes a step: this runs on every
// request.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  std::uint64_t found = 0;
  while (!text.empty()) {
    std::uint64_t word = kOnes * 'a';  // fills up the last step
    const std::size_t size = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), size);
    found |= word & kHighs;                           // not ASCII
    found |= (word - kOnes * 0x20) & ~word & kHighs;  // below a blank
    found |= has_zero(word ^ (kOnes * 0x7f)) | has_zero(word ^ (kOnes * '%'));
    text.remove_prefix(size);
  }
  return found == 0;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

// What climbs out of its place when it is passed on.
bool is_dots(std::string_view text) { return text == "." || text == ".."; }

}  // namespace

std::optional<Path::Fault> Path::parse(std::string_view raw) {
  if (!raw.starts_with('/')) return Fault::Malformed;
  raw.remove_prefix(1);
  if (raw.ends_with('/')) raw.remove_suffix(1);
  if (raw.empty()) return std::nullopt;
  const bool plain = is_plain(raw);
  while (true) {
    const std::size_t end = std::min(raw.find('/'), raw.size());
    const std::string_view text = raw.substr(0, end);
    if (text.empty()) return Fault::EmptySegment;
    if (count_ == kMaxSegments) return Fault::Malformed;
    if (!(plain ? add_plain(text) : add(text))) return Fault::Malformed;
    if (end == raw.size()) return std::nullopt;
    raw.remove_prefix(end + 1);
  }
}

bool Path::add_plain(std::string_view text) {
  segments_[count_++] = {text, true};
  return !is_dots(text);
}

bool Path::add(std::string_view text) {
  if (decoded_.empty()) decoded_.reserve(kMaxSegments);  // texts must not move
  std::string& decoded = decoded_.emplace_back();
  bool encoded_slash = false;
  if (!decode(text, decoded, encoded_slash)) return false;
  segments_[count_++] = {decoded, !encoded_slash};
  return !is_dots(decoded) && !has_control(decoded) && base::is_utf8(decoded);
}

}  // namespace jianmen::catalog::detail
