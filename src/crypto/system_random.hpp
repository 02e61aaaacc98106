#pragma once
// The operating system's randomness (getrandom through OpenSSL's generator).

#include "base/random.hpp"

namespace jianmen::crypto {

class SystemRandom final : public base::Random {
 public:
  void fill(
      std::span<std::uint8_t> out) override;  // ends the process when the system has no randomness
};

}  // namespace jianmen::crypto
