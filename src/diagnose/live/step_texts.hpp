#pragma once
// The sentences of steps: data/live-steps.json. Thread safety: any thread.

#include <string>
#include <string_view>
#include <vector>

#include "diagnose/explain.hpp"
#include "diagnose/template.hpp"

namespace jianmen::diagnose::live {

// Every sentence under `key` whose values are known.
std::vector<std::string> sentences(std::string_view key, const Values& values, Language language);
// The same, joined by semicolons.
std::string detail(std::string_view key, const Values& values, Language language);

}  // namespace jianmen::diagnose::live
