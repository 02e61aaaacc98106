#include "diagnose/compare/canonical_text.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace jianmen::diagnose::compare {

namespace {

namespace json = base::json;
using Text = std::string_view;

constexpr Text kUnsigned = "UNSIGNED-PAYLOAD";
constexpr int kMostLayers = 6;  // of JSON in JSON

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_method(Text word) {
  constexpr std::array<Text, 8> kMethods{"get",   "post", "put",     "delete",
                                         "patch", "head", "options", "trace"};
  return std::ranges::find(kMethods, base::to_lower(word)) != kMethods.end();
}

// The digest at the front of a line, whatever follows it; empty: none.
Text payload_of(Text line) {
  if (line.starts_with(kUnsigned)) return line.substr(0, kUnsigned.size());
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  std::size_t size = 0;
  while (size < line.size() && is_hex(line[size])) ++size;
  return size == 64 ? line.substr(0, size) : Text();
}

// "host:…", "X-Sdk-Date: …"; not "http://…", not a list of names.
Text header_name(Text line) {
  const auto colon = line.find(':');
  if (colon == Text::npos || colon == 0 || colon > 128) return {};
  const auto name = base::trim(line.substr(0, colon));
  const bool fits = !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return fits ? name : Text();
}

// Gives each line its part: the first three by their place, then headers up to what is none.
std::vector<Line> named(const std::vector<std::string>& texts, bool has_method) {
  std::vector<Line> out;
  std::size_t i = 0;
  for (const auto part : {Part::Method, Part::Path, Part::Query}) {
    if (part == Part::Method && !has_method) continue;
    // A client that writes no line for an empty query goes on with its headers.
    if (i < texts.size() && !(part == Part::Query && !header_name(texts[i]).empty()))
      out.push_back({part, texts[i++]});
  }
  for (; i < texts.size(); ++i) {
    const bool last = i + 1 == texts.size();
    auto part = Part::Header;
    if (!payload_of(texts[i]).empty() && last) {
      part = Part::PayloadHash;
    } else if (texts[i].empty()) {
      part = Part::BlankLine;
    } else if (header_name(texts[i]).empty()) {
      part = Part::SignedHeaders;
    }
    out.push_back({part, texts[i]});
  }
  return out;
}

CanonicalText finished(CanonicalText::Form form, std::vector<std::string> texts, bool has_method,
                       bool crlf) {
  CanonicalText out{.form = form, .lines = {}, .crlf = crlf};
  out.ends_early = texts.empty() || payload_of(texts.back()).empty();
  out.lines = named(texts, has_method);
  return out;
}

// From the method on: up to the payload hash, else to the end of the text without its last line
// end.
CanonicalText read_lines(Text text, bool has_method) {
  std::vector<std::string> texts;
  const auto all = base::split(text, '\n');
  std::size_t ended_in_cr = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto line = all[i];
    const bool last = i + 1 == all.size();
    if (last && line.empty() && !texts.empty()) break;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
      ++ended_in_cr;
    }
    // Only the first lines may look like anything; a digest after them is the end.
    const auto payload = texts.size() >= 3 ? payload_of(line) : Text();
    texts.emplace_back(payload.empty() ? line : payload);
    if (!payload.empty()) break;
  }
  const bool crlf = ended_in_cr > 0 && ended_in_cr + 1 >= texts.size();
  if (!crlf && ended_in_cr > 0) {
    // Some lines only: that is no copy's doing.
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (all[i].ends_with('\r') && texts[i].size() + 1 == all[i].size()) texts[i] += '\r';
    }
  }
  return finished(CanonicalText::Form::Lines, std::move(texts), has_method, crlf);
}

// METHOD|path|query|name:value|…||names|hash. A value that holds a bar is one value again.
CanonicalText read_bars(Text text) {
  std::string joined;  // a wrapped line is one line
  for (const char c : text) {
    if (c != '\n' && c != '\r') joined += c;
  }
  std::vector<std::string> texts;
  bool in_headers = true;
  const auto pieces = base::split(joined, '|');
  for (const auto piece : pieces) {
    const bool is_last = piece.data() == pieces.back().data();
    const auto payload = texts.size() >= 3 ? payload_of(piece) : Text();
    if (!payload.empty()) {
      texts.emplace_back(payload);
      break;
    }
    const bool of_value = texts.size() > 3 && in_headers && !is_last && !piece.empty() &&
                          header_name(piece).empty() && !header_name(texts.back()).empty();
    if (texts.size() >= 3 && piece.empty()) in_headers = false;
    if (of_value) {
      texts.back().append("|").append(piece);
    } else {
      texts.emplace_back(piece);
    }
  }
  if (payload_of(texts.back()).empty()) {
    // Cut off: what follows the message is not of it.
    texts.back().resize(std::min(texts.back().size(), texts.back().find_first_of("\"'")));
  }
  return finished(CanonicalText::Form::Bars, std::move(texts), true, false);
}

// A method with its separator, and a path right after it.
std::optional<CanonicalText> find_by_method(Text text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < text.size() && is_letter(text[end])) ++end;
    const auto next = text.substr(end, 1);
    if (end - at <= 7 && (next == "|" || next == "\n" || next == "\r") &&
        is_method(text.substr(at, end - at))) {
      const auto from = text.substr(at);
      const auto rest = text.substr(end);
      if (next == "|") return read_bars(from);
      const auto path = rest.substr(rest.starts_with("\r\n") ? 2 : 1);
      const bool follows = path.starts_with('/') || path.starts_with('%') ||
                           path.starts_with("http") || path.starts_with('\n') ||
                           path.starts_with('\r') || path.starts_with('?');
      if (follows) return read_lines(from, true);
    }
    at = end;
  }
  return std::nullopt;
}

// One whose method was not even written: it begins with its path.
std::optional<CanonicalText> find_by_path(Text text) {
  const auto lower = base::to_lower(text.substr(0, 16384));
  if (!text.starts_with('/') || !text.contains('\n')) return std::nullopt;
  if (!lower.contains("\nhost:") && !lower.contains("\nx-sdk-date:")) return std::nullopt;
  return read_lines(text, false);
}

// `\n`, `\"`, `\u0026` of a JSON or Python string that was pasted without its quotes.
std::string without_escapes(Text text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'n' || c == 'r' || c == 't') {
      out += c == 'n' ? '\n' : c == 'r' ? '\r' : '\t';
    } else if (c == 'u' && text.substr(i + 1, 2) == "00" && i + 4 < text.size()) {
      const auto byte = base::from_hex(text.substr(i + 3, 2));
      out += byte && static_cast<unsigned char>((*byte)[0]) < 0x80 ? *byte : std::string("?");
      i += 4;
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<CanonicalText> find_in(Text text, int layers);

std::optional<CanonicalText> find_in_json(const json::value& value, int layers) {
  if (value.is_string()) return find_in(Text(value.get_string()), layers);
  if (value.is_array()) {
    for (const auto& item : value.get_array()) {
      if (auto found = find_in_json(item, layers)) return found;
    }
  }
  if (value.is_object()) {
    for (const auto& [name, item] : value.get_object()) {
      if (auto found = find_in_json(item, layers)) return found;
    }
  }
  return std::nullopt;
}

std::optional<CanonicalText> find_in(Text text, int layers) {
  const auto trimmed = base::trim(text);
  if (layers < kMostLayers && (trimmed.starts_with('{') || trimmed.starts_with('['))) {
    if (const auto value = base::parse_json(trimmed)) {
      if (auto found = find_in_json(*value, layers + 1)) return found;
    }
  }
  const bool may_escape = layers < kMostLayers && text.contains('\\');
  // Part of a JSON text, cut out of it: its escapes are no part of any line.
  if (may_escape && text.contains("\\u00")) return find_in(without_escapes(text), layers + 1);
  if (auto found = find_by_method(text)) return found;
  if (auto found = find_by_path(text)) return found;
  if (may_escape) return find_in(without_escapes(text), layers + 1);
  return std::nullopt;
}

}  // namespace

const std::string* CanonicalText::header(std::string_view lower_case_name) const {
  for (const auto& line : lines) {
    if (line.part != Part::Header) continue;
    if (base::to_lower(header_name(line.text)) == lower_case_name) return &line.text;
  }
  return nullptr;
}

std::optional<CanonicalText> find_canonical(std::string_view text) { return find_in(text, 0); }

std::vector<Line> lines_of(std::string_view canonical) {
  std::vector<std::string> texts;
  for (const auto line : base::split(canonical, '\n')) texts.emplace_back(line);
  std::vector<Line> out;
  // This one has every line, so that places tell the parts.
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto left = texts.size() - i;
    out.push_back({i == 0      ? Part::Method
                   : i == 1    ? Part::Path
                   : i == 2    ? Part::Query
                   : left == 1 ? Part::PayloadHash
                   : left == 2 ? Part::SignedHeaders
                   : left == 3 ? Part::BlankLine
                               : Part::Header,
                   std::move(texts[i])});
  }
  return out;
}

}  // namespace jianmen::diagnose::compare
