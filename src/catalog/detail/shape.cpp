#include "catalog/detail/shape.hpp"

#include <charconv>

#include "base/encoding.hpp"

namespace jianmen::catalog::detail {

namespace {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;

std::unexpected<base::Error> bad(std::string_view text, std::string_view why) {
  return fail(Code::Internal, "schema '" + std::string(text) + "': " + std::string(why));
}

std::optional<Shape::Kind> find_plain(std::string_view word) {
  using enum Shape::Kind;
  if (word == "str" || word == "datetime") return String;
  if (word == "int") return Integer;
  if (word == "bool") return Boolean;
  if (word == "float") return Number;
  if (word == "any") return Any;
  return std::nullopt;
}

// The end of the bracket that opens at the first character; npos when it stays open.
std::size_t closing(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') ++depth;
    if ((text[i] == ']' || text[i] == '}') && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::optional<std::int64_t> find_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Shape::Span> find_span(std::string_view text) {
  const auto dash = text.find('-', 1);
  if (dash == std::string_view::npos) return std::nullopt;
  const auto least = find_number(text.substr(0, dash));
  const auto most = find_number(text.substr(dash + 1));
  if (!least || !most || *least > *most) return std::nullopt;
  return Shape::Span{*least, *most};
}

// What stands behind the type: "(a|b)", "!", " len=1-64 range=1-9 default=x".
Result<> read_suffix(std::string_view text, std::string_view suffix, Shape& shape) {
  if (suffix.starts_with('(')) {
    const auto end = suffix.find(')');
    if (end == std::string_view::npos) return bad(text, "the ( stays open");
    shape.choices = base::split(suffix.substr(1, end - 1), '|');
    suffix.remove_prefix(end + 1);
  }
  if (suffix.starts_with('!')) {
    shape.required = true;
    suffix.remove_prefix(1);
  }
  if (suffix.empty()) return {};
  if (suffix[0] != ' ') return bad(text, "'" + std::string(suffix) + "' behind the type");
  for (const std::string_view word : base::split(suffix.substr(1), ' ')) {
    if (word.starts_with("default=")) continue;
    if (word.starts_with("enum=")) {
      shape.choices = base::split(word.substr(5), '|');
    } else if (word.starts_with("len=")) {
      shape.length = find_span(word.substr(4));
      if (!shape.length) return bad(text, "len is not a-b");
    } else if (word.starts_with("range=")) {
      shape.range = find_span(word.substr(6));
      if (!shape.range) return bad(text, "range is not a-b");
    } else {
      return bad(text, "unknown word '" + std::string(word) + "'");
    }
  }
  return {};
}

}  // namespace

ShapeReader::ShapeReader(const base::json::object& named, std::deque<Shape>& arena)
    : named_(named), arena_(arena) {}

Result<const Shape*> ShapeReader::read(const base::json::value& notation) {
  if (const auto* text = notation.if_string()) return read_text(*text);
  const auto* object = notation.if_object();
  if (object == nullptr) return fail(Code::Internal, "a schema is neither text nor an object");
  Shape& shape = arena_.emplace_back();
  auto read = read_members(*object, shape);
  // An object that is written out has no place for a "!": it is needed when one of its members is.
  for (const auto& member : shape.members) shape.required |= member.shape->required;
  return read;
}

Result<const Shape*> ShapeReader::read_members(const base::json::object& members, Shape& into) {
  into.kind = Shape::Kind::Object;
  into.members.reserve(members.size());
  for (const auto& [key, notation] : members) {
    auto shape = read(notation);
    if (!shape) return error_of(shape);
    into.members.push_back({key, *shape});
  }
  return &into;
}

Result<const Shape*> ShapeReader::read_named(std::string_view name) {
  if (const auto found = definitions_.find(name); found != definitions_.end()) {
    return found->second;
  }
  const base::json::value* definition = named_.if_contains(name);
  if (definition == nullptr || !definition->is_object()) {
    return fail(Code::Internal, "no schema $" + std::string(name));
  }
  Shape& shape = arena_.emplace_back();
  definitions_.emplace(name, &shape);  // before its members: an object may hold itself
  return read_members(definition->get_object(), shape);
}

Result<const Shape*> ShapeReader::read_text(std::string_view text) {
  if (const auto found = texts_.find(text); found != texts_.end()) return found->second;
  if (text.empty()) return bad(text, "empty");
  Shape shape;
  std::string_view suffix;
  if (text[0] == '[' || text[0] == '{') {
    const auto end = closing(text);
    if (end == std::string_view::npos) return bad(text, "a bracket stays open");
    shape.kind = text[0] == '[' ? Shape::Kind::Array : Shape::Kind::Map;
    std::string_view inner = text.substr(1, end - 1);
    if (shape.kind == Shape::Kind::Map) {  // {K:V}: JSON's keys are texts anyway
      const auto colon = inner.find(':');
      if (colon < inner.find_first_of("[{")) inner.remove_prefix(colon + 1);
    }
    auto element = read_text(inner);
    if (!element) return element;
    shape.of = *element;
    suffix = text.substr(end + 1);
  } else if (text[0] == '$' || text[0] == '@') {
    const auto end = std::min(text.find_first_of("!( "), text.size());
    auto definition = read_named(text.substr(1, end - 1));
    if (!definition) return definition;
    shape.kind = Shape::Kind::Object;
    shape.of = *definition;
    suffix = text.substr(end);
  } else {
    const auto end = std::min(text.find_first_of("!( "), text.size());
    const auto kind = find_plain(text.substr(0, end));
    if (!kind) return bad(text, "unknown type");
    shape.kind = *kind;
    suffix = text.substr(end);
  }
  if (auto read = read_suffix(text, suffix, shape); !read) return error_of(read);
  const Shape* kept = &arena_.emplace_back(std::move(shape));
  texts_.emplace(text, kept);
  return kept;
}

}  // namespace jianmen::catalog::detail
