#include "crypto/password.hpp"

#include <array>
#include <charconv>

#include <argon2.h>

namespace jianmen::crypto {

namespace {

using base::Code;

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
// A hash that came in by an import must not be able to eat the machine.
constexpr PasswordCost kMost = {.iterations = 64, .memory_kib = 1024 * 1024, .lanes = 16};

// Takes "NAME=number" off the front of `text`.
bool take_number(std::string_view& text, std::string_view name, std::uint32_t most) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > most) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool is_affordable(std::string_view phc) {
  return phc.find('\0') == std::string_view::npos && take_number(phc, "$argon2id$v=", 19) &&
         take_number(phc, "$m=", kMost.memory_kib) && take_number(phc, ",t=", kMost.iterations) &&
         take_number(phc, ",p=", kMost.lanes) && phc.starts_with('$');
}

}  // namespace

base::Result<std::string> hash_password(const base::Secret& password, base::Random& random,
                                        PasswordCost cost) {
  std::array<std::uint8_t, kSaltSize> salt;
  random.fill(salt);
  std::string phc(argon2_encodedlen(cost.iterations, cost.memory_kib, cost.lanes, kSaltSize,
                                    kHashSize, Argon2_id),
                  '\0');
  const int status = argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.lanes,
                                           password.reveal().data(), password.size(), salt.data(),
                                           salt.size(), kHashSize, phc.data(), phc.size());
  if (status != ARGON2_OK) {
    const bool memory = status == ARGON2_MEMORY_ALLOCATION_ERROR;
    return base::fail(memory ? Code::Unavailable : Code::InvalidArgument,
                      std::string("cannot hash a password: ") + argon2_error_message(status));
  }
  phc.resize(phc.find('\0'));
  return phc;
}

bool verify_password(const base::Secret& password, std::string_view phc) {
  if (!is_affordable(phc)) return false;
  const std::string text(phc);
  return argon2id_verify(text.c_str(), password.reveal().data(), password.size()) == ARGON2_OK;
}

void spend_verification(const base::Secret& password, PasswordCost cost) {
  static constexpr std::array<std::uint8_t, kSaltSize> kNoSalt{};
  std::array<std::uint8_t, kHashSize> ignored;
  argon2id_hash_raw(cost.iterations, cost.memory_kib, cost.lanes, password.reveal().data(),
                    password.size(), kNoSalt.data(), kNoSalt.size(), ignored.data(),
                    ignored.size());
}

}  // namespace jianmen::crypto
