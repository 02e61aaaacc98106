#include "authn/token/token.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>
#include <vector>

#include "authn/token/claims_codec.hpp"
#include "base/encoding.hpp"
#include "crypto/aead.hpp"

namespace jianmen::authn {

namespace {

constexpr std::uint8_t kMarkHigh = 0x24,
                       kMarkLow = 0xc1;  // 0x24c: "JM" in base64url; 1: the version
constexpr std::string_view kTextMark = "JM";
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kOverhead = kHeaderSize + crypto::kNonceSize + crypto::kTagSize;
constexpr std::size_t kMaxSize = 0xffff;
constexpr std::size_t kUsualSize = 1024;  // on the stack up to here: some forty roles

std::string_view associated_data(Purpose purpose) {
  return purpose == Purpose::Token ? "jianmen token" : "jianmen security token";
}

Purpose other(Purpose purpose) {
  return purpose == Purpose::Token ? Purpose::SecurityToken : Purpose::Token;
}

std::size_t text_size(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

// The whole sealed form, taken apart. Views into the decoded bytes.
struct Parts {
  std::uint32_t key_id = 0;
  std::span<const std::uint8_t, crypto::kNonceSize> nonce;
  std::string_view sealed;
};

std::uint32_t read_u32(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         at[3];
}

bool has_mark(std::string_view text) { return text.starts_with(kTextMark); }

// The declared size of the whole, from the header's twelve characters.
std::optional<std::size_t> declared_size(std::string_view text) {
  std::array<std::uint8_t, 9> head;
  if (text.size() < 12 || !base::decode_base64url(text.substr(0, 12), head)) return std::nullopt;
  return std::size_t{head[6]} << 8 | head[7];
}

}  // namespace

struct TokenRing::Ring {
  struct Key {
    std::uint32_t id;
    crypto::Aes256Gcm cipher;
    Key(std::uint32_t id, std::span<const std::uint8_t, 32> key) : id(id), cipher(key) {}
  };
  std::vector<std::unique_ptr<Key>> keys;  // the current one first
  base::Random& random;

  explicit Ring(base::Random& source) : random(source) {}

  std::optional<Claims> open_with(const Key& key, const Parts& parts, Purpose purpose) const {
    std::array<std::uint8_t, kUsualSize> usual;
    std::vector<std::uint8_t> large;
    std::span<std::uint8_t> out(usual);
    if (parts.sealed.size() > usual.size()) {
      large.resize(parts.sealed.size());
      out = large;
    }
    const auto size = key.cipher.open(parts.nonce, associated_data(purpose), parts.sealed, out);
    if (!size) return std::nullopt;
    return decode_claims(base::as_text(out.first(*size)));
  }

  // Why did the authenticated decryption fail? The answer helps who pasted the token; it opens
  // nothing.
  OpenFault fault_of(const Parts& parts, Purpose purpose) const {
    bool known = false;
    for (const auto& key : keys) {
      known = known || key->id == parts.key_id;
      if (open_with(*key, parts, other(purpose))) return OpenFault::OtherPurpose;
      if (open_with(*key, parts, purpose))
        return OpenFault::Damaged;  // only its key id was altered
    }
    return known ? OpenFault::Damaged : OpenFault::Foreign;
  }
};

TokenRing::TokenRing(const crypto::Vault& vault, base::Random& random, unsigned current,
                     unsigned kept)
    : ring_(std::make_unique<Ring>(random)) {
  assert(current >= 1 && kept >= 1);
  for (unsigned i = 0; i < std::min(kept, current); ++i) {
    const auto name = "token ring/" + std::to_string(current - i);
    const auto key = vault.derive_key(name);
    const auto id = vault.derive_key(name + "/id");
    ring_->keys.push_back(std::make_unique<Ring::Key>(read_u32(id.data()), key));
  }
}

TokenRing::~TokenRing() = default;

std::string TokenRing::seal(const Claims& claims, Purpose purpose) const {
  assert(!claims.principal.roles || claims.principal.roles->size() <= kMaxRolesInToken);
  const base::Secret plain(encode_claims(claims));  // holds the SK of a temporary key
  const auto& key = *ring_->keys.front();
  const auto size = plain.size() + kOverhead;
  assert(size <= kMaxSize);

  std::array<std::uint8_t, kHeaderSize + crypto::kNonceSize> head{
      kMarkHigh,
      kMarkLow,
      static_cast<std::uint8_t>(key.id >> 24),
      static_cast<std::uint8_t>(key.id >> 16),
      static_cast<std::uint8_t>(key.id >> 8),
      static_cast<std::uint8_t>(key.id),
      static_cast<std::uint8_t>(size >> 8),
      static_cast<std::uint8_t>(size)};
  const auto nonce = std::span(head).subspan<kHeaderSize>();
  ring_->random.fill(nonce);
  std::string whole(base::as_text(head));
  whole += key.cipher.seal(nonce, associated_data(purpose), plain.reveal());
  return base::to_base64url(base::as_bytes(whole));
}

std::expected<Claims, OpenFault> TokenRing::open(std::string_view text, Purpose purpose) const {
  if (!has_mark(text)) return std::unexpected(OpenFault::NotAToken);
  if (missing_characters(text) > 0) return std::unexpected(OpenFault::Cut);
  if (text.size() > text_size(kMaxSize)) return std::unexpected(OpenFault::Damaged);

  std::array<std::uint8_t, kUsualSize> usual;
  std::vector<std::uint8_t> large;
  std::span<std::uint8_t> bytes(usual);
  if (text.size() > usual.size()) {
    large.resize(text.size());
    bytes = large;
  }
  const auto size = base::decode_base64url(text, bytes);
  if (!size || *size < kOverhead || text.size() != text_size(*size))
    return std::unexpected(OpenFault::Damaged);
  bytes = bytes.first(*size);
  if (bytes[0] != kMarkHigh || bytes[1] != kMarkLow || declared_size(text) != *size) {
    return std::unexpected(OpenFault::Damaged);
  }

  const Parts parts{read_u32(&bytes[2]), bytes.subspan<kHeaderSize, crypto::kNonceSize>(),
                    base::as_text(bytes.subspan(kHeaderSize + crypto::kNonceSize))};
  for (const auto& key : ring_->keys) {
    if (key->id != parts.key_id) continue;
    if (auto claims = ring_->open_with(*key, parts, purpose)) return std::move(*claims);
  }
  return std::unexpected(ring_->fault_of(parts, purpose));
}

std::size_t TokenRing::missing_characters(std::string_view text) {
  if (!has_mark(text)) return 0;
  const auto declared = declared_size(text);
  const auto whole = text_size(declared.value_or(kOverhead));
  return whole > text.size() ? whole - text.size() : 0;
}

}  // namespace jianmen::authn
