// Payload lines: what a client may have hashed in the place of the body that arrived.

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/digest.hpp"
#include "diagnose/signature/alternative.hpp"
#include "http/message.hpp"

namespace jianmen::diagnose::signature {

namespace {

namespace json = base::json;
using Text = std::string_view;

enum class Escape { Raw, Lower, Upper, Html, Slashes, SlashesLower };

struct Style {
  Text item = ",", name = ":";
  int indent = 0;  // blanks a level; -1: a tab
  bool sorted = false;
  Escape escape = Escape::Raw;
  bool python = false;  // repr() of a dict
};

void append_unit(std::string& out, unsigned unit, bool upper) {
  const Text digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15U];
}

// Code points of UTF-8 that the JSON parser let through.
unsigned next_code_point(Text text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(i < text.size() ? text[i] : 0);
  };
  const unsigned first = byte(at);
  const unsigned length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  unsigned point = length == 1 ? first : first & (0xffU >> (length + 1));
  for (unsigned i = 1; i < length; ++i) point = point << 6 | (byte(at + i) & 0x3fU);
  at += length;
  return point;
}

class Writer {
 public:
  Writer(const Style& style, std::string& out) : style_(style), out_(out) {}

  void write(const json::value& value, int level) {
    switch (value.kind()) {
      case json::kind::object:
        return write_object(value.get_object(), level);
      case json::kind::array:
        return write_array(value.get_array(), level);
      case json::kind::string:
        return write_string(value.get_string());
      case json::kind::double_:
        return write_double(value.get_double());
      case json::kind::bool_:
        out_ += style_.python ? (value.get_bool() ? "True" : "False")
                              : (value.get_bool() ? "true" : "false");
        return;
      case json::kind::null:
        out_ += style_.python ? "None" : "null";
        return;
      case json::kind::int64:
        out_ += std::to_string(value.get_int64());
        return;
      case json::kind::uint64:
        out_ += std::to_string(value.get_uint64());
        return;
    }
  }

 private:
  void line(int level) {
    if (style_.indent == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(level) * static_cast<std::size_t>(std::abs(style_.indent)),
                style_.indent < 0 ? '\t' : ' ');
  }

  void write_object(const json::object& object, int level) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : object) members.push_back(&member);
    if (style_.sorted) {
      std::ranges::sort(members, [](const auto* a, const auto* b) { return a->key() < b->key(); });
    }
    out_ += '{';
    bool first = true;
    for (const auto* member : members) {
      if (!first) out_ += style_.item;
      first = false;
      line(level + 1);
      write_string(member->key());
      out_ += style_.name;
      write(member->value(), level + 1);
    }
    if (!members.empty()) line(level);
    out_ += '}';
  }

  void write_array(const json::array& array, int level) {
    out_ += '[';
    bool first = true;
    for (const auto& item : array) {
      if (!first) out_ += style_.item;
      first = false;
      line(level + 1);
      write(item, level + 1);
    }
    if (!array.empty()) line(level);
    out_ += ']';
  }

  void write_double(double value) {
    char text[40];
    const auto [end, trouble] = std::to_chars(text, text + sizeof text, value);
    const Text written(text, static_cast<std::size_t>(end - text));
    out_ += written;
    if (style_.item == ", " && written.find_first_of(".en") == Text::npos) out_ += ".0";
  }

  void write_string(Text text) {
    const char quote = style_.python ? '\'' : '"';
    out_ += quote;
    for (std::size_t at = 0; at < text.size();) {
      const auto begin = at;
      const unsigned point = next_code_point(text, at);
      write_point(point, text.substr(begin, at - begin), quote);
    }
    out_ += quote;
  }

  void write_point(unsigned point, Text bytes, char quote) {
    const bool lower = style_.escape == Escape::Lower || style_.escape == Escape::SlashesLower;
    const bool upper = style_.escape == Escape::Upper;
    if (point == static_cast<unsigned char>(quote) || point == '\\') {
      out_ += '\\';
      out_ += bytes;
    } else if (point == '/' &&
               (style_.escape == Escape::Slashes || style_.escape == Escape::SlashesLower)) {
      out_ += "\\/";
    } else if (point == '\n') {
      out_ += "\\n";
    } else if (point == '\r') {
      out_ += "\\r";
    } else if (point == '\t') {
      out_ += "\\t";
    } else if (point == '\b') {
      out_ += "\\b";
    } else if (point == '\f') {
      out_ += "\\f";
    } else if (point < 0x20) {
      append_unit(out_, point, upper);
    } else if (style_.escape == Escape::Html && (point == '<' || point == '>' || point == '&' ||
                                                 point == 0x2028 || point == 0x2029)) {
      append_unit(out_, point, false);
    } else if (point >= 0x7f && (lower || upper)) {
      if (point == 0x7f) {
        out_ += bytes;
      } else if (point >= 0x10000) {
        append_unit(out_, 0xd800 + ((point - 0x10000) >> 10), upper);
        append_unit(out_, 0xdc00 + ((point - 0x10000) & 0x3ff), upper);
      } else {
        append_unit(out_, point, upper);
      }
    } else {
      out_ += bytes;
    }
  }

  const Style& style_;
  std::string& out_;
};

struct Separators {
  Text item, name;
  int indent;
};
constexpr Separators kSeparators[] = {
    {",", ":", 0},  {", ", ": ", 0}, {",", ": ", 0},  {", ", ":", 0},  {",", ": ", 2},
    {",", ": ", 4}, {",", ": ", -1}, {", ", ": ", 2}, {", ", ": ", 4}, {",", " : ", 2}};

// In another style each; a part of the budget for those that sort keys.
void write_styles(std::vector<std::string>& out, const json::value& value, std::size_t most) {
  for (const auto& separators : kSeparators) {
    for (const bool sorted : {false, true}) {
      for (const auto escape : {Escape::Raw, Escape::Lower, Escape::Upper, Escape::Html,
                                Escape::Slashes, Escape::SlashesLower}) {
        if (out.size() >= most) return;
        const Style style{.item = separators.item,
                          .name = separators.name,
                          .indent = separators.indent,
                          .sorted = sorted,
                          .escape = escape};
        std::string text;
        Writer(style, text).write(value, 0);
        if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
      }
    }
  }
}

std::string write_python(const json::value& value) {
  const Style style{.item = ", ",
                    .name = ": ",
                    .indent = 0,
                    .sorted = false,
                    .escape = Escape::Raw,
                    .python = true};
  std::string text;
  Writer(style, text).write(value, 0);
  return text;
}

std::string replaced(Text text, Text what, Text by) {
  std::string out;
  while (true) {
    const auto at = text.find(what);
    out += text.substr(0, at);
    if (at == Text::npos) return out;
    out += by;
    text.remove_prefix(at + what.size());
  }
}

class Payloads {
 public:
  explicit Payloads(const Question& question)
      : hash_(authn::signature::hash_of(question.algorithm)) {}

  void add_line(std::string text, int cost, Cause cause, Text habit) {
    if (seen_.insert(text).second)
      lines_.push_back(
          {.text = std::move(text), .cost = cost, .cause = cause, .habit = habit, .detail = {}});
  }
  // False: no more may be hashed.
  bool add_body(Text body, int cost, Cause cause, Text habit) {
    constexpr std::size_t kMost = 12U << 20;  // bytes
    hashed_ += body.size();
    if (hashed_ > kMost) return false;
    add_line(crypto::hex_digest(hash_, body), cost, cause, habit);
    return true;
  }
  Alternatives take() { return std::move(lines_); }

 private:
  crypto::Hash hash_;
  std::size_t hashed_ = 0;
  std::set<std::string> seen_;
  Alternatives lines_;
};

bool without_body(Text method) {
  return method == "GET" || method == "DELETE" || method == "HEAD" || method == "OPTIONS";
}

std::string form_of(const json::object& object) {
  std::string out;
  for (const auto& member : object) {
    if (!out.empty()) out += '&';
    out += base::percent_encode(member.key()) + "=";
    out += member.value().is_string() ? base::percent_encode(member.value().get_string())
                                      : base::percent_encode(base::to_text(member.value()));
  }
  return out;
}

void add_texts(Payloads& payloads, Text body) {
  const auto cause = Cause::SignatureBodySerializedTwice;
  const auto put = [&](const std::string& text, int cost, Text habit) {
    return payloads.add_body(text, cost, cause, habit);
  };
  put(std::string(base::trim(body)), 1, "line_end");
  for (const auto end : {"\n", "\r\n", " "}) put(std::string(body) + end, 1, "line_end");
  put(replaced(body, "\r\n", "\n"), 1, "line_end");
  put(replaced(replaced(body, "\r\n", "\n"), "\n", "\r\n"), 1, "line_end");
  put("\xef\xbb\xbf" + std::string(body), 2, "byte_order_mark");
  if (body.starts_with("\xef\xbb\xbf")) put(std::string(body.substr(3)), 2, "byte_order_mark");
}

void add_json(Payloads& payloads, const Question& question, const json::value& value) {
  const auto twice = Cause::SignatureBodySerializedTwice;
  const std::size_t styles = question.body.size() > 16'384 ? 24 : 120;
  std::vector<std::string> written;
  write_styles(written, value, styles);
  for (const auto& text : written) {
    if (!payloads.add_body(text, 2, twice, "json_style")) return;
  }
  for (const auto& text : written) {
    if (!payloads.add_body(text + "\n", 2, twice, "json_style") ||
        !payloads.add_body(replaced(text, "\n", "\r\n"), 3, twice, "json_style"))
      return;
  }
  payloads.add_body(write_python(value), 2, twice, "python_repr");
  // A string of JSON in a JSON string, or the string that was one.
  for (const auto& text : {question.body, written.empty() ? std::string() : written.front()}) {
    write_styles(written = {}, json::value(text), 1);
    if (!written.empty()) payloads.add_body(written.front(), 2, twice, "json_in_json");
  }
  if (value.is_string()) payloads.add_body(value.get_string(), 2, twice, "json_in_json");

  const auto changed = Cause::SignatureBodyChanged;
  const auto put = [&](const json::value& other, int cost, Text habit) {
    std::vector<std::string> texts;
    write_styles(texts, other, 12);
    for (const auto& text : texts) {
      if (!payloads.add_body(text, cost, changed, habit)) return;
    }
    if (!texts.empty()) payloads.add_body(texts.front() + "\n", cost, changed, habit);
  };
  const auto* object = value.if_object();
  if (!object) return;
  payloads.add_body(form_of(*object), 3, changed, "other_format");
  for (const auto& member : *object) {
    put(member.value(), 3, "wrapper_added");
    for (const auto& key : question.body_keys) {
      payloads.add_body(
          replaced(question.body, "\"" + std::string(member.key()) + "\"", "\"" + key + "\""), 3,
          changed, "other_operation");
      if (key == member.key()) continue;
      json::object renamed;
      for (const auto& each : *object)
        renamed[each.key() == member.key() ? Text(key) : Text(each.key())] = each.value();
      put(renamed, 3, "other_operation");
    }
    auto less = *object;
    less.erase(member.key());
    put(less, 4, "member_added");
    if (const auto* inner = member.value().if_object()) {
      for (const auto& within : *inner) {
        auto other = *object;
        other[member.key()].as_object().erase(within.key());
        put(other, 4, "member_added");
      }
    }
  }
}

}  // namespace

std::vector<std::string> json_writings(std::string_view text, std::size_t most) {
  std::vector<std::string> out;
  if (const auto value = base::parse_json(text)) write_styles(out, *value, most);
  return out;
}

Alternatives payload_lines(const Question& question) {
  Payloads payloads(question);
  payloads.add_line(question.payload, 0, Cause::Unknown, "");
  const auto hash = authn::signature::hash_of(question.algorithm);
  const auto other = hash == crypto::Hash::Sha256 ? crypto::Hash::Sm3 : crypto::Hash::Sha256;
  const bool bodiless = without_body(question.method);
  const bool empty = question.body_whole && question.body.empty();
  const auto* given = question.find(authn::signature::payload_header_name(question.algorithm));
  // The other line that the same request could have had.
  if (question.body_whole && question.payload != crypto::hex_digest(hash, question.body))
    payloads.add_body(question.body, 1, Cause::SignaturePayloadHeader, "header_not_signed_over");
  payloads.add_body("", 1,
                    bodiless && !empty ? Cause::SignatureBodyOnGet : Cause::SignatureBodyNotHashed,
                    "nothing_hashed");
  if (given) payloads.add_line(given->value, 1, Cause::SignaturePayloadHeader, "header_unsigned");
  payloads.add_line("UNSIGNED-PAYLOAD", 1, Cause::SignaturePayloadHeader, "unsigned_payload");
  const auto lost = bodiless ? Cause::SignatureBodyOnGet : Cause::SignatureBodyChanged;
  const Text placeholder = empty ? "body_lost" : "placeholder_hashed";
  for (const auto text : {"{}", "null", "\"\"", "[]"}) {
    payloads.add_body(text, 1, lost, placeholder);
  }
  for (const auto text : {"{}\n", "undefined", "None", " ", "\n", "\"{}\"", "[object Object]"}) {
    payloads.add_body(text, 2, lost, placeholder);
  }
  payloads.add_line("", 2, Cause::SignatureBodyNotHashed, "no_payload_line");
  if (question.body_whole) {
    if (!empty) {
      add_texts(payloads, question.body);
      if (const auto value = base::parse_json(question.body)) {
        add_json(payloads, question, *value);
      } else {
        payloads.add_body(base::percent_decode(question.body, base::Plus::Space), 2,
                          Cause::SignatureBodyChanged, "other_format");
        json::object object;
        for (auto& [name, text] : http::parse_query(question.body)) object[name] = text;
        std::vector<std::string> texts;
        if (object.size() <= 64) write_styles(texts, object, 12);
        for (const auto& text : texts)
          payloads.add_body(text, 3, Cause::SignatureBodyChanged, "other_format");
      }
      payloads.add_body(base::to_base64(base::as_bytes(question.body)), 3,
                        Cause::SignatureBodySerializedTwice, "base64");
      payloads.add_line(question.body, 3, Cause::SignatureCanonicalForm, "body_itself");
    }
    payloads.add_line(crypto::hex_digest(other, question.body), 2,
                      Cause::SignatureAlgorithmMismatch, "other_hash");
    const auto digest = crypto::digest(hash, question.body);
    payloads.add_line(base::to_base64(digest), 2, Cause::SignatureCanonicalForm, "payload_base64");
  }
  std::string upper = question.payload;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  payloads.add_line(std::move(upper), 1, Cause::SignatureCanonicalForm, "payload_upper_case");
  payloads.add_line(crypto::hex_digest(hash, question.payload), 3, Cause::SignatureCanonicalForm,
                    "hash_of_hash");
  if (question.query)
    payloads.add_body(*question.query, 3, Cause::SignatureBodyChanged, "query_as_body");
  return payloads.take();
}

}  // namespace jianmen::diagnose::signature
