#pragma once
// Secrets at rest (design decision 4): SKs are sealed with AES-256-GCM under a master key that
// never leaves this class. The master key is a 32-byte file of mode 0600, made on first start, or
// comes from the environment. Thread safety: seal and open from any thread.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/aead.hpp"

namespace jianmen::crypto {

class Vault {
 public:
  Vault(std::span<const std::uint8_t, 32> master_key, base::Random& random);
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  // `key` is 64 hex digits, as an environment gives it.
  static base::Result<std::unique_ptr<Vault>> from_hex(const base::Secret& key,
                                                       base::Random& random);
  // Reads `file` (64 hex digits), or makes it. An error when others may read it.
  static base::Result<std::unique_ptr<Vault>> open_file(const std::filesystem::path& file,
                                                        base::Random& random);

  // `purpose` binds the text to its place ("sk/<AK>"): sealed for one purpose, it does not open for
  // another.
  std::string seal(std::string_view purpose, const base::Secret& secret) const;
  base::Result<base::Secret> open(std::string_view purpose, std::string_view sealed) const;
  // A key of its own for another use (token ring), derived from the master key by HKDF.
  std::array<std::uint8_t, 32> derive_key(std::string_view purpose) const;

 private:
  std::array<std::uint8_t, 32> master_;
  Aes256Gcm cipher_;
  base::Random& random_;
};

}  // namespace jianmen::crypto
