#pragma once
// SipHash-1-3 under a key of the process: nobody outside can choose names that meet in one place of
// a table. Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012).

#include <array>
#include <cstdint>
#include <string_view>

namespace jianmen::throttle {

using HashKey = std::array<std::uint64_t, 2>;

// `domain` keeps the same text of different meanings apart.
std::uint64_t keyed_hash(const HashKey& key, std::uint8_t domain, std::string_view text);

}  // namespace jianmen::throttle
