#pragma once
// SHA-256 and SM3 digests and HMACs. An HmacKey holds the states after its two pads as plain data
// (64 bytes), so that a cached key costs one short hash a request and no allocation. Thread safety:
// values and pure functions.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jianmen::crypto {

enum class Hash : std::uint8_t { Sha256, Sm3 };

using Digest = std::array<std::uint8_t, 32>;

Digest digest(Hash hash, std::string_view bytes);
std::string hex_digest(Hash hash, std::string_view bytes);  // 64 lower-case digits

// A digest that is fed in pieces (bodies that arrive in pieces, canonical requests).
class Hasher {
 public:
  explicit Hasher(Hash hash);
  void update(std::string_view bytes);
  Digest finish();  // once

 private:
  alignas(8) std::array<std::uint8_t, 112> state_;
  Hash hash_;
};

class HmacKey {
 public:
  HmacKey() = default;
  HmacKey(Hash hash, std::string_view key);
  ~HmacKey();
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;

  Digest mac(std::string_view bytes) const;
  Hash hash() const { return hash_; }

 private:
  std::array<std::uint32_t, 8> inner_{};  // the hash's words after the inner pad
  std::array<std::uint32_t, 8> outer_{};
  Hash hash_ = Hash::Sha256;
};

// RFC 5869 with SHA-256, 32 bytes out.
Digest hkdf_sha256(std::string_view salt, std::string_view input_key, std::string_view info);

// Same length and same bytes, in time that depends on the length alone.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace jianmen::crypto
