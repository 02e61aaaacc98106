#include "catalog/schema.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/encoding.hpp"
#include "catalog/detail/shape.hpp"

namespace jianmen::catalog {

namespace {

using Kind = SchemaFault::Kind;
using Fault = std::optional<SchemaFault>;
namespace json = base::json;

Fault fault(Kind kind, std::string expected) {
  return SchemaFault{kind, {}, {}, std::move(expected)};
}

// Puts the place where `inner` stands in front of its own.
Fault under(std::string_view key, Fault inner) {
  if (!inner) return inner;
  std::string where(key);
  if (!inner->where.empty() && inner->where.front() != '[') where += '.';
  inner->where.insert(0, where);
  if (inner->key.empty()) inner->key = key;
  return inner;
}

Fault under(std::size_t index, Fault inner) {
  if (!inner) return inner;
  std::string where = "[" + std::to_string(index) + "]";
  if (!inner->where.empty() && inner->where.front() != '[') where += '.';
  inner->where.insert(0, where);
  return inner;
}

std::string_view name_of(Shape::Kind kind) {
  switch (kind) {
    case Shape::Kind::String:
      return "a string";
    case Shape::Kind::Integer:
      return "an integer";
    case Shape::Kind::Boolean:
      return "true or false";
    case Shape::Kind::Number:
      return "a number";
    case Shape::Kind::Array:
      return "a list";
    case Shape::Kind::Map:
    case Shape::Kind::Object:
      return "an object";
    case Shape::Kind::Any:
      return "a value";
  }
  return "a value";
}

Fault wrong_type(const Shape& shape) {
  return fault(Kind::WrongType, std::string(name_of(shape.kind)));
}

Fault missing(const Shape& shape, std::string_view key) {
  return under(key, fault(Kind::Missing, std::string(name_of(shape.kind))));
}

std::string span_text(const Shape::Span& span) {
  return std::to_string(span.least) + " to " + std::to_string(span.most);
}

Fault check_length(const Shape& shape, std::size_t size, std::string_view unit) {
  const auto length = static_cast<std::int64_t>(size);
  if (!shape.length || (length >= shape.length->least && length <= shape.length->most)) return {};
  return fault(Kind::OutOfRange, span_text(*shape.length) + " " + std::string(unit));
}

Fault check_range(const Shape& shape, double number) {
  if (!shape.range || (number >= static_cast<double>(shape.range->least) &&
                       number <= static_cast<double>(shape.range->most))) {
    return {};
  }
  return fault(Kind::OutOfRange, span_text(*shape.range));
}

Fault check_choice(const Shape& shape, std::string_view text) {
  if (shape.choices.empty() || std::ranges::find(shape.choices, text) != shape.choices.end())
    return {};
  std::string expected;
  for (const std::string_view choice : shape.choices) {
    expected.append(expected.empty() ? "one of " : ", ").append(choice);
  }
  return fault(Kind::NotAllowed, std::move(expected));
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Fault check_text(const Shape& shape, std::string_view text) {
  if (auto found = check_choice(shape, text)) return found;
  return check_length(shape, count_characters(text), "characters");
}

// What a client's JSON library writes for a whole number may be 10, or 10.0.
std::optional<double> whole_number(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.to_number<double>();
  if (value.is_double() &&
      (std::trunc(number) != number || std::abs(number) > 9007199254740992.0)) {
    return std::nullopt;
  }
  return number;
}

Fault check(const Shape& shape, const json::value& value);

Fault check_members(const Shape& shape, const json::object& object) {
  for (const Shape::Member& member : shape.members) {
    const json::value* value = object.if_contains(member.key);
    if (value == nullptr || value->is_null()) {  // null is how several clients write "not given"
      if (member.shape->required) return missing(*member.shape, member.key);
      continue;
    }
    if (auto found = under(member.key, check(*member.shape, *value))) return found;
  }
  return {};
}

Fault check_elements(const Shape& shape, const json::array& array) {
  if (auto found = check_length(shape, array.size(), "entries")) return found;
  for (std::size_t i = 0; i < array.size(); ++i) {
    Fault found = check(*shape.of, array[i]);
    if (!found && array[i].is_string()) found = check_choice(shape, array[i].get_string());
    if (found) return under(i, std::move(found));
  }
  return {};
}

Fault check(const Shape& shape, const json::value& value) {
  switch (shape.kind) {
    case Shape::Kind::Any:
      return {};
    case Shape::Kind::String:
      return value.is_string() ? check_text(shape, value.get_string()) : wrong_type(shape);
    case Shape::Kind::Boolean:
      return value.is_bool() ? Fault{} : wrong_type(shape);
    case Shape::Kind::Number:
      return value.is_number() ? check_range(shape, value.to_number<double>()) : wrong_type(shape);
    case Shape::Kind::Integer: {
      const auto number = whole_number(value);
      if (!number) return wrong_type(shape);
      if (!shape.choices.empty()) return check_choice(shape, json::serialize(value));
      return check_range(shape, *number);
    }
    case Shape::Kind::Array:
      return value.is_array() ? check_elements(shape, value.get_array()) : wrong_type(shape);
    case Shape::Kind::Map: {
      if (!value.is_object()) return wrong_type(shape);
      for (const auto& [key, element] : value.get_object()) {
        if (element.is_null()) continue;
        if (auto found = under(key, check(*shape.of, element))) return found;
      }
      return {};
    }
    case Shape::Kind::Object: {
      const Shape& definition = shape.of != nullptr ? *shape.of : shape;
      return value.is_object() ? check_members(definition, value.get_object()) : wrong_type(shape);
    }
  }
  return {};
}

bool is_boolean(std::string_view text) {
  for (const std::string_view word : {"true", "false", "1", "0"}) {
    if (base::equals_ignore_case(text, word)) return true;
  }
  return false;
}

Fault check_query_text(const Shape& shape, std::string_view text) {
  switch (shape.kind) {
    case Shape::Kind::String:
      return check_text(shape, text);
    case Shape::Kind::Boolean:
      return is_boolean(text) ? Fault{} : wrong_type(shape);
    case Shape::Kind::Integer: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc{} || end != text.data() + text.size()) return wrong_type(shape);
      if (!shape.choices.empty()) return check_choice(shape, text);
      return check_range(shape, static_cast<double>(number));
    }
    default:
      return {};  // lists come repeated or with commas; their reader knows which
  }
}

}  // namespace

Fault check_body(const Catalog&, const Operation& operation, const json::value& body) {
  if (operation.body_shape == nullptr) return {};
  const Shape& shape = *operation.body_shape;
  if (body.is_null()) return check(shape, json::object());
  return check(shape, body);
}

Fault check_query(const Operation& operation,
                  const std::vector<std::pair<std::string, std::string>>& query) {
  for (const QueryParameter& parameter : operation.query_parameters) {
    bool given = false;
    for (const auto& [name, value] : query) {
      if (name != parameter.name) continue;
      given = true;
      if (auto found = under(parameter.name, check_query_text(*parameter.shape, value)))
        return found;
    }
    if (!given && parameter.shape->required) return missing(*parameter.shape, parameter.name);
  }
  return {};
}

}  // namespace jianmen::catalog
