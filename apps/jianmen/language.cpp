#include "language.hpp"

#include <cstdlib>

#include <unistd.h>

namespace jianmen::app {

std::string language_code(const Common& common) {
  if (!common.language.empty()) return common.language;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value) return std::string_view(value).starts_with("zh") ? "zh-CN" : "en";
  }
  return "en";
}

diagnose::Language language(const Common& common) {
  return diagnose::parse_language(language_code(common));
}

diagnose::Colour colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const bool plain = (no_colour && *no_colour) || !::isatty(STDOUT_FILENO);
  return plain ? diagnose::Colour::Off : diagnose::Colour::On;
}

}  // namespace jianmen::app
