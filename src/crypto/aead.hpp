#pragma once
// AES-256-GCM (NIST SP 800-38D): 12-byte nonce, 16-byte tag after the ciphertext.
// Thread safety: seal and open from any thread; each thread keeps a keyed context of its own
// inside.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace jianmen::crypto {

constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

class Aes256Gcm {
 public:
  explicit Aes256Gcm(std::span<const std::uint8_t, 32> key);
  ~Aes256Gcm();
  Aes256Gcm(const Aes256Gcm&) = delete;
  Aes256Gcm& operator=(const Aes256Gcm&) = delete;

  std::string seal(std::span<const std::uint8_t, kNonceSize> nonce, std::string_view associated,
                   std::string_view plain) const;
  // nullopt when the text was altered, cut, or sealed under another key. The buffer form writes the
  // plaintext to `out` (size of sealed - 16) and returns its length; no allocation.
  std::optional<std::string> open(std::span<const std::uint8_t, kNonceSize> nonce,
                                  std::string_view associated, std::string_view sealed) const;
  std::optional<std::size_t> open(std::span<const std::uint8_t, kNonceSize> nonce,
                                  std::string_view associated, std::string_view sealed,
                                  std::span<std::uint8_t> out) const;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
};

}  // namespace jianmen::crypto
