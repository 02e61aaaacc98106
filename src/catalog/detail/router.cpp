#include "catalog/detail/router.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace jianmen::catalog::detail {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// false: an escape is broken.
bool decode(std::string_view raw, std::string& out, bool& encoded_slash) {
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      out.push_back(raw[i]);
      continue;
    }
    if (i + 2 >= raw.size()) return false;
    const int high = hex_digit(raw[i + 1]);
    const int low = hex_digit(raw[i + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    encoded_slash |= out.back() == '/';
    i += 2;
  }
  return true;
}

// A value that could climb out of its place, or break a line, when it is passed on.
bool is_dangerous(std::string_view text) {
  if (text == "." || text == "..") return true;
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool holds(const std::vector<std::string_view>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

}  // namespace

std::expected<Path, Path::Fault> Path::parse(std::string_view raw) {
  if (!raw.starts_with('/')) return std::unexpected(Fault::Malformed);
  raw.remove_prefix(1);
  if (raw.ends_with('/')) raw.remove_suffix(1);
  Path path;
  if (raw.empty()) return path;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(raw.find('/', begin), raw.size());
    const std::string_view text = raw.substr(begin, end - begin);
    if (text.empty()) return std::unexpected(Fault::EmptySegment);
    if (path.count_ == kMaxSegments) return std::unexpected(Fault::Malformed);
    Segment& segment = path.segments_[path.count_++];
    segment.text = text;
    if (text.contains('%')) {
      if (path.decoded_.empty()) path.decoded_.reserve(kMaxSegments);  // texts must not move
      std::string& decoded = path.decoded_.emplace_back();
      bool encoded_slash = false;
      if (!decode(text, decoded, encoded_slash)) return std::unexpected(Fault::Malformed);
      segment = {decoded, !encoded_slash};
    }
    if (is_dangerous(segment.text) || !base::is_utf8(segment.text)) {
      return std::unexpected(Fault::Malformed);
    }
    if (end == raw.size()) return path;
    begin = end + 1;
  }
}

Router::Router() : nodes_(1) {}

std::uint32_t Router::literal_child(std::uint32_t node, std::string_view text) {
  auto& literals = nodes_[node].literals;
  const auto place =
      std::ranges::lower_bound(literals, text, {}, [](const auto& l) { return l.first; });
  if (place != literals.end() && place->first == text) return place->second;
  const auto child = static_cast<std::uint32_t>(nodes_.size());
  literals.emplace(place, text, child);
  nodes_.emplace_back();
  return child;
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
  for (const std::string_view segment : base::split(path.substr(1), '/')) {
    if (path.size() == 1) break;
    if (segment.empty()) return base::fail(base::Code::Internal, "the path has an empty segment");
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
  auto& leaves = nodes_[node].leaves;
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
    const auto leaf = std::ranges::find(node.leaves, method, &Leaf::method);
    return leaf == node.leaves.end() ? nullptr : &*leaf;
  }
  const Path::Segment& segment = path[at];
  if (segment.literal) {
    const auto literal = std::ranges::lower_bound(node.literals, segment.text, {},
                                                  [](const auto& l) { return l.first; });
    if (literal != node.literals.end() && literal->first == segment.text) {
      if (const Leaf* leaf =
              descend(nodes_[literal->second], path, at + 1, method, match, captures)) {
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
  return nullptr;
}

}  // namespace jianmen::catalog::detail
