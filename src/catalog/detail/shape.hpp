#pragma once
// The compiled form of the schema notation (schema.hpp), made once when the Catalog is made. Views
// point into the documents that the Catalog keeps.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace jianmen::catalog {

struct Shape {
  enum class Kind { Any, String, Integer, Boolean, Number, Array, Map, Object };
  struct Span {
    std::int64_t least = 0, most = 0;
  };
  struct Member {
    std::string_view key;
    const Shape* shape = nullptr;
  };

  Kind kind = Kind::Any;
  bool required = false;
  std::vector<std::string_view> choices;  // of the value, or of an array's elements; empty: all
  std::optional<Span> length;             // characters, or elements
  std::optional<Span> range;
  const Shape* of = nullptr;    // an array's or map's element; a named object's definition
  std::vector<Member> members;  // of an object that is written out
};

namespace detail {

// Reads the notation of one service's file. The shapes live in `arena`.
class ShapeReader {
 public:
  ShapeReader(const base::json::object& named, std::deque<Shape>& arena);

  // A text ("[$Tag]! len=1-10") or an object that is written out.
  base::Result<const Shape*> read(const base::json::value& notation);

 private:
  base::Result<const Shape*> read_text(std::string_view text);
  base::Result<const Shape*> read_members(const base::json::object& members, Shape& into);
  base::Result<const Shape*> read_named(std::string_view name);

  const base::json::object& named_;
  std::deque<Shape>& arena_;
  std::unordered_map<std::string_view, const Shape*>
      texts_;  // what was read before; most texts repeat
  std::unordered_map<std::string_view, const Shape*> definitions_;
};

}  // namespace detail

}  // namespace jianmen::catalog
