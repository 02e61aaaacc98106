#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace jianmen::base {

namespace {

constexpr std::size_t kMaxDepth = 32;

std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_end = before.rfind('\n');
  const std::size_t column = line_end == std::string_view::npos ? offset + 1 : offset - line_end;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

void write_pretty(std::string& out, const json::value& value, std::size_t depth) {
  const std::string inner((depth + 1) * 2, ' ');
  const std::string outer(depth * 2, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    std::string_view separator = "{\n";
    for (const auto& [key, member] : *object) {
      out.append(separator).append(inner).append(json::serialize(json::value(key))).append(": ");
      write_pretty(out, member, depth + 1);
      separator = ",\n";
    }
    out.append("\n").append(outer).append("}");
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    std::string_view separator = "[\n";
    for (const auto& member : *array) {
      out.append(separator).append(inner);
      write_pretty(out, member, depth + 1);
      separator = ",\n";
    }
    out.append("\n").append(outer).append("]");
  } else if (const auto* number = value.if_double(); number != nullptr && std::isfinite(*number)) {
    // As people write it: 0.99, where the library writes 9.9E-1.
    std::array<char, 32> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), *number);
    out.append(digits.data(), end);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::stream_parser parser({}, options);
  json::error_code error;
  const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  if (!error && consumed < text.size()) error = json::make_error_code(json::error::extra_data);
  if (!error) parser.finish(error);
  if (error) {
    return fail(Code::InvalidArgument,
                "not JSON at " + position(text, consumed) + ": " + error.message());
  }
  return parser.release();
}

std::string to_text(const json::value& value) { return json::serialize(value); }

std::string to_pretty_text(const json::value& value) {
  std::string out;
  write_pretty(out, value, 0);
  return out;
}

const json::value* find(const json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object != nullptr ? object->if_contains(key) : nullptr;
}

const json::object* find_object(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  return member != nullptr ? member->if_object() : nullptr;
}

const json::array* find_array(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  return member != nullptr ? member->if_array() : nullptr;
}

std::optional<std::string_view> find_string(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_string());
}

std::optional<std::int64_t> find_int(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  if (member == nullptr) return std::nullopt;
  if (const auto* number = member->if_int64()) return *number;
  // Values built in code may hold small numbers as unsigned.
  if (const auto* number = member->if_uint64();
      number != nullptr && *number <= std::numeric_limits<std::int64_t>::max()) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

std::optional<bool> find_bool(const json::value& value, std::string_view key) {
  const auto* member = find(value, key);
  if (member == nullptr || !member->is_bool()) return std::nullopt;
  return member->get_bool();
}

std::string string_or(const json::value& value, std::string_view key, std::string_view otherwise) {
  return std::string(find_string(value, key).value_or(otherwise));
}

const json::value* find(const json::object& object, std::string_view key) {
  return object.if_contains(key);
}

const json::object* find_object(const json::object& object, std::string_view key) {
  const auto* found = find(object, key);
  return found ? found->if_object() : nullptr;
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const auto* found = find(object, key);
  return found ? found->if_array() : nullptr;
}

std::optional<std::string_view> find_string(const json::object& object, std::string_view key) {
  const auto* found = find(object, key);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string_view(found->get_string());
}

}  // namespace jianmen::base
