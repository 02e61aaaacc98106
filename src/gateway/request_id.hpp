#pragma once
// Request ids: 32 lower-case hex digits of real randomness, drawn in blocks so that one costs no
// system call. Thread safety: one a worker.

#include <array>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"

namespace jianmen::gateway {

class RequestId {
 public:
  std::string_view text() const { return {digits_.data(), digits_.size()}; }

 private:
  friend class RequestIds;
  std::array<char, 32> digits_;
};

class RequestIds {
 public:
  explicit RequestIds(base::Random& random) : random_(random) {}
  RequestId next();

 private:
  base::Random& random_;
  std::array<std::uint8_t, 4096> block_{};
  std::size_t used_ = sizeof(block_);
};

}  // namespace jianmen::gateway
