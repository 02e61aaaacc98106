#include "file_position.hpp"

#include <algorithm>
#include <charconv>

#include <yaml-cpp/yaml.h>

namespace jianmen::app {

struct FilePositions::Document {
  YAML::Node root;
};

FilePositions::FilePositions(const std::string& file) : document_(std::make_unique<Document>()) {
  try {
    document_->root = YAML::LoadFile(file);
  } catch (const YAML::Exception&) {
    // Every mistake stands at 1:1; that the file cannot be read is told by its reader.
    document_->root = YAML::Node();
  }
}

FilePositions::~FilePositions() = default;

namespace {

// The member of a map, or the item of a list, that `part` ("users", "1") names; an undefined node
// when there is none. `mark` becomes where its key or itself stands.
YAML::Node step(const YAML::Node& node, std::string_view part, YAML::Mark& mark) {
  if (node.IsMap()) {
    for (const auto& member : node) {
      const YAML::Node key = member.first, value = member.second;
      if (!key.IsScalar() || key.Scalar() != part) continue;
      mark = key.Mark();
      return value;
    }
  } else if (node.IsSequence()) {
    std::size_t index = 0;
    const auto [end, trouble] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (trouble == std::errc() && end == part.data() + part.size() && index < node.size()) {
      const YAML::Node item = node[index];
      mark = item.Mark();
      return item;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

}  // namespace

FilePosition FilePositions::find(std::string_view path) const {
  YAML::Mark mark;
  mark.line = mark.column = 0;
  YAML::Node node = document_->root;
  while (!path.empty()) {
    const auto begin = path.find_first_not_of(".[]");
    if (begin == path.npos) break;
    const auto end = std::min(path.find_first_of(".[]", begin), path.size());
    const YAML::Node next = step(node, path.substr(begin, end - begin), mark);
    if (!next.IsDefined()) break;
    node.reset(next);
    path.remove_prefix(end);
  }
  return {mark.line + 1, mark.column + 1};
}

}  // namespace jianmen::app
