#include "diagnose/paste/rules.hpp"

#include <algorithm>
#include <map>

#include "catalog/embedded.hpp"

namespace jianmen::diagnose::paste {

namespace {

namespace json = base::json;
using identity::Cause;

// Shorter ones also stand in texts of other origin.
constexpr std::size_t kOwnWords = 22, kShortWords = 12, kMinPrefix = 18;

// Compiled in and tested: they parse.
json::value parsed(std::string_view name) {
  auto value = base::parse_json(catalog::embedded(name));
  return value ? std::move(*value) : json::value(json::object{});
}

// A single short word must stand alone: "redis" is no part of "redistribute".
bool is_short_word(std::string_view mark) {
  return mark.size() <= 7 && std::ranges::all_of(mark, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::vector<std::size_t> numbers(Phrases& phrases, const json::array& texts) {
  std::vector<std::size_t> out;
  for (const auto& text : texts) {
    if (!text.is_string()) continue;
    const std::string_view phrase = text.get_string();
    out.push_back(phrases.add(phrase, is_short_word(phrase)));
  }
  return out;
}

void add_paste_rules(Rules& out, const json::value& data) {
  const auto* rows = base::find_array(data, "rules");
  if (!rows) return;
  for (const auto& row : *rows) {
    const auto cause = identity::find_cause(base::string_or(row, "cause", ""));
    const auto* any = base::find_array(row, "any");
    if (!cause || !any) continue;
    Rule rule{.cause = *cause,
              .tier = static_cast<Tier>(
                  std::clamp<std::int64_t>(base::find_int(row, "tier").value_or(1), 0, 3))};
    rule.any = numbers(out.phrases, *any);
    const auto* home = base::find(row, "home");
    rule.needs_home = home && home->is_bool() && home->get_bool();
    rule.between = base::string_or(row, "between", "");
    if (const auto* with = base::find_array(row, "with")) {
      for (const auto& one_of : *with) {
        if (one_of.is_array()) rule.with.push_back(numbers(out.phrases, one_of.get_array()));
      }
    }
    if (const auto* without = base::find_array(row, "without")) {
      rule.without = numbers(out.phrases, *without);
    }
    out.rules.push_back(std::move(rule));
  }
  if (const auto* foreign = base::find_array(data, "foreign")) {
    for (const auto& mark : *foreign) {
      const std::string text(mark.as_string());
      out.foreign.emplace_back(out.phrases.add(text, is_short_word(text)), text);
    }
  }
  if (const auto* home = base::find_array(data, "home")) {
    for (const auto& mark : *home) out.home.push_back(out.phrases.add(mark.as_string(), false));
  }
}

// "The %s is required in the request body." → the longest piece between what varies.
std::string longest_piece(std::string_view pattern) {
  std::string best, piece;
  const auto finish = [&] {
    if (auto squeezed = squeeze(piece); squeezed.size() > best.size()) best = std::move(squeezed);
    piece.clear();
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char close = c == '{' ? '}' : c == '[' ? ']' : '\0';
    if (close != '\0') {
      const auto end = pattern.find(close, i);
      finish();
      if (end != pattern.npos) i = end;
    } else if (c == '%' && i + 1 < pattern.size()) {
      finish();
      if (pattern[i + 1] == '(') i = std::min(pattern.find(')', i), pattern.size() - 2);
      ++i;
    } else if (pattern.substr(i).starts_with("...")) {
      finish();
      i += 2;
    } else {
      piece += c;
    }
  }
  finish();
  return best;
}

struct Message {
  std::string text;
  Cause cause;
  const json::value* row;
};

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first -
      a.begin());
}

// As much of each message as no message of another cause begins with: a cut one still tells.
void add_messages(Rules& out, std::vector<Message> messages) {
  std::ranges::stable_sort(messages, {}, &Message::text);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = messages[i];
    std::size_t needed = kMinPrefix;
    bool ambiguous = false;
    const auto compare = [&](const Message& other) {
      if (other.cause == message.cause) return;
      const auto shared = common_prefix(message.text, other.text);
      ambiguous = ambiguous || shared == message.text.size();
      needed = std::max(needed, shared + 1);
    };
    for (const auto& other : messages) compare(other);
    needed = std::max(needed, message.text.size() * 6 / 10);
    Rule rule{
        .cause = message.cause, .tier = ambiguous ? Tier::Kind : Tier::Cause, .row = message.row};
    rule.any = {out.phrases.add(message.text.substr(0, needed), false)};
    if (message.text.size() < kOwnWords) {
      rule.tier = Tier::Kind;
      rule.needs_home = true;
    }
    out.rules.push_back(std::move(rule));
  }
}

void add_error_rows(Rules& out, const json::value& data) {
  if (!data.is_array()) return;
  std::map<std::string, std::vector<Cause>> causes_of_code;
  std::vector<Message> messages;
  for (const auto& row : data.get_array()) {
    const auto cause = identity::find_cause(base::string_or(row, "cause", ""));
    if (!cause) continue;
    causes_of_code[base::string_or(row, "code", "")].push_back(*cause);
    auto text = longest_piece(
        base::string_or(row, "literal_message", base::string_or(row, "message_pattern", "")));
    // Texts of clients are written out in paste-rules.json.
    const auto layer = base::string_or(row, "layer", "");
    const bool from_server = layer != "network" && layer != "sdk";
    if (from_server && text.size() >= kShortWords)
      messages.push_back({std::move(text), *cause, &row});
  }
  for (const auto& row : data.get_array()) {
    const auto cause = identity::find_cause(base::string_or(row, "cause", ""));
    const auto code = base::string_or(row, "code", "");
    const auto dot = code.find('.');
    const bool is_number =
        code.size() == 4 && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    const bool is_code =
        dot != code.npos && code.size() > dot + 3 && code[dot + 1] <= '9' && code[dot + 1] >= '0';
    if (!cause || (!is_number && !is_code)) continue;
    const auto& causes = causes_of_code[code];
    const bool one = std::ranges::all_of(causes, [&](Cause c) { return c == causes.front(); });
    Rule rule{.cause = *cause, .tier = one ? Tier::Cause : Tier::Kind, .code = code, .row = &row};
    rule.needs_home = is_number;
    rule.any = is_number ? std::vector{out.phrases.add("error_code" + code, true)}
                         : std::vector{out.phrases.add(code, true)};
    out.rules.push_back(std::move(rule));
  }
  add_messages(out, std::move(messages));
}

Rules make_rules() {
  static const json::value errors = parsed("errors.json");
  Rules out;
  add_paste_rules(out, parsed("paste-rules.json"));
  add_error_rows(out, errors);
  out.phrases.build();
  return out;
}

}  // namespace

const Rules& rules() {
  static const Rules made = make_rules();
  return made;
}

}  // namespace jianmen::diagnose::paste
