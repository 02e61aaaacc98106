#include "net/java_trust_store.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "net/certificate_authority.hpp"

namespace jianmen::net {

namespace {

std::string authority_pem() {
  std::string directory = "/tmp/jianmen-store-XXXXXX";
  if (!::mkdtemp(directory.data())) return {};
  const auto authority =
      CertificateAuthority::open_or_create(directory, base::Time(std::chrono::hours(24 * 20'000)));
  std::filesystem::remove_all(directory);
  return authority ? authority->certificate_pem() : std::string();
}

TEST(JavaTrustStore, HoldsEveryCertificateBetweenHeadAndChecksum) {
  const auto pem = authority_pem();
  ASSERT_FALSE(pem.empty());
  const auto store = java_trust_store("text before\n" + pem + pem, "changeit", base::Time{});
  ASSERT_TRUE(store);
  EXPECT_EQ(store->substr(0, 12), std::string("\xFE\xED\xFE\xED\0\0\0\2\0\0\0\2", 12));
  const auto first = store->find("authority-0"), second = store->find("authority-1");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(store->size() - 12 - 20, 2 * (second - first));
}

TEST(JavaTrustStore, IsNotMadeOfNothing) {
  for (const std::string_view pem : {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    EXPECT_FALSE(java_trust_store(pem, "changeit", base::Time{})) << pem;
  }
}

}  // namespace

}  // namespace jianmen::net
