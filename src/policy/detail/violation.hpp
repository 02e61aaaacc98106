#pragma once
// What the parts of the validator share.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "policy/validate.hpp"

namespace jianmen::policy::detail {

inline Violation violates(int number, std::string message) {
  return {"IAM." + std::to_string(number), std::move(message)};
}

// Characters of UTF-8, not bytes.
inline std::size_t length_of(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return length;
}

// Letters, digits and `also`.
inline bool is_word(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.contains(c);
  });
}

}  // namespace jianmen::policy::detail
