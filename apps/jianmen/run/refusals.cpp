#include "run/refusals.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace jianmen::app::run {

namespace {

namespace json = base::json;

struct Row {
  std::string call, answer, cause, why, fix;
  std::size_t times = 1;
};

std::string text_at(const json::value& value, std::string_view member, std::string_view name) {
  const auto* inner = base::find(value, member);
  return inner ? base::escape_controls(base::string_or(*inner, name, "")) : std::string();
}

Row row_of(const json::value& explanation) {
  Row row;
  row.call = text_at(explanation, "request", "method") + " " +
             text_at(explanation, "request", "host") + text_at(explanation, "request", "path");
  if (const auto* answer = base::find(explanation, "answer")) {
    if (const auto* status = base::find(*answer, "status"); status && status->is_number()) {
      row.answer = base::to_text(*status);
    }
    const std::string code = text_at(explanation, "answer", "code");
    if (!code.empty()) row.answer += " " + code;
  }
  row.cause = text_at(explanation, "cause", "title");
  if (row.cause.empty()) row.cause = text_at(explanation, "cause", "id");
  row.why = base::escape_controls(base::string_or(explanation, "why", ""));
  if (const auto* fixes = base::find_array(explanation, "fix"); fixes && !fixes->empty()) {
    if (fixes->front().is_string()) {
      row.fix = base::escape_controls(std::string(fixes->front().as_string()));
    }
  }
  return row;
}

}  // namespace

std::string to_table(const json::array& explanations, diagnose::Language language) {
  const bool chinese = language == diagnose::Language::Chinese;
  std::vector<Row> rows;
  for (const auto& explanation : explanations) {
    Row row = row_of(explanation);
    const auto same = std::ranges::find_if(rows, [&](const Row& other) {
      return other.call == row.call && other.cause == row.cause && other.answer == row.answer;
    });
    if (same == rows.end()) {
      rows.push_back(std::move(row));
    } else {
      ++same->times;
    }
  }
  const std::string count = std::to_string(explanations.size());
  if (rows.empty()) {
    return chinese ? "jianmen run：没有请求被拒绝。\n" : "jianmen run: no call was refused.\n";
  }
  std::string text = chinese ? "jianmen run：" + count + " 次请求被拒绝\n"
                             : "jianmen run: " + count +
                                   (explanations.size() == 1 ? " call was" : " calls were") +
                                   " refused\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::string number = std::to_string(i + 1);
    number.insert(0, number.size() < 3 ? 3 - number.size() : 0, ' ');
    text += number + "  " + row.call + "  " + row.answer;
    if (row.times > 1)
      text += chinese ? "（" + std::to_string(row.times) + " 次）"
                      : "  (" + std::to_string(row.times) + " times)";
    text += "\n     " + std::string(chinese ? "原因  " : "cause  ") + row.cause + "\n";
    if (!row.why.empty()) text += "            " + row.why + "\n";
    if (!row.fix.empty()) {
      text += "     " + std::string(chinese ? "改法  " : "fix    ") + row.fix + "\n";
    }
  }
  return text;
}

}  // namespace jianmen::app::run
