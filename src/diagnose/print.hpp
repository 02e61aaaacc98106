#pragma once
// An explanation for people: a short block of lines. Pure.

#include <string>

#include "base/json.hpp"
#include "diagnose/explain.hpp"

namespace jianmen::diagnose {

enum class Colour { Off, On };

// `explanation` is what explain() made, perhaps read back from JSON.
std::string to_text(const base::json::value& explanation, Language language, Colour colour);

// One line of a journal: time, status, method, path, operation, cause, id.
std::string to_line(const base::json::value& explanation);

}  // namespace jianmen::diagnose
