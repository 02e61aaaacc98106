#pragma once
// Sentences with {placeholders}. {name} writes a value, {?name} and {?name=value} write nothing; a
// sentence counts only when every name in it is known (and equal). Other braces are text. Pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace jianmen::diagnose {

using Values = std::map<std::string, std::string, std::less<>>;

// Is the text read by people or pasted into a shell? In a command, values become shell words.
enum class Reader { Person, Shell };

// nullopt: a value that it needs is not known.
std::optional<std::string> fill(std::string_view sentence, const Values& values, Reader reader);

// A word that a POSIX shell reads as `text`.
std::string shell_word(std::string_view text);

}  // namespace jianmen::diagnose
