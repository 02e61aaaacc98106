#include "crypto/aead.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include <openssl/err.h>
#include <openssl/evp.h>

namespace jianmen::crypto {

namespace {

constexpr std::size_t kThreads = 64;     // threads beyond these key a context for every message
constexpr std::size_t kPiece = 1 << 30;  // EVP counts in int

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

enum class Direction : int { Open = 0, Seal = 1 };

// A number below kThreads that no other living thread holds; the mutex orders its successive
// holders.
class ThreadSlots {
 public:
  std::size_t take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return next_ < kThreads ? next_++ : kThreads;
    const std::size_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::size_t slot) {
    if (slot == kThreads) return;
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> free_;
  std::size_t next_ = 0;
};

ThreadSlots& thread_slots() {
  static auto* const slots = new ThreadSlots;  // outlives every thread
  return *slots;
}

std::size_t this_thread_slot() {
  struct Holder {
    std::size_t slot = thread_slots().take();
    ~Holder() { thread_slots().give_back(slot); }
  };
  thread_local const Holder holder;
  return holder.slot;
}

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

// A library that cannot key a cipher or take bytes has no memory or no provider: not a state to go
// on in.
void require(bool done) {
  if (!done) std::abort();
}

Cipher make_cipher(const std::array<std::uint8_t, 32>& key, Direction direction) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  require(cipher != nullptr && EVP_CipherInit_ex2(cipher.get(), aes_256_gcm(), key.data(), nullptr,
                                                  static_cast<int>(direction), nullptr) == 1);
  return cipher;
}

// Feeds `in` to the cipher; without `out` it is associated data.
void update(EVP_CIPHER_CTX* context, std::string_view in, std::uint8_t* out) {
  while (!in.empty()) {
    const std::string_view piece = in.substr(0, kPiece);
    int written = 0;
    require(EVP_CipherUpdate(context, out, &written,
                             reinterpret_cast<const unsigned char*>(piece.data()),
                             static_cast<int>(piece.size())) == 1);
    if (out != nullptr) out += written;
    in.remove_prefix(piece.size());
  }
}

void start(EVP_CIPHER_CTX* context, std::span<const std::uint8_t, kNonceSize> nonce) {
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), -1, nullptr) == 1);
}

}  // namespace

struct Aes256Gcm::Key {
  std::array<std::uint8_t, 32> bytes;
  struct Slot {
    std::array<Cipher, 2> ciphers;
  };
  std::array<Slot, kThreads> slots;  // each touched by the thread of that number only

  ~Key() { explicit_bzero(bytes.data(), bytes.size()); }

  template <class Use>
  auto with_cipher(Direction direction, Use use) {
    const std::size_t slot = this_thread_slot();
    if (slot == kThreads) return use(make_cipher(bytes, direction).get());
    Cipher& cipher = slots[slot].ciphers[static_cast<std::size_t>(direction)];
    if (cipher == nullptr) cipher = make_cipher(bytes, direction);
    return use(cipher.get());
  }
};

Aes256Gcm::Aes256Gcm(std::span<const std::uint8_t, 32> key) : key_(std::make_unique<Key>()) {
  std::ranges::copy(key, key_->bytes.begin());
}

Aes256Gcm::~Aes256Gcm() = default;

std::string Aes256Gcm::seal(std::span<const std::uint8_t, kNonceSize> nonce,
                            std::string_view associated, std::string_view plain) const {
  std::string sealed(plain.size() + kTagSize, '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(sealed.data());
  key_->with_cipher(Direction::Seal, [&](EVP_CIPHER_CTX* cipher) {
    start(cipher, nonce);
    update(cipher, associated, nullptr);
    update(cipher, plain, out);
    int written = 0;
    require(EVP_CipherFinal_ex(cipher, out + plain.size(), &written) == 1 && written == 0);
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagSize, out + plain.size()) == 1);
  });
  return sealed;
}

std::optional<std::string> Aes256Gcm::open(std::span<const std::uint8_t, kNonceSize> nonce,
                                           std::string_view associated,
                                           std::string_view sealed) const {
  if (sealed.size() < kTagSize) return std::nullopt;
  std::string plain(sealed.size() - kTagSize, '\0');
  const std::span out(reinterpret_cast<std::uint8_t*>(plain.data()), plain.size());
  if (!open(nonce, associated, sealed, out)) return std::nullopt;
  return plain;
}

std::optional<std::size_t> Aes256Gcm::open(std::span<const std::uint8_t, kNonceSize> nonce,
                                           std::string_view associated, std::string_view sealed,
                                           std::span<std::uint8_t> out) const {
  if (sealed.size() < kTagSize || out.size() < sealed.size() - kTagSize) return std::nullopt;
  const std::size_t size = sealed.size() - kTagSize;
  std::array<std::uint8_t, kTagSize> tag;
  std::memcpy(tag.data(), sealed.data() + size, kTagSize);
  const bool genuine = key_->with_cipher(Direction::Open, [&](EVP_CIPHER_CTX* cipher) {
    start(cipher, nonce);
    update(cipher, associated, nullptr);
    update(cipher, sealed.substr(0, size), out.data());
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
    int written = 0;
    return EVP_CipherFinal_ex(cipher, tag.data(), &written) == 1;
  });
  if (!genuine) {
    explicit_bzero(out.data(), size);  // nothing that was not proven leaves
    ERR_clear_error();                 // nor an error that a TLS connection would take for its own
    return std::nullopt;
  }
  return size;
}

}  // namespace jianmen::crypto
