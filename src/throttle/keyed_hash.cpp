#include "throttle/keyed_hash.hpp"

#include <bit>
#include <cstring>

namespace jianmen::throttle {

namespace {

struct State {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }
  void take(std::uint64_t word) {
    d ^= word;
    round();
    a ^= word;
  }
};

}  // namespace

std::uint64_t keyed_hash(const HashKey& key, std::uint8_t domain, std::string_view text) {
  State state{key[0] ^ 0x736f'6d65'7073'6575U, key[1] ^ 0x646f'7261'6e64'6f6dU,
              key[0] ^ 0x6c79'6765'6e65'7261U, key[1] ^ 0x7465'6462'7974'6573U};
  state.take(domain);
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    state.take(word);
  }
  std::uint64_t last = std::uint64_t{text.size() & 0xff} << 56;
  for (unsigned shift = 0; at < text.size(); ++at, shift += 8) {
    last |= std::uint64_t{static_cast<unsigned char>(text[at])} << shift;
  }
  state.take(last);
  state.c ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace jianmen::throttle
