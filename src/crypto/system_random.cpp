#include "crypto/system_random.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <openssl/rand.h>

namespace jianmen::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  constexpr std::size_t kMost = 1 << 20;  // RAND_bytes counts in int
  while (!out.empty()) {
    const std::size_t size = std::min(out.size(), kMost);
    if (RAND_bytes(out.data(), static_cast<int>(size)) != 1) {
      std::fputs("the system has no randomness\n", stderr);
      std::abort();
    }
    out = out.subspan(size);
  }
}

}  // namespace jianmen::crypto
