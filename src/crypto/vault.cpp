#include "crypto/vault.hpp"

#include <algorithm>
#include <cstring>

#include "base/encoding.hpp"
#include "crypto/detail/key_file.hpp"
#include "crypto/digest.hpp"

namespace jianmen::crypto {

namespace {

using base::Code;

constexpr std::string_view kSalt = "jianmen vault 1";
// The first byte of a sealed text, so that a later form can be told apart.
constexpr char kForm = 1;

Digest subkey(std::span<const std::uint8_t, 32> master, std::string_view use) {
  return hkdf_sha256(kSalt, base::as_text(master), use);
}

}  // namespace

Vault::Vault(std::span<const std::uint8_t, 32> master_key, base::Random& random)
    : cipher_(subkey(master_key, "seal")), random_(random) {
  std::ranges::copy(master_key, master_.begin());
}

Vault::~Vault() { explicit_bzero(master_.data(), master_.size()); }

base::Result<std::unique_ptr<Vault>> Vault::from_hex(const base::Secret& key,
                                                     base::Random& random) {
  auto bytes = base::from_hex(base::trim(key.reveal()));
  if (!bytes || bytes->size() != 32) {
    return base::fail(Code::InvalidArgument, "the master key is not 64 hex digits");
  }
  auto vault =
      std::make_unique<Vault>(std::span<const std::uint8_t, 32>(base::as_bytes(*bytes)), random);
  explicit_bzero(bytes->data(), bytes->size());
  return vault;
}

base::Result<std::unique_ptr<Vault>> Vault::open_file(const std::filesystem::path& file,
                                                      base::Random& random) {
  auto text = detail::read_key_file(file);
  if (!text && text.error().code == Code::NotFound) {
    std::array<std::uint8_t, 32> fresh;
    random.fill(fresh);
    const base::Secret made(base::to_hex(fresh) + "\n");
    explicit_bzero(fresh.data(), fresh.size());
    if (auto created = detail::create_key_file(file, made.reveal()); !created) {
      return error_of(created);
    }
    text = detail::read_key_file(file);  // another process may have made it first
  }
  if (!text) return error_of(text);
  auto vault = from_hex(*text, random);
  if (!vault) vault.error().message = file.string() + ": " + vault.error().message;
  return vault;
}

std::string Vault::seal(std::string_view purpose, const base::Secret& secret) const {
  std::array<std::uint8_t, kNonceSize> nonce;
  random_.fill(nonce);
  std::string sealed(1, kForm);
  sealed += base::as_text(nonce);
  sealed += cipher_.seal(nonce, purpose, secret.reveal());
  return base::to_base64url(base::as_bytes(sealed));
}

base::Result<base::Secret> Vault::open(std::string_view purpose, std::string_view sealed) const {
  const auto bytes = base::from_base64url(sealed);
  if (bytes && bytes->size() >= 1 + kNonceSize + kTagSize && bytes->front() == kForm) {
    const std::string_view text(*bytes);
    const auto nonce = base::as_bytes(text).subspan<1, kNonceSize>();
    if (auto plain = cipher_.open(nonce, purpose, text.substr(1 + kNonceSize))) {
      return base::Secret(*std::move(plain));
    }
  }
  return base::fail(Code::Internal,
                    "a sealed secret does not open: it was altered, or the master key is another");
}

std::array<std::uint8_t, 32> Vault::derive_key(std::string_view purpose) const {
  return subkey(master_, "key/" + std::string(purpose));
}

}  // namespace jianmen::crypto
