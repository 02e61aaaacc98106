#pragma once
// Bytes that somebody pasted as text that can be searched: UTF-16, terminal colours, HTML entities,
// percent and backslash escapes at any depth are undone; `squeezed` also forgets case, blanks and
// punctuation, so that a line wrapped in the middle of a word still matches. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jianmen::diagnose::paste {

struct Readable {
  std::string text;               // valid UTF-8
  std::string squeezed;           // [a-z0-9] and bytes above 0x7f of `text`
  std::vector<std::uint32_t> at;  // squeezed[i] comes from text[at[i]]

  // text's own letters of squeezed[begin, end)
  std::string original(std::size_t begin, std::size_t end) const;
};

Readable read_text(std::string_view bytes);

// The squeezed form of a pattern.
std::string squeeze(std::string_view text);

}  // namespace jianmen::diagnose::paste
