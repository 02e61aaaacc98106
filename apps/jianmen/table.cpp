#include "table.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;

std::string cell(const json::value* value) {
  if (!value || value->is_null()) return "-";
  if (value->is_string()) {
    return value->get_string().empty() ? "-" : base::escape_controls(value->get_string());
  }
  if (const auto* list = value->if_array()) {
    std::string text;
    for (const auto& item : *list) text += (text.empty() ? "" : ",") + cell(&item);
    return text.empty() ? "-" : text;
  }
  return base::escape_controls(base::to_text(*value));
}

// Columns of a terminal: a wide (East Asian) character takes two, bytes that go on take none.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char raw : text) {
    const auto c = static_cast<unsigned char>(raw);
    if ((c & 0xC0) == 0x80) continue;
    columns += c >= 0xE3 ? 2 : 1;
  }
  return columns;
}

}  // namespace

std::string to_table(const json::array& rows, const std::vector<std::string_view>& columns) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::string> head;
  for (const auto column : columns) {
    std::string name(column);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    head.push_back(std::move(name));
  }
  cells.push_back(std::move(head));
  for (const auto& row : rows) {
    std::vector<std::string> line;
    for (const auto column : columns) line.push_back(cell(base::find(row, column)));
    cells.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string text;
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - width(line[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string to_fields(const json::object& object) {
  std::size_t widest = 0;
  for (const auto& member : object) widest = std::max(widest, member.key().size());
  std::string text;
  for (const auto& member : object) {
    text += member.key();
    text.append(widest - member.key().size() + 2, ' ');
    text += cell(&member.value()) + "\n";
  }
  return text;
}

}  // namespace jianmen::app
