#include "diagnose/print.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"

namespace jianmen::diagnose {

namespace {

namespace json = base::json;

constexpr std::string_view kBold = "1", kRed = "1;31", kGreen = "1;32", kDim = "2";

struct Labels {
  std::string_view why, fix, caller, operation, evidence, steps, answer, difference, was, is;
};
constexpr Labels kEnglish{"Why",   "Fix",    "Caller",     "Operation", "Evidence",
                          "Steps", "Answer", "Difference", "signed ",   "arrived"};
constexpr Labels kChinese{"原因", "修复", "调用者", "接口",    "证据",
                          "步骤", "响应", "差异",   "签名时 ", "收到的 "};

constexpr std::size_t kLabelWidth = 7;  // columns of was and is; three Chinese characters take six

std::string paint(std::string_view text, std::string_view style, Colour colour) {
  if (colour == Colour::Off) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

std::string at(const json::value& value, std::string_view outer, std::string_view inner) {
  const auto* found = base::find(value, outer);
  return found ? base::string_or(*found, inner, "") : std::string();
}

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : base::to_text(value);
}

std::string request_line(const json::value& explanation) {
  std::string line = at(explanation, "request", "method");
  if (line.empty()) return line;
  line += " " + at(explanation, "request", "host") + at(explanation, "request", "path");
  if (const auto query = at(explanation, "request", "query"); !query.empty()) line += "?" + query;
  return line;
}

std::string caller(const json::value& explanation) {
  const auto* principal = base::find(explanation, "principal");
  if (!principal) return {};
  std::string text =
      base::string_or(*principal, "account", "") + "/" + base::string_or(*principal, "user", "");
  if (const auto key = base::string_or(*principal, "access_key_id", ""); !key.empty()) {
    text += " (AK " + key + ")";
  }
  if (const auto* scope = base::find(*principal, "scope"))
    text += "  scope " + base::to_text(*scope);
  return text;
}

class Block {
 public:
  Block(const Labels& labels, Colour colour) : labels_(labels), colour_(colour) {}

  // Later lines of a text go below the first.
  void field(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out_ += "  " + paint(label, kDim, colour_) + ": ";
    bool first = true;
    for (const auto line : base::split(text, '\n')) {
      if (!first) out_ += "      ";
      out_ += base::escape_controls(line) + "\n";
      first = false;
    }
  }

  void list(std::string_view label, const json::value& explanation, std::string_view key,
            std::string_view name, std::string_view value) {
    const auto* items = base::find_array(explanation, key);
    if (!items || items->empty()) return;
    out_ += "  " + paint(label, kDim, colour_) + ":\n";
    for (const auto& item : *items) {
      std::string line = plain(item);
      if (item.is_object()) {
        const auto* what = base::find(item, value);
        line = base::string_or(item, name, "") + " = " + (what ? plain(*what) : "");
      }
      out_ += "    " + base::escape_controls(line) + "\n";
    }
  }

  // Two lines one under the other, and a mark under the first difference. Long ones from a little
  // before it.
  void difference(const json::value& explanation) {
    const auto* found = base::find(explanation, "difference");
    if (!found) return;
    constexpr std::size_t kBefore = 48, kMost = 120;
    const auto was = base::string_or(*found, "signed", ""),
               is = base::string_or(*found, "arrived", "");
    auto at = static_cast<std::size_t>(
        std::max<std::int64_t>(0, base::find_int(*found, "at").value_or(0)));
    at = std::min({at, was.size(), is.size()});
    const auto begin = at > kBefore ? at - kBefore : 0;
    const auto name = base::string_or(*found, "header", base::string_or(*found, "line", ""));
    out_ +=
        "  " + paint(labels_.difference, kDim, colour_) + ": " + base::escape_controls(name) + "\n";
    const auto row = [&](std::string_view label, std::string_view text) {
      out_ += "    " + paint(label, kDim, colour_) + "  " +
              base::escape_controls(text.substr(begin, kMost)) + "\n";
    };
    row(labels_.was, was);
    row(labels_.is, is);
    const auto shown =
        base::escape_controls(std::string_view(was).substr(begin, at - begin)).size();
    out_ += std::string(4 + kLabelWidth + 2 + shown, ' ') + paint("^^^", kRed, colour_) + "\n";
  }

  std::string out_;
  const Labels& labels_;
  Colour colour_;
};

}  // namespace

std::string to_text(const json::value& explanation, Language language, Colour colour) {
  const Labels& labels = language == Language::Chinese ? kChinese : kEnglish;
  Block block(labels, colour);
  const auto verdict = base::string_or(explanation, "verdict", "");
  std::string title = at(explanation, "cause", "title");
  const std::string id = at(explanation, "cause", "id");
  if (title.empty()) title = verdict;
  block.out_ = paint(base::escape_controls(title), verdict == "allowed" ? kGreen : kRed, colour);
  if (!id.empty()) block.out_ += paint("  [" + id + "]", kDim, colour);
  block.out_ += "\n";
  if (const auto line = request_line(explanation); !line.empty()) {
    block.out_ += "  " + paint(base::escape_controls(line), kBold, colour) + "\n";
  }
  block.field(labels.why, base::string_or(explanation, "why", ""));
  block.difference(explanation);
  block.list(labels.fix, explanation, "fix", "", "");
  if (const auto* answer = base::find(explanation, "answer")) {
    const auto status = base::find_int(*answer, "status");
    std::string line = status ? std::to_string(*status) : std::string();
    for (const auto key : {"code", "message"}) {
      if (const auto text = base::string_or(*answer, key, ""); !text.empty()) line += " " + text;
    }
    block.field(labels.answer, line);
  }
  block.field(labels.caller, caller(explanation));
  block.field(labels.operation, base::string_or(explanation, "operation", ""));
  block.list(labels.evidence, explanation, "evidence", "name", "value");
  block.list(labels.steps, explanation, "steps", "step", "outcome");
  if (const auto request_id = base::string_or(explanation, "request_id", ""); !request_id.empty()) {
    block.field("request_id", request_id + "  " + base::string_or(explanation, "time", ""));
  }
  return std::move(block.out_);
}

std::string to_line(const json::value& explanation) {
  const auto* answer = base::find(explanation, "answer");
  const auto status = answer ? base::find_int(*answer, "status") : std::nullopt;
  std::string line = base::string_or(explanation, "time", "") + "  " +
                     (status ? std::to_string(*status) : "-") + "  " + request_line(explanation) +
                     "  " + base::string_or(explanation, "operation", "-");
  if (const auto cause = at(explanation, "cause", "id"); !cause.empty()) line += "  " + cause;
  return base::escape_controls(line + "  " + base::string_or(explanation, "request_id", ""));
}

}  // namespace jianmen::diagnose
