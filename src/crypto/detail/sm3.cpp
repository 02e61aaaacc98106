#include "crypto/detail/sm3.hpp"

#include <algorithm>
#include <bit>
#include <utility>

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

using Words = std::array<std::uint32_t, 8>;

// The message as it is used: sixteen words at a time.
using Window = std::array<std::uint32_t, 16>;

template <std::size_t kJ>
[[gnu::always_inline]] inline void expand(Window& w) {
  auto& word = w[kJ % 16];
  word = p1(word ^ w[(kJ + 7) % 16] ^ std::rotl(w[(kJ + 13) % 16], 15)) ^
         std::rotl(w[(kJ + 3) % 16], 7) ^ w[(kJ + 10) % 16];
}

// Rounds 0 to 15 mix by xor, later ones by majority and choice (section 4.3). Nothing moves: what
// is called a … h turns with the rounds.
template <std::size_t kJ>
[[gnu::always_inline]] inline void round(Words& v, Window& w) {
  if constexpr (kJ >= 12) expand<kJ + 4>(w);
  constexpr bool kEarly = kJ < 16;
  constexpr auto kPlace = [](std::size_t i) { return (i + 64 - kJ) % 4; };
  const auto a = v[kPlace(0)], c = v[kPlace(2)], e = v[4 + kPlace(0)], g = v[4 + kPlace(2)];
  auto &b = v[kPlace(1)], &d = v[kPlace(3)], &f = v[4 + kPlace(1)], &h = v[4 + kPlace(3)];
  const std::uint32_t turned_a = std::rotl(a, 12);
  const std::uint32_t ss1 = std::rotl(turned_a + e + kTurnedConstants[kJ], 7);
  const std::uint32_t ff = kEarly ? a ^ b ^ c : (a & b) | (c & (a | b));
  const std::uint32_t gg = kEarly ? e ^ f ^ g : g ^ (e & (f ^ g));
  d += ff + (ss1 ^ turned_a) + (w[kJ % 16] ^ w[(kJ + 4) % 16]);
  h = p0(h + gg + ss1 + w[kJ % 16]);
  b = std::rotl(b, 9);
  f = std::rotl(f, 19);
}

template <std::size_t... kJ>
[[gnu::always_inline]] inline void rounds(std::index_sequence<kJ...> /*all*/, Words& v, Window& w) {
  (round<kJ>(v, w), ...);
}

// Unrolled as a whole, so that every index is a constant and every word may live in a register:
// half the time of a loop.
void compress(Words& words, const std::uint8_t* block) {
  Window w;
  for (std::size_t j = 0; j < 16; ++j) w[j] = load_big_endian(block + 4 * j);
  Words v = words;
  rounds(std::make_index_sequence<64>(), v, w);
  for (std::size_t i = 0; i < 8; ++i) words[i] ^= v[i];
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
