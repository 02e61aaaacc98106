#pragma once
// Language and colour of what a command prints.

#include <string>

#include "commands.hpp"
#include "diagnose/print.hpp"

namespace jianmen::app {

std::string language_code(const Common& common);  // "en" | "zh-CN": --lang, else LC_ALL, LANG
diagnose::Language language(const Common& common);
diagnose::Colour colour();  // only on a terminal, and not with NO_COLOR

}  // namespace jianmen::app
