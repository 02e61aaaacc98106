#include "metrics/text.hpp"

#include <array>
#include <charconv>

namespace jianmen::metrics {

namespace {

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

template <class Number>
std::string_view digits_of(Number value, std::array<char, 32>& room) {
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

double seconds(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }

}  // namespace

void Text::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out_.append(name).append(" ").append(type).append("\n");
}

void Text::line(std::string_view suffix, Labels labels, std::string_view bound,
                std::string_view value) {
  out_.append(name_).append(suffix);
  char before = '{';
  const auto label = [&](std::string_view name, std::string_view text) {
    out_ += std::exchange(before, ',');
    out_.append(name).append("=\"");
    append_escaped(out_, text);
    out_ += '"';
  };
  for (const auto& [name, text] : labels) label(name, text);
  if (!bound.empty()) label("le", bound);
  if (before == ',') out_ += '}';
  out_.append(" ").append(value).append("\n");
}

void Text::sample(Labels labels, std::uint64_t value) {
  std::array<char, 32> room;
  line("", labels, "", digits_of(value, room));
}

void Text::sample(Labels labels, double value) {
  std::array<char, 32> room;
  line("", labels, "", digits_of(value, room));
}

void Text::histogram(Labels labels, const Durations& durations) {
  std::array<char, 32> room, bound;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < Durations::kBuckets; ++i) {
    below += durations.counts[i];
    line("_bucket", labels, digits_of(seconds(Durations::bound(i)), bound), digits_of(below, room));
  }
  const auto count = digits_of(below + durations.counts.back(), room);
  line("_bucket", labels, "+Inf", count);
  line("_sum", labels, "", digits_of(seconds(durations.microseconds), bound));
  line("_count", labels, "", count);
}

}  // namespace jianmen::metrics
