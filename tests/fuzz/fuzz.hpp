#pragma once
// A fuzz target is one file that defines fuzz(): any bytes must end in an ordinary return. What
// must hold besides "no crash" is said by expect(). entry.cpp hands libFuzzer's input over.

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace jianmen::fuzz {

void fuzz(std::string_view input);

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// The first byte, which decides how the rest is cut: 1 to 256.
inline std::size_t take_step(std::string_view& input) {
  if (input.empty()) return 1;
  const std::size_t step = 1U + static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return step;
}

}  // namespace jianmen::fuzz
