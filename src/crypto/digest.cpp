#include "crypto/digest.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include <openssl/sha.h>

#include "base/encoding.hpp"
#include "crypto/detail/sm3.hpp"

// SHA256_* are deprecated in OpenSSL 3.0 in favour of EVP, which allocates a context and looks up
// its provider for each digest; here the state must be plain data that a cached key can hold.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace jianmen::crypto {

namespace {

constexpr std::size_t kBlock = 64;  // of both hashes
using Midstate = std::array<std::uint32_t, 8>;

struct Sha256 {
  SHA256_CTX context;

  Sha256() { SHA256_Init(&context); }
  explicit Sha256(const Midstate& after_one_block) {
    std::ranges::copy(after_one_block, context.h);
    context.Nl = kBlock * 8;
    context.Nh = 0;
    context.num = 0;
    context.md_len = SHA256_DIGEST_LENGTH;
  }
  void update(std::span<const std::uint8_t> bytes) {
    SHA256_Update(&context, bytes.data(), bytes.size());
  }
  void finish(std::span<std::uint8_t, 32> out) { SHA256_Final(out.data(), &context); }
  // The last bytes of a text that was fed in whole blocks so far, and its end. The same as update()
  // and finish(), which copy to and fro and clean what holds nothing; most texts here are short.
  void finish_with(std::span<const std::uint8_t> bytes, std::span<std::uint8_t, 32> out) {
    const std::uint64_t bits = (std::uint64_t{context.Nh} << 32 | context.Nl) + bytes.size() * 8;
    const std::size_t whole = bytes.size() / kBlock * kBlock, rest = bytes.size() - whole;
    if (whole > 0) SHA256_Update(&context, bytes.data(), whole);
    std::array<std::uint8_t, 2 * kBlock> tail;
    const std::size_t size = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
    if (rest > 0) std::memcpy(tail.data(), bytes.data() + whole, rest);
    std::memset(tail.data() + rest, 0, size - rest);
    tail[rest] = 0x80;
    const std::uint64_t length = __builtin_bswap64(bits);
    std::memcpy(tail.data() + size - sizeof length, &length, sizeof length);
    SHA256_Update(&context, tail.data(), size);
    for (std::size_t i = 0; i < 8; ++i) {
      const std::uint32_t word = __builtin_bswap32(context.h[i]);
      std::memcpy(out.data() + 4 * i, &word, sizeof word);
    }
  }
  Midstate midstate() const { return std::to_array(context.h); }
};

struct Sm3 : detail::Sm3 {
  Sm3() = default;
  explicit Sm3(const Midstate& after_one_block) {
    words = after_one_block;
    length = kBlock;
  }
  void finish_with(std::span<const std::uint8_t> bytes, std::span<std::uint8_t, 32> out) {
    update(bytes);
    finish(out);
  }
  const Midstate& midstate() const { return words; }
};

template <class State>
Digest digest_with(State state, std::string_view bytes) {
  Digest out;
  state.finish_with(base::as_bytes(bytes), out);
  return out;
}

template <class State>
Midstate absorb_pad(const std::array<std::uint8_t, kBlock>& key, std::uint8_t pad) {
  std::array<std::uint8_t, kBlock> block;
  for (std::size_t i = 0; i < kBlock; ++i) block[i] = key[i] ^ pad;
  State state;
  state.update(block);
  const Midstate midstate = state.midstate();
  explicit_bzero(block.data(), block.size());
  explicit_bzero(&state, sizeof state);
  return midstate;
}

template <class State>
Digest mac_with(const Midstate& inner, const Midstate& outer, std::string_view bytes) {
  Digest out;
  State state(inner);
  state.finish_with(base::as_bytes(bytes), out);
  state = State(outer);
  Digest within = out;
  state.finish_with(within, out);
  explicit_bzero(&state, sizeof state);
  explicit_bzero(&within, sizeof within);
  return out;
}

// The state lives in the byte array, so that the header names no OpenSSL type.
template <class State>
State& state_in(std::array<std::uint8_t, 112>& storage) {
  static_assert(sizeof(State) <= 112 && alignof(State) <= 8);
  static_assert(std::is_trivially_copyable_v<State> && std::is_trivially_destructible_v<State>);
  return *std::launder(reinterpret_cast<State*>(storage.data()));
}

}  // namespace

Digest digest(Hash hash, std::string_view bytes) {
  return hash == Hash::Sha256 ? digest_with(Sha256(), bytes) : digest_with(Sm3(), bytes);
}

std::string hex_digest(Hash hash, std::string_view bytes) {
  return base::to_hex(digest(hash, bytes));
}

Hasher::Hasher(Hash hash) : hash_(hash) {
  if (hash_ == Hash::Sha256) {
    new (state_.data()) Sha256();
  } else {
    new (state_.data()) Sm3();
  }
}

void Hasher::update(std::string_view bytes) {
  if (hash_ == Hash::Sha256) {
    state_in<Sha256>(state_).update(base::as_bytes(bytes));
  } else {
    state_in<Sm3>(state_).update(base::as_bytes(bytes));
  }
}

Digest Hasher::finish() {
  Digest out;
  if (hash_ == Hash::Sha256) {
    state_in<Sha256>(state_).finish(out);
  } else {
    state_in<Sm3>(state_).finish(out);
  }
  return out;
}

HmacKey::HmacKey(Hash hash, std::string_view key) : hash_(hash) {
  std::array<std::uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    const Digest short_key = digest(hash, key);
    std::ranges::copy(short_key, block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  if (hash == Hash::Sha256) {
    inner_ = absorb_pad<Sha256>(block, 0x36);
    outer_ = absorb_pad<Sha256>(block, 0x5c);
  } else {
    inner_ = absorb_pad<Sm3>(block, 0x36);
    outer_ = absorb_pad<Sm3>(block, 0x5c);
  }
  explicit_bzero(block.data(), block.size());
}

HmacKey::~HmacKey() {
  explicit_bzero(inner_.data(), sizeof inner_);
  explicit_bzero(outer_.data(), sizeof outer_);
}

Digest HmacKey::mac(std::string_view bytes) const {
  return hash_ == Hash::Sha256 ? mac_with<Sha256>(inner_, outer_, bytes)
                               : mac_with<Sm3>(inner_, outer_, bytes);
}

Digest hkdf_sha256(std::string_view salt, std::string_view input_key, std::string_view info) {
  Digest extracted = HmacKey(Hash::Sha256, salt).mac(input_key);
  const HmacKey key(Hash::Sha256, base::as_text(extracted));
  explicit_bzero(extracted.data(), extracted.size());
  return key.mac(std::string(info) + '\x01');
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  std::uint64_t difference = 0;
  std::size_t at = 0;
  for (; at + 8 <= a.size(); at += 8) {
    std::uint64_t x, y;
    std::memcpy(&x, a.data() + at, 8);
    std::memcpy(&y, b.data() + at, 8);
    difference |= x ^ y;
    __asm__("" : "+r"(difference));  // what is known so far must not end the loop
  }
  for (; at < a.size(); ++at) {
    difference |= static_cast<unsigned char>(a[at] ^ b[at]);
    __asm__("" : "+r"(difference));
  }
  return difference == 0;
}

}  // namespace jianmen::crypto
