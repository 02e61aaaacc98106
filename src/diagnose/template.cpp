#include "diagnose/template.hpp"

#include <algorithm>
#include <array>

namespace jianmen::diagnose {

namespace {

// Values that are ready for a command line: they stand in quotes there, or are quoted already.
constexpr std::array<std::string_view, 17> kReady{"smallest_grant",
                                                  "new_policy",
                                                  "ungrant",
                                                  "url",
                                                  "iam_url",
                                                  "auth_body",
                                                  "auth_scope",
                                                  "get_token",
                                                  "again",
                                                  "target",
                                                  "call_corrected",
                                                  "call_right_host",
                                                  "call_project_host",
                                                  "call_example_project",
                                                  "call_token_project",
                                                  "call_host_region_project",
                                                  "right_host"};

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

struct Placeholder {
  bool condition = false;
  std::string_view name;
  std::optional<std::string_view> value;  // that it must have
};

std::optional<Placeholder> parse(std::string_view inside) {
  Placeholder found;
  if (inside.starts_with('?')) {
    found.condition = true;
    inside.remove_prefix(1);
    if (const auto equals = inside.find('='); equals != inside.npos) {
      found.value = inside.substr(equals + 1);
      inside = inside.substr(0, equals);
    }
  }
  found.name = inside;
  if (!is_name(found.name)) return std::nullopt;
  return found;
}

}  // namespace

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:@/+,=").contains(c);
  };
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, is_plain)) {
    return std::string(text);
  }
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::optional<std::string> fill(std::string_view sentence, const Values& values, Reader reader) {
  std::string out;
  while (!sentence.empty()) {
    const auto open = sentence.find('{');
    out += sentence.substr(0, open);
    if (open == sentence.npos) break;
    sentence.remove_prefix(open);
    const auto close = sentence.find('}');
    const auto placeholder =
        close == sentence.npos ? std::nullopt : parse(sentence.substr(1, close - 1));
    if (!placeholder) {
      out += '{';
      sentence.remove_prefix(1);
      continue;
    }
    sentence.remove_prefix(close + 1);
    const auto found = values.find(placeholder->name);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    if (placeholder->value && found->second != *placeholder->value) return std::nullopt;
    if (placeholder->condition) continue;
    const bool ready = std::ranges::find(kReady, placeholder->name) != kReady.end();
    out += reader == Reader::Shell && !ready ? shell_word(found->second) : found->second;
  }
  return out;
}

}  // namespace jianmen::diagnose
