#include "crypto/detail/sm3.hpp"

#include <algorithm>
#include <bit>

namespace jianmen::crypto::detail {

namespace {

constexpr std::size_t kBlock = 64;

// T_j, already turned left by j (section 4.2).
constexpr std::array<std::uint32_t, 64> kTurnedConstants = [] {
  std::array<std::uint32_t, 64> constants{};
  for (int j = 0; j < 64; ++j) {
    constants[j] = std::rotl(j < 16 ? 0x79cc4519U : 0x7a879d8aU, j % 32);
  }
  return constants;
}();

constexpr std::uint32_t p0(std::uint32_t x) { return x ^ std::rotl(x, 9) ^ std::rotl(x, 17); }
constexpr std::uint32_t p1(std::uint32_t x) { return x ^ std::rotl(x, 15) ^ std::rotl(x, 23); }

std::uint32_t load_big_endian(const std::uint8_t* in) {
  return std::uint32_t{in[0]} << 24 | std::uint32_t{in[1]} << 16 | std::uint32_t{in[2]} << 8 |
         in[3];
}

void store_big_endian(std::uint32_t word, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(word >> (24 - 8 * i));
}

// Rounds 0 to 15 mix by xor, later ones by majority and choice (section 4.3).
template <bool kEarly>
void round(std::array<std::uint32_t, 8>& v, int j, std::uint32_t w, std::uint32_t w_prime) {
  auto& [a, b, c, d, e, f, g, h] = v;
  const std::uint32_t turned_a = std::rotl(a, 12);
  const std::uint32_t ss1 = std::rotl(turned_a + e + kTurnedConstants[j], 7);
  const std::uint32_t ss2 = ss1 ^ turned_a;
  const std::uint32_t ff = kEarly ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
  const std::uint32_t gg = kEarly ? e ^ f ^ g : (e & f) | (~e & g);
  const std::uint32_t tt1 = ff + d + ss2 + w_prime;
  const std::uint32_t tt2 = gg + h + ss1 + w;
  v = {tt1, a, std::rotl(b, 9), c, p0(tt2), e, std::rotl(f, 19), g};
}

void compress(std::array<std::uint32_t, 8>& words, const std::uint8_t* block) {
  std::array<std::uint32_t, 68> w;
  for (int j = 0; j < 16; ++j) w[j] = load_big_endian(block + 4 * j);
  for (int j = 16; j < 68; ++j) {
    w[j] = p1(w[j - 16] ^ w[j - 9] ^ std::rotl(w[j - 3], 15)) ^ std::rotl(w[j - 13], 7) ^ w[j - 6];
  }
  std::array<std::uint32_t, 8> v = words;
  for (int j = 0; j < 16; ++j) round<true>(v, j, w[j], w[j] ^ w[j + 4]);
  for (int j = 16; j < 64; ++j) round<false>(v, j, w[j], w[j] ^ w[j + 4]);
  for (int i = 0; i < 8; ++i) words[i] ^= v[i];
}

}  // namespace

void Sm3::update(std::span<const std::uint8_t> bytes) {
  const std::size_t waiting = length % kBlock;
  length += bytes.size();
  if (waiting > 0) {
    const std::size_t taken = std::min(bytes.size(), kBlock - waiting);
    std::copy_n(bytes.begin(), taken, block.begin() + static_cast<std::ptrdiff_t>(waiting));
    if (waiting + taken < kBlock) return;
    compress(words, block.data());
    bytes = bytes.subspan(taken);
  }
  while (bytes.size() >= kBlock) {
    compress(words, bytes.data());
    bytes = bytes.subspan(kBlock);
  }
  std::ranges::copy(bytes, block.begin());
}

void Sm3::finish(std::span<std::uint8_t, 32> out) {
  const std::uint64_t bits = length * 8;
  std::size_t waiting = length % kBlock;
  block[waiting++] = 0x80;
  if (waiting > kBlock - 8) {
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(waiting), block.end(), std::uint8_t{0});
    compress(words, block.data());
    waiting = 0;
  }
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(waiting), block.end() - 8, std::uint8_t{0});
  store_big_endian(static_cast<std::uint32_t>(bits >> 32), block.data() + kBlock - 8);
  store_big_endian(static_cast<std::uint32_t>(bits), block.data() + kBlock - 4);
  compress(words, block.data());
  for (std::size_t i = 0; i < words.size(); ++i) store_big_endian(words[i], &out[4 * i]);
}

}  // namespace jianmen::crypto::detail
