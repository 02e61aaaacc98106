// What is said of a difference.

#include <algorithm>

#include "base/encoding.hpp"
#include "catalog/embedded.hpp"
#include "diagnose/compare/compare.hpp"
#include "diagnose/template.hpp"

namespace jianmen::diagnose::compare {

namespace {

namespace json = base::json;
using Text = std::string_view;

constexpr std::size_t kMostOfLine = 4096, kBefore = 48, kShown = 100;

// Compiled in and tested: it parses.
const json::value& texts() {
  static const json::value made = [] {
    auto value = base::parse_json(catalog::embedded("compare.json"));
    return value ? std::move(*value) : json::value(json::object{});
  }();
  return made;
}

Text language_of(Language language) { return language == Language::Chinese ? "zh-CN" : "en"; }

Text part_name(Part part) {
  switch (part) {
    case Part::Method:
      return "method";
    case Part::Path:
      return "path";
    case Part::Query:
      return "query";
    case Part::Header:
      return "header";
    case Part::BlankLine:
      return "blank_line";
    case Part::SignedHeaders:
      return "signed_headers";
    case Part::PayloadHash:
      return "payload_hash";
  }
  return "";
}

// Bytes that are no UTF-8 become \xNN, and so do controls: what is pasted may be anything.
std::string printable(Text text) {
  constexpr Text kDigits = "0123456789abcdef";
  std::string valid;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (base::is_utf8(text.substr(i, size)) && i + size <= text.size()) {
      valid += text.substr(i, size);
      i += size;
    } else {
      valid += "\\x";
      valid += kDigits[lead >> 4U];
      valid += kDigits[lead & 15U];
      ++i;
    }
  }
  return base::escape_controls(valid);
}

// Columns of a terminal: what is written in Chinese takes two a character.
std::size_t columns(Text text) {
  std::size_t out = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) == 0x80) continue;
    out += byte >= 0xe3 && byte <= 0xed ? 2 : byte >= 0xf0 ? 2 : 1;
  }
  return out;
}

// Back to where a character begins, so that the mark stands under it whole.
std::size_t character_begin(Text text, std::size_t at) {
  auto begin = std::min(at, text.size());
  while (begin > 0 && begin < text.size() && at - begin < 3 &&
         (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80) {
    --begin;
  }
  return begin;
}

std::string piece(Text text, std::size_t from, std::size_t most) {
  return printable(text.substr(std::min(from, text.size()), most));
}

// A long one from a little before the difference.
void put_line(json::object& out, const char* name, const std::optional<std::string>& text,
              std::size_t at) {
  if (!text) return;
  const bool cut = text->size() > kMostOfLine;
  const auto from = cut && at > kMostOfLine / 2 ? at - kMostOfLine / 2 : 0;
  out[name] = piece(*text, from, kMostOfLine);
  if (cut) out["cut"] = true;
}

Values values_of(const CanonicalText& given, const std::optional<Difference>& difference) {
  Values values;
  values["form"] = given.form == CanonicalText::Form::Bars ? "gateway_message" : "lines";
  if (!difference) return values;
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) values[name] = piece(value, 0, 200);
  };
  put("habit", difference->habit);
  put("header", difference->header);
  if (difference->given && !difference->hidden) {
    put("given", *difference->given);
    const auto colon = difference->given->find(':');
    if (difference->part == Part::Header && colon != std::string::npos) {
      const auto value = std::string(base::trim(Text(*difference->given).substr(colon + 1)));
      // It is typed between single quotes.
      if (!value.contains('\'')) put("given_header", difference->header + ": " + value);
    }
    for (const auto& [hash, body] :
         {std::pair{"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "{}"},
          {"74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b", "null"},
          {"12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126", "\"\""}}) {
      if (*difference->given == hash) values["known"] = body;
    }
  }
  if (difference->computed && !difference->hidden) put("computed", *difference->computed);
  return values;
}

const json::value* of_part(const std::optional<Difference>& difference) {
  if (!difference) return base::find(texts(), "same");
  const auto* parts = base::find(texts(), "parts");
  return parts ? base::find(*parts, part_name(difference->part)) : nullptr;
}

std::vector<std::string> lines(const std::optional<Difference>& difference, Text key,
                               const Values& values, Language language) {
  std::vector<std::string> out;
  const auto* part = of_part(difference);
  const auto* in_language = part ? base::find(*part, language_of(language)) : nullptr;
  const auto* templates = in_language ? base::find_array(*in_language, key) : nullptr;
  if (!templates) return out;
  for (const auto& sentence : *templates) {
    if (!sentence.is_string()) continue;
    if (auto text = fill(Text(sentence.get_string()), values, Reader::Person))
      out.push_back(*std::move(text));
  }
  return out;
}

std::string name_of(const Difference& difference, Language language) {
  const auto* part = of_part(difference);
  const auto* names = part ? base::find(*part, "name") : nullptr;
  const auto pattern = names ? base::string_or(*names, language_of(language), "") : std::string();
  return fill(pattern, {{"header", printable(difference.header)}}, Reader::Person)
      .value_or(std::string(part_name(difference.part)));
}

std::string joined(const std::vector<std::string>& sentences, Language language) {
  std::string out;
  for (const auto& sentence : sentences) {
    if (!out.empty() && language == Language::English) out += ' ';
    out += sentence;
  }
  return out;
}

std::string note(Text name, Language language, const Values& values) {
  const auto* notes = base::find(texts(), "notes");
  const auto* found = notes ? base::find(*notes, name) : nullptr;
  return found ? fill(base::string_or(*found, language_of(language), ""), values, Reader::Person)
                     .value_or("")
               : std::string();
}

std::vector<std::string> notes_of(const CanonicalText& given, const Context& context,
                                  Language language) {
  std::vector<std::string> out;
  if (!context.date_of_text.empty()) {
    out.push_back(note("date", language, {{"date", piece(context.date_of_text, 0, 64)}}));
  }
  if (given.crlf) out.push_back(note("crlf", language, {}));
  const bool hidden = std::ranges::any_of(given.lines, [](const Line& line) {
    return line.part == Part::Header && line.text.ends_with(":***");
  });
  if (hidden) out.push_back(note("hidden", language, {}));
  return out;
}

std::string painted(Text text, Text style, Colour colour) {
  if (colour == Colour::Off) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

// The two lines and the mark below them.
std::string side_by_side(const Difference& difference, Language language, Colour colour) {
  const bool chinese = language == Language::Chinese;
  const Text text_label = chinese ? "文本  " : "text    ";
  const Text computed_label = chinese ? "计算  " : "computed";
  const Text nothing = chinese ? "（没有这一行）" : "(no such line)";
  const Text hidden = chinese ? "（凭证，不显示）" : "(a credential, not shown)";
  const Text shown = difference.given      ? Text(*difference.given)
                     : difference.computed ? Text(*difference.computed)
                                           : Text();
  const auto at = character_begin(shown, difference.at);
  const auto from = at > kBefore ? character_begin(shown, at - kBefore) : 0;
  std::string out;
  const auto row = [&](Text label, const std::optional<std::string>& line) {
    out += "  " + painted(label, "2", colour) + "  ";
    if (!line) {
      out += nothing;
    } else if (difference.hidden && line->empty()) {
      out += hidden;
    } else {
      if (from > 0) out += "…";
      out += piece(*line, from, kShown);
      if (line->size() > from + kShown) out += "…";
    }
    out += "\n";
  };
  row(text_label, difference.given);
  row(computed_label, difference.computed);
  if (difference.given && difference.computed &&
      !(difference.hidden && difference.given->empty())) {
    const auto before = columns(piece(shown, from, at - from)) + (from > 0 ? 1 : 0);
    out += std::string(2 + columns(text_label) + 2 + before, ' ') + painted("^", "1;31", colour) +
           "\n";
  }
  return out;
}

}  // namespace

json::object to_json(const CanonicalText& given, const std::optional<Difference>& difference,
                     const Context& context, Language language) {
  const auto values = values_of(given, difference);
  json::object out{{"same", !difference}, {"form", values.find("form")->second}};
  if (difference) {
    json::object where{{"part", part_name(difference->part)}};
    if (!difference->header.empty()) where["header"] = printable(difference->header);
    where["line"] = difference->line;
    where["at"] = difference->at;
    if (difference->hidden) where["hidden"] = true;
    if (!difference->hidden || difference->given != std::string())
      put_line(where, "given", difference->given, difference->at);
    if (!difference->hidden || difference->computed != std::string())
      put_line(where, "computed", difference->computed, difference->at);
    out["difference"] = std::move(where);
  }
  out["why"] = joined(lines(difference, "why", values, language), language);
  const auto fixes = lines(difference, "fix", values, language);
  out["fix"] = json::array(fixes.begin(), fixes.end());
  const auto notes = notes_of(given, context, language);
  if (!notes.empty()) out["notes"] = json::array(notes.begin(), notes.end());
  return out;
}

std::string to_text(const CanonicalText& given, const std::optional<Difference>& difference,
                    const Context& context, Language language, Colour colour) {
  const bool chinese = language == Language::Chinese;
  const auto values = values_of(given, difference);
  std::string out;
  if (difference) {
    const auto name = name_of(*difference, language), line = std::to_string(difference->line);
    out += painted(chinese ? "第一处不同：" + name + "（第 " + line + " 行）"
                           : "First difference: " + name + " (line " + line + ")",
                   "1;31", colour) +
           "\n" + side_by_side(*difference, language, colour);
  } else {
    out += painted(chinese ? "一致：文本的每一行都与这里计算的相同"
                           : "The same: every line of the text is as it is computed here",
                   "1;32", colour) +
           "\n";
  }
  const auto why = joined(lines(difference, "why", values, language), language);
  if (!why.empty()) out += "  " + painted(chinese ? "原因：" : "Why: ", "2", colour) + why + "\n";
  for (const auto& fix : lines(difference, "fix", values, language)) {
    out += "  " + painted(chinese ? "修复：" : "Fix: ", "2", colour) + fix + "\n";
  }
  for (const auto& text : notes_of(given, context, language)) {
    out += "  " + painted(chinese ? "说明：" : "Note: ", "2", colour) + text + "\n";
  }
  return out;
}

}  // namespace jianmen::diagnose::compare
