#include "fixture_file.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include <yaml-cpp/yaml.h>

namespace jianmen::app {

namespace {

namespace json = base::json;
using base::Code;
using base::fail;

// Plain scalars become what YAML's core schema says; quoted ones stay text.
json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return json::string(text);
  if (text == "true" || text == "false") return text == "true";
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  std::int64_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  // A number that would not be written so again (0503…, +1) is an id or a phone number.
  if (trouble == std::errc() && end == text.data() + text.size() && std::to_string(number) == text)
    return number;
  return json::string(text);
}

json::value to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json::array items;
    for (const auto& item : node) items.push_back(to_json(item));
    return items;
  }
  if (node.IsMap()) {
    json::object members;
    for (const auto& member : node) members[member.first.Scalar()] = to_json(member.second);
    return members;
  }
  return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

}  // namespace

base::Result<json::value> read_fixture_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(Code::NotFound, "cannot read " + file.string());
  if (file.extension() == ".json") {
    auto value = base::parse_json(text.str());
    if (!value) return fail(Code::InvalidArgument, file.string() + ": " + value.error().message);
    return value;
  }
  try {
    return to_json(YAML::Load(text.str()));
  } catch (const YAML::Exception& error) {
    return fail(Code::InvalidArgument, file.string() + ":" + std::to_string(error.mark.line + 1) +
                                           ":" + std::to_string(error.mark.column + 1) + ": " +
                                           error.msg);
  }
}

}  // namespace jianmen::app
