#pragma once
// A service's paths as a trie over their segments. Literals win over parameters, with backtracking:
// a literal that leads nowhere for this method gives way to the parameter beside it, and that to a
// `**` at a path's end, which takes all that is left, also nothing. Immutable once filled.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "catalog/detail/path.hpp"
#include "catalog/detail/shape.hpp"
#include "catalog/operation.hpp"

namespace jianmen::catalog::detail {

class Router {
 public:
  struct Leaf {
    std::string_view method;
    std::vector<std::string_view> names;  // of the placeholders, in the path's order
    std::vector<const Operation*> operations;
  };
  struct Match {
    const Leaf* leaf = nullptr;                               // nullptr: nothing fits
    std::array<std::uint8_t, Path::kMaxSegments> captured{};  // segments that the placeholders took
  };

  Router();
  // `parameters`: the shapes of placeholders whose values are an enumeration, by name.
  base::Result<> add(const Operation& operation, std::string_view path,
                     const std::vector<Shape::Member>& parameters);
  Match find(const Path& path, std::string_view method) const;

 private:
  struct Parameter {
    const std::vector<std::string_view>* choices = nullptr;  // nullptr: any value
    std::uint32_t node = 0;
  };
  struct Literal {
    std::uint64_t head;  // the first characters as a number: in the order of the texts
    std::string_view text;
    std::uint32_t node = 0;
  };
  struct Node {
    std::vector<Literal> literals;      // sorted
    std::vector<Parameter> parameters;  // with choices first
    std::vector<Leaf> leaves;           // one a method
    std::vector<Leaf> rests;            // the same for paths that end in `**`
  };

  static const Literal* find_literal(const Node& node, std::string_view text);
  std::uint32_t literal_child(std::uint32_t node, std::string_view text);
  std::uint32_t parameter_child(std::uint32_t node, const std::vector<std::string_view>* choices);
  const Leaf* descend(const Node& node, const Path& path, std::size_t at, std::string_view method,
                      Match& match, std::size_t captures) const;

  std::vector<Node> nodes_;
};

}  // namespace jianmen::catalog::detail
