#include "crypto/vault.hpp"

#include <cstdlib>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/encoding.hpp"

namespace jianmen::crypto {
namespace {

using base::Code;
using base::Secret;
using testing::HasSubstr;

class VaultFile : public testing::Test {
 protected:
  VaultFile() {
    std::string pattern = testing::TempDir() + "vaultXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~VaultFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "master.key"; }
  void write(std::string_view text, mode_t mode = 0600) {
    std::ofstream(file()) << text;
    ::chmod(file().c_str(), mode);
  }
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  std::filesystem::path folder_;
  base::SequenceRandom random_;
};

const std::string kHexKey = std::string(60, '0') + "beef";

TEST_F(VaultFile, IsMadeOnceForTheOwnerAlone) {
  auto made = Vault::open_file(file(), random_);
  ASSERT_TRUE(made);
  EXPECT_EQ(mode_of(file()), 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  const std::string sealed = (*made)->seal("sk/A", Secret("the secret"));
  auto again = Vault::open_file(file(), random_);
  ASSERT_TRUE(again);
  auto opened = (*again)->open("sk/A", sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "the secret");
}

TEST_F(VaultFile, IsRefusedWhenOthersMayUseIt) {
  for (const mode_t mode : {0644, 0640, 0604, 0620, 0602, 0610, 0666}) {
    write(kHexKey, mode);
    const auto opened = Vault::open_file(file(), random_);
    ASSERT_FALSE(opened) << mode;
    EXPECT_EQ(opened.error().code, Code::Denied);
    EXPECT_THAT(opened.error().message, HasSubstr("chmod 600 " + file().string()));
    EXPECT_THAT(opened.error().message, testing::Not(HasSubstr("beef")));
  }
  for (const mode_t mode : {0600, 0400}) {
    ::chmod(file().c_str(), mode);
    EXPECT_TRUE(Vault::open_file(file(), random_)) << mode;
  }
}

TEST_F(VaultFile, IsRefusedWhenItHoldsNoKey) {
  for (const std::string& text :
       {std::string(), std::string("\n"), kHexKey.substr(1), kHexKey + "0", std::string(64, 'g'),
        kHexKey + kHexKey, std::string(5000, '0')}) {
    write(text);
    const auto opened = Vault::open_file(file(), random_);
    ASSERT_FALSE(opened) << text;
    EXPECT_THAT(opened.error().message, HasSubstr(file().string()));
    EXPECT_THAT(opened.error().message, testing::Not(HasSubstr("beef")));
  }
  write(kHexKey + "\n");
  EXPECT_TRUE(Vault::open_file(file(), random_));
}

TEST_F(VaultFile, IsRefusedWhereNoFileCanBe) {
  EXPECT_FALSE(Vault::open_file(folder_, random_));
  EXPECT_FALSE(Vault::open_file(folder_ / "absent" / "master.key", random_));
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_FALSE(Vault::open_file(file(), random_));
}

class Sealing : public testing::Test {
 protected:
  base::SequenceRandom random_;
  std::unique_ptr<Vault> vault_ = *Vault::from_hex(Secret(kHexKey), random_);
};

TEST_F(Sealing, GivesTheSecretBackToItsPurposeOnly) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(1000, 's')}) {
    const std::string sealed = vault_->seal("sk/A", Secret(text));
    auto opened = vault_->open("sk/A", sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), text);
    EXPECT_FALSE(vault_->open("sk/B", sealed));
    EXPECT_FALSE(vault_->open("", sealed));
  }
}

TEST_F(Sealing, NeverLooksTheSameTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(vault_->seal("sk/A", Secret("same")));
  EXPECT_EQ(seen.size(), 100U);
}

TEST_F(Sealing, RefusesAlteredTextAndAnotherMasterKey) {
  const std::string sealed = vault_->seal("sk/A", Secret("the secret"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(vault_->open("sk/A", altered)) << i;
    EXPECT_FALSE(vault_->open("sk/A", sealed.substr(0, i))) << i;
  }
  for (const auto* text : {"", "AQ", "not base64url!", "the secret"}) {
    EXPECT_FALSE(vault_->open("sk/A", text)) << text;
  }
  const auto other = *Vault::from_hex(Secret(std::string(64, '1')), random_);
  EXPECT_FALSE(other->open("sk/A", sealed));
}

TEST_F(Sealing, DerivesOneKeyForEachPurposeAndMaster) {
  EXPECT_EQ(vault_->derive_key("token"), vault_->derive_key("token"));
  EXPECT_NE(vault_->derive_key("token"), vault_->derive_key("tokens"));
  EXPECT_NE(base::to_hex(vault_->derive_key("token")), kHexKey);
  const auto other = *Vault::from_hex(Secret(std::string(64, '1')), random_);
  EXPECT_NE(vault_->derive_key("token"), other->derive_key("token"));
}

TEST(Vault, TakesAKeyOf64HexDigitsOnly) {
  base::SequenceRandom random;
  EXPECT_TRUE(Vault::from_hex(Secret(kHexKey), random));
  for (const std::string& text :
       {std::string(), std::string(63, '0'), std::string(66, '0'), std::string(64, 'x')}) {
    EXPECT_FALSE(Vault::from_hex(Secret(text), random)) << text;
  }
}

}  // namespace
}  // namespace jianmen::crypto
