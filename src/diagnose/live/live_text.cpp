#include <array>

#include "base/encoding.hpp"
#include "diagnose/live/live.hpp"

namespace jianmen::diagnose::live {

namespace {

namespace json = base::json;

std::string paint(std::string_view text, std::string_view style, Colour colour) {
  if (colour == Colour::Off) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

struct Word {
  std::string_view outcome, english, chinese, style;
};
constexpr std::array kWords{
    Word{"ok", "ok     ", "正常  ", "1;32"},
    Word{"warning", "warning", "注意  ", "1;33"},
    Word{"broken", "BROKEN ", "中断  ", "1;31"},
    Word{"skipped", "-      ", "-     ", "2"},
};

std::string time_text(std::int64_t us) {
  std::string text = std::to_string(us / 1000) + "." + std::to_string(us % 1000 / 100) + " ms";
  return std::string(text.size() < 10 ? 10 - text.size() : 0, ' ') + text;
}

void add_lines(std::string& out, const json::value& of, std::string_view label, Colour colour) {
  const auto* lines = base::find_array(of, "fix");
  if (!lines || lines->empty()) return;
  out += "  " + paint(label, "2", colour) + ":\n";
  for (const auto& line : *lines) {
    if (line.is_string()) out += "    " + base::escape_controls(line.get_string()) + "\n";
  }
}

}  // namespace

std::string to_text(const json::value& report, Language language, Colour colour) {
  const bool chinese = language == Language::Chinese;
  std::string out = base::escape_controls(base::string_or(report, "endpoint", "")) + "\n";
  const auto* steps = base::find_array(report, "steps");
  for (std::size_t i = 0; steps && i < steps->size(); ++i) {
    const auto& step = (*steps)[i];
    const auto outcome = base::string_or(step, "outcome", "");
    for (const auto& word : kWords) {
      if (word.outcome != outcome) continue;
      out += "  " + paint(chinese ? word.chinese : word.english, word.style, colour);
    }
    std::string name = base::string_or(step, "step", "");
    name.resize(12, ' ');
    out += " " + name;
    out += outcome == "skipped" ? std::string(10, ' ')
                                : time_text(base::find_int(step, "us").value_or(0));
    out += "  " + base::escape_controls(base::string_or(step, "detail", "")) + "\n";
    if (outcome != "warning") continue;
    if (const auto* fix = base::find_array(step, "fix")) {
      for (const auto& line : *fix) {
        if (!line.is_string()) continue;
        out += std::string(34, ' ') + base::escape_controls(line.get_string()) + "\n";
      }
    }
  }
  const auto* cause = base::find(report, "cause");
  if (!cause) return out;
  out += "\n" + paint(base::escape_controls(base::string_or(*cause, "title", "")), "1;31", colour) +
         paint("  [" + base::string_or(*cause, "id", "") + "]", "2", colour) + "\n  " +
         paint(chinese ? "原因" : "Why", "2", colour) + ": " +
         base::escape_controls(base::string_or(report, "why", "")) + "\n";
  add_lines(out, report, chinese ? "修复" : "Fix", colour);
  return out;
}

}  // namespace jianmen::diagnose::live
