#include "authn/token/token.hpp"

#include <array>

#include <gtest/gtest.h>

#include "authn/token/claims_codec.hpp"
#include "base/encoding.hpp"

namespace jianmen::authn {
namespace {

using identity::CredentialKind;
using identity::Principal;
using identity::Scope;
using namespace std::chrono_literals;

struct Rig {
  base::SequenceRandom random{3};
  std::array<std::uint8_t, 32> master{};
  crypto::Vault vault;
  TokenRing ring;
  explicit Rig(std::uint8_t seed = 1, unsigned current = 1, unsigned kept = 1)
      : master{seed}, vault(master, random), ring(vault, random, current, kept) {}
};

Claims claims_of_user(int roles = 6) {
  base::SequenceRandom random(5);
  Claims claims;
  auto& principal = claims.principal;
  principal.account = identity::AccountId(base::make_hex_id(random));
  principal.id = base::make_hex_id(random);
  principal.scope.kind = Scope::Kind::Project;
  principal.scope.project = identity::ProjectId(base::make_hex_id(random));
  principal.roles.emplace();
  for (int i = 0; i < roles; ++i) principal.roles->emplace_back(base::make_hex_id(random));
  principal.issued = base::Time(1'780'000'000'123'456us);
  principal.expires = principal.issued + 24h;
  principal.methods = {"password", "totp"};
  principal.audit_id = base::make_hex_id(random);
  claims.epoch = 300;
  return claims;
}

Claims claims_of_agency_key() {
  Claims claims = claims_of_user(2);
  auto& principal = claims.principal;
  principal.kind = Principal::Kind::Agency;
  principal.credential = CredentialKind::TemporaryKey;
  principal.access_key = identity::AccessKeyId("HSTAEXAMPLE012345678");
  principal.account = identity::AccountId("fixture-account");
  principal.methods = {"assume_role", "something_new"};
  principal.mfa_at = principal.issued - 1h;
  principal.assumed_by.emplace();
  principal.assumed_by->account =
      identity::AccountId("0123456789abcdef0123456789ABCDEF");  // not lower case
  principal.assumed_by->user = identity::UserId("");
  claims.caller_epoch = 1ULL << 63;
  claims.secret = base::Secret("SkExample0123456789abcdefghijklmnopqrstu");
  return claims;
}

void expect_same(const Claims& a, const Claims& b) {
  const auto &x = a.principal, &y = b.principal;
  EXPECT_EQ(x.kind, y.kind);
  EXPECT_EQ(x.account, y.account);
  EXPECT_EQ(x.id, y.id);
  EXPECT_EQ(x.root, y.root);
  EXPECT_EQ(x.credential, y.credential);
  EXPECT_EQ(x.access_key, y.access_key);
  EXPECT_EQ(x.scope, y.scope);
  EXPECT_EQ(x.roles, y.roles);
  EXPECT_EQ(x.issued, y.issued);
  EXPECT_EQ(x.expires, y.expires);
  EXPECT_EQ(x.methods, y.methods);
  EXPECT_EQ(x.audit_id, y.audit_id);
  EXPECT_EQ(x.mfa_at, y.mfa_at);
  EXPECT_EQ(x.assumed_by, y.assumed_by);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.caller_epoch, b.caller_epoch);
  EXPECT_EQ(a.secret.reveal(), b.secret.reveal());
}

TEST(Claims, ComeBackAsTheyWere) {
  Claims bare;
  bare.principal.expires = base::Time::max();
  auto rootless = claims_of_user();
  rootless.principal.roles.reset();
  rootless.principal.root = true;
  rootless.principal.scope = Scope();
  rootless.principal.scope.kind = Scope::Kind::Domain;
  for (const auto& claims :
       {claims_of_user(), claims_of_user(0), claims_of_agency_key(), rootless, bare}) {
    const auto back = decode_claims(encode_claims(claims));
    ASSERT_TRUE(back);
    expect_same(*back, claims);
  }
}

TEST(Claims, SurviveAnyBytes) {
  base::SequenceRandom random(9);
  const auto good = encode_claims(claims_of_agency_key());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decode_claims(good.substr(0, size)));
  EXPECT_FALSE(decode_claims(good + '\0'));
  for (int round = 0; round < 20'000; ++round) {
    std::array<std::uint8_t, 64> noise;
    random.fill(noise);
    (void)decode_claims(base::as_text(std::span(noise).first(noise[0] % 64)));
    auto edited = good;
    edited[noise[1] % edited.size()] = static_cast<char>(noise[2]);
    (void)decode_claims(edited);
  }
}

TEST(Token, OpensWhatItSealed) {
  Rig rig;
  const auto claims = claims_of_user();
  const auto text = rig.ring.seal(claims, Purpose::Token);
  EXPECT_TRUE(text.starts_with("JM"));
  const auto opened = rig.ring.open(text, Purpose::Token);
  ASSERT_TRUE(opened);
  expect_same(*opened, claims);
  EXPECT_NE(text, rig.ring.seal(claims, Purpose::Token));
}

TEST(Token, StaysUnderFourHundredCharactersWithSixRoles) {
  Rig rig;
  EXPECT_LT(rig.ring.seal(claims_of_user(6), Purpose::Token).size(), 400u);
  auto assumed = claims_of_user(6);
  assumed.principal.kind = Principal::Kind::Agency;
  assumed.principal.assumed_by.emplace();
  assumed.principal.assumed_by->account = assumed.principal.account;
  assumed.principal.assumed_by->user = identity::UserId(assumed.principal.id);
  EXPECT_LT(rig.ring.seal(assumed, Purpose::Token).size(), 400u);
}

TEST(Token, HoldsAsManyRolesAsItSays) {
  Rig rig;
  const auto claims = claims_of_user(kMaxRolesInToken);
  const auto opened = rig.ring.open(rig.ring.seal(claims, Purpose::Token), Purpose::Token);
  ASSERT_TRUE(opened);
  expect_same(*opened, claims);
}

TEST(Token, ShowsNothingOfWhatItCarries) {
  Rig rig;
  const auto claims = claims_of_agency_key();
  const auto bytes = *base::from_base64url(rig.ring.seal(claims, Purpose::SecurityToken));
  EXPECT_EQ(bytes.find("HST"), std::string::npos);
  EXPECT_EQ(bytes.find("Sk"), std::string::npos);
}

TEST(Token, RefusesEveryChangeOfACharacter) {
  Rig rig;
  const auto good = rig.ring.seal(claims_of_user(), Purpose::Token);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'A', 'z', '_', '=', ' ', '\0', '\xff', static_cast<char>(good[at] ^ 1)}) {
      auto text = good;
      text[at] = c;
      if (text == good) continue;
      const auto opened = rig.ring.open(text, Purpose::Token);
      ASSERT_FALSE(opened) << at;
      EXPECT_NE(opened.error(), OpenFault::Foreign) << at;
      EXPECT_NE(opened.error(), OpenFault::OtherPurpose) << at;
    }
  }
}

TEST(Token, TellsHowMuchOfACutOneIsMissing) {
  Rig rig;
  const auto good = rig.ring.seal(claims_of_user(), Purpose::Token);
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto opened = rig.ring.open(std::string_view(good).substr(0, size), Purpose::Token);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), size < 2 ? OpenFault::NotAToken : OpenFault::Cut);
    if (size >= 12) {
      EXPECT_EQ(TokenRing::missing_characters(std::string_view(good).substr(0, size)),
                good.size() - size);
    }
  }
  for (const auto* more : {"A", "AA", "AAAA", "\n", "="}) {
    const auto opened = rig.ring.open(good + more, Purpose::Token);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), OpenFault::Damaged);
  }
}

TEST(Token, KnowsWhatIsNoToken) {
  Rig rig;
  for (const std::string text : {"", "x", "MIIEowIBAAKCAQEA", "gAAAAABf", "{token}", "Bearer JM"}) {
    EXPECT_EQ(rig.ring.open(text, Purpose::Token).error(), OpenFault::NotAToken);
  }
  EXPECT_EQ(rig.ring.open("JM" + std::string(200'000, 'A'), Purpose::Token).error(),
            OpenFault::Damaged);
}

TEST(Token, KnowsAnotherInstallationsToken) {
  Rig here(1), there(2);
  const auto opened =
      here.ring.open(there.ring.seal(claims_of_user(), Purpose::Token), Purpose::Token);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), OpenFault::Foreign);
}

TEST(Token, KeepsItsPurpose) {
  Rig rig;
  const auto token = rig.ring.seal(claims_of_user(), Purpose::Token);
  const auto security_token = rig.ring.seal(claims_of_agency_key(), Purpose::SecurityToken);
  EXPECT_TRUE(rig.ring.open(security_token, Purpose::SecurityToken));
  EXPECT_EQ(rig.ring.open(token, Purpose::SecurityToken).error(), OpenFault::OtherPurpose);
  EXPECT_EQ(rig.ring.open(security_token, Purpose::Token).error(), OpenFault::OtherPurpose);
}

TEST(Token, OutlivesARotationButNotTwo) {
  Rig first(1, 1), second(1, 2, 2), third(1, 3, 2);
  const auto text = first.ring.seal(claims_of_user(), Purpose::Token);
  EXPECT_TRUE(second.ring.open(text, Purpose::Token));
  EXPECT_EQ(third.ring.open(text, Purpose::Token).error(), OpenFault::Foreign);
  EXPECT_FALSE(first.ring.open(second.ring.seal(claims_of_user(), Purpose::Token), Purpose::Token));
}

TEST(Token, SurvivesRandomText) {
  Rig rig;
  base::SequenceRandom random(13);
  for (int round = 0; round < 20'000; ++round) {
    std::array<std::uint8_t, 128> noise;
    random.fill(noise);
    auto text = "JMF" + base::to_base64url(std::span(noise).first(noise[0] % 128));
    EXPECT_FALSE(rig.ring.open(text, Purpose::Token));
    text[3 + noise[1] % 5] = static_cast<char>(noise[2]);
    EXPECT_FALSE(rig.ring.open(text, Purpose::Token));
  }
}

}  // namespace
}  // namespace jianmen::authn
