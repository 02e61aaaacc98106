#pragma once
// A fixture from a file, YAML or JSON (JSON is read as YAML is: one reader, and mistakes have line
// and column).

#include <filesystem>

#include "base/json.hpp"
#include "base/result.hpp"

namespace jianmen::app {

base::Result<base::json::value> read_fixture_file(const std::filesystem::path& file);

}  // namespace jianmen::app
