#include "diagnose/texts.hpp"

#include "base/encoding.hpp"
#include "catalog/embedded.hpp"

namespace jianmen::diagnose {

namespace {

namespace json = base::json;

std::string_view code_of(Language language) {
  return language == Language::Chinese ? "zh-CN" : "en";
}

// Compiled in and tested: both parse.
json::value parse(std::string_view file) {
  auto value = base::parse_json(catalog::embedded(file));
  return value ? std::move(*value) : json::value(json::object{});
}

const json::value& explanations(Source source) {
  static const json::value of_requests = parse("explanations.json");
  static const json::value of_pastes = parse("paste-explanations.json");
  return source == Source::Paste ? of_pastes : of_requests;
}

Reader reader_of(std::string_view line) {
  while (line.starts_with("{?")) line.remove_prefix(std::min(line.size(), line.find('}') + 1));
  const bool command = line.starts_with("jianmen ") || line.starts_with("curl ") ||
                       line.starts_with("{smallest_grant}") || line.starts_with("{new_policy}");
  return command ? Reader::Shell : Reader::Person;
}

std::vector<std::string> lines(const json::value& texts, std::string_view key,
                               const Values& values) {
  std::vector<std::string> out;
  const auto* templates = base::find_array(texts, key);
  if (!templates) return out;
  for (const auto& sentence : *templates) {
    if (!sentence.is_string()) continue;
    const std::string_view text = sentence.get_string();
    if (auto filled = fill(text, values, key == "fix" ? reader_of(text) : Reader::Person)) {
      for (const auto line : base::split(*filled, '\n')) out.emplace_back(line);
    }
  }
  return out;
}

}  // namespace

std::string title_of(const catalog::Catalog& catalog, identity::Cause cause, Language language) {
  const auto id = identity::cause_id(cause);
  for (const auto& row : catalog.causes()) {
    if (base::find_string(row, "id") != id) continue;
    const auto* title = base::find(row, "title");
    return title ? base::string_or(*title, code_of(language), "") : std::string();
  }
  return std::string(id);
}

json::array to_json(const Alternatives& alternatives, const catalog::Catalog& catalog,
                    Language language) {
  json::array out;
  for (const auto& [cause, confidence] : alternatives) {
    out.push_back(json::object{{"id", identity::cause_id(cause)},
                               {"title", title_of(catalog, cause, language)},
                               {"confidence", confidence}});
  }
  return out;
}

Texts texts_of(identity::Cause cause, const Values& values, Language language, Source source) {
  Texts out;
  const auto* causes = base::find(explanations(source), "causes");
  const auto* of_cause = causes ? base::find(*causes, identity::cause_id(cause)) : nullptr;
  const auto* texts = of_cause ? base::find(*of_cause, code_of(language)) : nullptr;
  if (!texts) return out;
  for (const auto& sentence : lines(*texts, "why", values)) {
    // Chinese sentences need no blank between them.
    if (!out.why.empty() && language == Language::English) out.why += ' ';
    out.why += sentence;
  }
  out.fix = lines(*texts, "fix", values);
  return out;
}

}  // namespace jianmen::diagnose
