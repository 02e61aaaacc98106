#pragma once
// SM3 (GB/T 32905-2016) as plain data: OpenSSL has it only behind EVP, whose contexts are
// allocated. Thread safety: a value.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace jianmen::crypto::detail {

struct Sm3 {
  std::array<std::uint32_t, 8> words = {0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
                                        0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e};
  std::uint64_t length = 0;  // bytes so far; the last length % 64 of them wait in `block`
  std::array<std::uint8_t, 64> block{};

  void update(std::span<const std::uint8_t> bytes);
  void finish(std::span<std::uint8_t, 32> out);  // once
};

}  // namespace jianmen::crypto::detail
