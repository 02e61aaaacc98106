#include "diagnose/live/step_texts.hpp"

#include "base/json.hpp"
#include "catalog/embedded.hpp"

namespace jianmen::diagnose::live {

namespace {

namespace json = base::json;

// Compiled in and tested: it parses.
const json::value& texts() {
  static const json::value parsed = [] {
    auto value = base::parse_json(catalog::embedded("live-steps.json"));
    return value ? std::move(*value) : json::value(json::object{});
  }();
  return parsed;
}

}  // namespace

std::vector<std::string> sentences(std::string_view key, const Values& values, Language language) {
  std::vector<std::string> out;
  const auto* steps = base::find(texts(), "steps");
  const auto* step = steps ? base::find(*steps, key) : nullptr;
  const auto* lines =
      step ? base::find_array(*step, language == Language::Chinese ? "zh-CN" : "en") : nullptr;
  if (!lines) return out;
  for (const auto& line : *lines) {
    if (!line.is_string()) continue;
    if (auto filled = fill(line.get_string(), values, Reader::Person)) {
      out.push_back(std::move(*filled));
    }
  }
  return out;
}

std::string detail(std::string_view key, const Values& values, Language language) {
  std::string out;
  for (const auto& sentence : sentences(key, values, language)) {
    if (!out.empty()) out += language == Language::Chinese ? "；" : "; ";
    out += sentence;
  }
  return out;
}

}  // namespace jianmen::diagnose::live
