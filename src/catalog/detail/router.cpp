#include "catalog/detail/router.hpp"

#include <algorithm>
#include <cstring>

#include "base/encoding.hpp"

namespace jianmen::catalog::detail {

namespace {

bool holds(const std::vector<std::string_view>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

const Router::Leaf* find_leaf(const std::vector<Router::Leaf>& leaves, std::string_view method) {
  const auto leaf = std::ranges::find(leaves, method, &Router::Leaf::method);
  return leaf == leaves.end() ? nullptr : &*leaf;
}

// Texts hold no zero byte, so filling up with zeros keeps their order.
std::uint64_t head_of(std::string_view text) {
  std::uint64_t head = 0;
  std::memcpy(&head, text.data(), std::min(text.size(), sizeof head));
  return __builtin_bswap64(head);
}

}  // namespace

Router::Router() : nodes_(1) {}

std::uint32_t Router::literal_child(std::uint32_t node, std::string_view text) {
  auto& literals = nodes_[node].literals;
  const auto place = std::ranges::lower_bound(literals, text, {}, &Literal::text);
  if (place != literals.end() && place->text == text) return place->node;
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  literals.insert(place, {head_of(text), text, child});
  nodes_.emplace_back();
  return child;
}

const Router::Literal* Router::find_literal(const Node& node, std::string_view text) {
  const auto head = head_of(text);
  auto literal = std::ranges::lower_bound(node.literals, head, {}, &Literal::head);
  for (; literal != node.literals.end() && literal->head == head; ++literal) {
    if (literal->text == text) return &*literal;
  }
  return nullptr;
}

std::uint32_t Router::parameter_child(std::uint32_t node,
                                      const std::vector<std::string_view>* choices) {
  auto& parameters = nodes_[node].parameters;
  for (const Parameter& parameter : parameters) {
    const bool same = choices == nullptr || parameter.choices == nullptr
                          ? choices == parameter.choices
                          : *choices == *parameter.choices;
    if (same) return parameter.node;
  }
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  parameters.insert(choices != nullptr ? parameters.begin() : parameters.end(), {choices, child});
  nodes_.emplace_back();
  return child;
}

base::Result<> Router::add(const Operation& operation, std::string_view path,
                           const std::vector<Shape::Member>& parameters) {
  if (!path.starts_with('/')) return base::fail(base::Code::Internal, "the path has no leading /");
  std::uint32_t node = 0;
  std::vector<std::string_view> names;
  bool takes_rest = false;
  for (const std::string_view segment : base::split(path.substr(1), '/')) {
    if (path.size() == 1) break;
    if (segment.empty()) return base::fail(base::Code::Internal, "the path has an empty segment");
    if (takes_rest) return base::fail(base::Code::Internal, "** is not at the end of the path");
    takes_rest = segment == "**";
    if (takes_rest) continue;
    if (segment.front() != '{') {
      node = literal_child(node, segment);
      continue;
    }
    if (segment.back() != '}')
      return base::fail(base::Code::Internal, "a { stays open in the path");
    const std::string_view name = segment.substr(1, segment.size() - 2);
    if (holds(names, name)) {
      return base::fail(base::Code::Internal, "two placeholders have one name");
    }
    const auto shape = std::ranges::find(parameters, name, &Shape::Member::key);
    const bool limited = shape != parameters.end() && !shape->shape->choices.empty();
    names.push_back(name);
    node = parameter_child(node, limited ? &shape->shape->choices : nullptr);
  }
  auto& leaves = takes_rest ? nodes_[node].rests : nodes_[node].leaves;
  auto leaf = std::ranges::find(leaves, operation.method, &Leaf::method);
  if (leaf == leaves.end()) {
    leaves.push_back({operation.method, std::move(names), {&operation}});
    return {};
  }
  if (leaf->names != names) {
    return base::fail(base::Code::Internal,
                      "another row has the path with other placeholder names");
  }
  leaf->operations.push_back(&operation);
  return {};
}

Router::Match Router::find(const Path& path, std::string_view method) const {
  Match match;
  match.leaf = descend(nodes_[0], path, 0, method, match, 0);
  return match;
}

const Router::Leaf* Router::descend(const Node& node, const Path& path, std::size_t at,
                                    std::string_view method, Match& match,
                                    std::size_t captures) const {
  if (at == path.size()) {
    if (const Leaf* leaf = find_leaf(node.leaves, method)) return leaf;
    return find_leaf(node.rests, method);
  }
  const Path::Segment& segment = path[at];
  if (segment.literal) {
    if (const Literal* literal = find_literal(node, segment.text)) {
      if (const Leaf* leaf =
              descend(nodes_[literal->node], path, at + 1, method, match, captures)) {
        return leaf;
      }
    }
  }
  for (const Parameter& parameter : node.parameters) {
    if (parameter.choices != nullptr && !holds(*parameter.choices, segment.text)) {
      continue;
    }
    match.captured[captures] = static_cast<std::uint8_t>(at);
    if (const Leaf* leaf =
            descend(nodes_[parameter.node], path, at + 1, method, match, captures + 1)) {
      return leaf;
    }
  }
  return find_leaf(node.rests, method);
}

}  // namespace jianmen::catalog::detail
