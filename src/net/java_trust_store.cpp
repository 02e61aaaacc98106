#include "net/java_trust_store.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <openssl/pem.h>
#include <openssl/sha.h>

#include "net/detail/openssl.hpp"

namespace jianmen::net {

namespace {

constexpr std::uint32_t kMagic = 0xFEEDFEED, kVersion = 2, kTrustedCertificate = 2;

template <class Number>
void put(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(number >> static_cast<unsigned>(shift));
  }
}

// java.io.DataOutput.writeUTF of ASCII.
void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

std::vector<std::string> certificates_of(std::string_view pem) {
  std::vector<std::string> certificates;
  const auto source = detail::read_only(pem);
  while (X509* next = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) {
    const detail::X509Ptr certificate(next);
    const int size = i2d_X509(next, nullptr);
    if (size <= 0) continue;
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* to = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(next, &to);
    certificates.push_back(std::move(der));
  }
  ERR_clear_error();  // the reader ends with "no start line"
  return certificates;
}

// Over the password in UTF-16, a fixed text and the store itself.
std::string checksum(std::string_view password, std::string_view store) {
  std::string text;
  for (const char c : password) text.append({'\0', c});
  text.append("Mighty Aphrodite").append(store);
  std::array<unsigned char, SHA_DIGEST_LENGTH> sum{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), sum.data());
  return {reinterpret_cast<const char*>(sum.data()), sum.size()};
}

}  // namespace

base::Result<std::string> java_trust_store(std::string_view pem, std::string_view password,
                                           base::Time now) {
  const auto certificates = certificates_of(pem);
  if (certificates.empty()) {
    return base::fail(base::Code::InvalidArgument, "no certificate to trust");
  }
  const auto created = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  std::string store;
  put(store, kMagic);
  put(store, kVersion);
  put(store, static_cast<std::uint32_t>(certificates.size()));
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    put(store, kTrustedCertificate);
    put_text(store, "authority-" + std::to_string(i));
    put(store, created);
    put_text(store, "X.509");
    put(store, static_cast<std::uint32_t>(certificates[i].size()));
    store += certificates[i];
  }
  return store + checksum(password, store);
}

}  // namespace jianmen::net
