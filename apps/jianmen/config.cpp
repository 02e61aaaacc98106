#include "config.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "config_keys.hpp"
#include "config_upstreams.hpp"

namespace jianmen::app {

namespace {

using base::Code;
using base::fail;

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void read_root(const YAML::Node& root) {
    if (root.IsNull()) return;  // an empty file: all defaults
    if (!root.IsMap()) return mistake(root.Mark(), "a configuration is a map of keys");
    read_map(root, "");
    config_.installation.upstream = read_upstreams(
        upstreams_, routes_,
        [this](const YAML::Mark& at, const std::string& what) { mistake(at, what); });
    check_whole(root.Mark());
  }

  base::Result<ServeConfig> finish() {
    if (mistakes_.empty()) return std::move(config_);
    return fail(Code::InvalidArgument, std::move(mistakes_));
  }

  void mistake(const YAML::Mark& mark, const std::string& what) {
    if (!mistakes_.empty()) mistakes_ += '\n';
    mistakes_ += file_ + ":" + std::to_string(mark.line + 1) + ":" +
                 std::to_string(mark.column + 1) + ": " + what;
  }

 private:
  void read_map(const YAML::Node& map, const std::string& prefix) {
    std::set<std::string> seen;
    for (const auto& member : map) {
      const YAML::Node name = member.first, value = member.second;
      if (!name.IsScalar()) {
        mistake(name.Mark(), "a key is a word");
        continue;
      }
      const std::string path = prefix + name.Scalar();
      if (!seen.insert(name.Scalar()).second) {
        mistake(name.Mark(), "key \"" + path + "\" is given twice");
        continue;
      }
      read_member(path, name.Mark(), value);
    }
  }

  void read_member(const std::string& path, const YAML::Mark& mark, const YAML::Node& value) {
    if (path == "upstreams") return upstreams_.reset(value);
    if (path == "routes") return routes_.reset(value);
    const auto keys = config_keys();
    if (const auto key = std::ranges::find(keys, path, &ConfigKey::path); key != keys.end()) {
      return read_value(*key, value);
    }
    const bool is_group = std::ranges::any_of(
        keys, [&](const ConfigKey& key) { return key.path.starts_with(path + "."); });
    if (!is_group) return mistake(mark, "unknown key \"" + path + "\"");
    if (!value.IsMap()) return mistake(value.Mark(), "\"" + path + "\" holds keys of its own");
    read_map(value, path + ".");
  }

  void read_value(const ConfigKey& key, const YAML::Node& value) {
    const std::string name = "\"" + std::string(key.path) + "\" ";
    std::vector<std::string> values;
    if (value.IsScalar()) values.push_back(value.Scalar());
    if (key.list && value.IsSequence()) {
      for (const auto& item : value) {
        if (!item.IsScalar()) return mistake(item.Mark(), name + "is a list of texts");
        values.push_back(item.Scalar());
      }
    }
    if (values.empty()) {
      return mistake(value.Mark(),
                     name + (key.list ? "is a list of texts" : "is " + std::string(key.type)));
    }
    if (const auto fault = key.set(config_, values)) mistake(value.Mark(), name + *fault);
  }

  void check_whole(const YAML::Mark& mark) {
    if (config_.tls_certificate.empty() != config_.tls_key.empty()) {
      mistake(mark, "\"tls.certificate\" and \"tls.key\" belong together");
    }
  }

  std::string file_, mistakes_;
  YAML::Node upstreams_{YAML::NodeType::Undefined}, routes_{YAML::NodeType::Undefined};
  ServeConfig config_ = config_defaults();
};

}  // namespace

ServeConfig config_defaults() {
  ServeConfig config;
  config.installation.workers = 0;  // one a core
  config.http.limits.streamed_body = std::size_t{1} << 30;
  return config;
}

base::Result<ServeConfig> load_config(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(Code::InvalidArgument, "cannot read " + file.string());
  Reader reader(file.string());
  try {
    const auto documents = YAML::LoadAll(text.str());
    if (documents.size() > 1) {
      reader.mistake(documents[1].Mark(), "one document a file");
    } else if (!documents.empty()) {
      reader.read_root(documents.front());
    }
  } catch (const YAML::Exception& error) {
    reader.mistake(error.mark, error.msg);
  }
  return reader.finish();
}

}  // namespace jianmen::app
