#include "net/detail/ticket_keys.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace jianmen::net::detail {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr std::chrono::hours kLife{6};

struct TicketKey {
  std::array<unsigned char, 16> name;
  std::array<unsigned char, 32> cipher;
  std::array<unsigned char, 32> mac;

  bool randomize() {
    return RAND_bytes(name.data(), static_cast<int>(name.size())) == 1 &&
           RAND_priv_bytes(cipher.data(), static_cast<int>(cipher.size())) == 1 &&
           RAND_priv_bytes(mac.data(), static_cast<int>(mac.size())) == 1;
  }
  ~TicketKey() {
    OPENSSL_cleanse(cipher.data(), cipher.size());
    OPENSSL_cleanse(mac.data(), mac.size());
  }
};

class TicketKeys {
 public:
  bool rotate_if_due(SteadyTime now) {
    if (now < current_until_) return true;
    const bool gap =
        now > current_until_ + kLife;  // nobody came for long: the last key is too old as well
    TicketKey next;
    if (!next.randomize()) return false;
    previous_ = current_;
    has_previous_ = has_current_ && !gap;
    current_ = next;
    has_current_ = true;
    current_until_ = now + kLife;
    return true;
  }

  // OpenSSL's answers: 1 go on, 2 go on and give a new ticket, 0 no such key: a full handshake, -1
  // failure.
  int use(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
          int sealing) {
    const std::lock_guard lock(mutex_);
    if (!rotate_if_due(std::chrono::steady_clock::now())) return -1;
    if (sealing) {
      std::memcpy(name, current_.name.data(), current_.name.size());
      if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
      return start(current_, iv, cipher, mac, sealing) ? 1 : -1;
    }
    if (std::memcmp(name, current_.name.data(), current_.name.size()) == 0) {
      return start(current_, iv, cipher, mac, sealing) ? 1 : -1;
    }
    if (has_previous_ && std::memcmp(name, previous_.name.data(), previous_.name.size()) == 0) {
      return start(previous_, iv, cipher, mac, sealing) ? 2 : -1;
    }
    return 0;
  }

 private:
  static bool start(const TicketKey& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                    EVP_MAC_CTX* mac, int sealing) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(
            OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.mac.data()), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
           EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, sealing) ==
               1;
  }

  std::mutex mutex_;
  TicketKey current_{}, previous_{};
  bool has_current_ = false;
  bool has_previous_ = false;
  SteadyTime current_until_{};
};

void free_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<TicketKeys*>(keys);
}

int keys_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_keys);
  return index;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index()));
  return keys ? keys->use(name, iv, cipher, mac, sealing) : -1;
}

}  // namespace

bool use_rotated_ticket_keys(SSL_CTX* context) {
  auto keys = std::make_unique<TicketKeys>();
  if (SSL_CTX_set_ex_data(context, keys_index(), keys.get()) != 1) return false;
  (void)keys.release();
  return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket) == 1;
}

}  // namespace jianmen::net::detail
