#include "authn/authenticator.hpp"

#include <functional>

#include "authn/detail/test_world.hpp"

namespace jianmen::authn {
namespace {

using identity::Cause;
using identity::CredentialKind;
using identity::Principal;
using namespace std::chrono_literals;

class SignedCallers : public World {};
class TokenCallers : public World {
 protected:
  std::string token() {
    return must(issuer.token_for_user(viewer, in(project), {"password"})).text;
  }
};

TEST_F(SignedCallers, AreWhoTheirKeySays) {
  auto sent = signed_by_viewer();
  for (int round = 0; round < 2; ++round) {  // from the directory, then from the cache
    const auto result = authenticator.authenticate(sent.request());
    ASSERT_TRUE(result) << cause_id(result.error().cause);
    const auto& principal = **result;
    EXPECT_EQ(principal.kind, Principal::Kind::User);
    EXPECT_EQ(principal.account, demo.id);
    EXPECT_EQ(principal.account_name, "demo");
    EXPECT_EQ(principal.id, viewer.id.value);
    EXPECT_EQ(principal.name, "viewer");
    EXPECT_FALSE(principal.root);
    EXPECT_EQ(principal.credential, CredentialKind::AccessKey);
    EXPECT_EQ(principal.access_key.value, kAccess);
    EXPECT_EQ(principal.scope.kind, Scope::Kind::None);
    EXPECT_FALSE(principal.roles);
    EXPECT_EQ(principal.expires, base::Time::max());
  }
}

TEST_F(SignedCallers, TakeTheScopeOfAProjectHeader) {
  for (int round = 0; round < 2; ++round) {
    auto sent =
        signed_by_viewer({{"X-Project-Id", project.id.value}, {"X-Domain-Id", demo.id.value}});
    const auto result = authenticator.authenticate(sent.request());
    ASSERT_TRUE(result);
    EXPECT_EQ((*result)->scope.kind, Scope::Kind::Project);
    EXPECT_EQ((*result)->scope.project, project.id);
    EXPECT_EQ((*result)->scope.project_name, "cn-north-4");
  }
  EXPECT_TRUE(is_accepted(signed_by_viewer({{"X-Project-Id", ""}})));
}

TEST_F(SignedCallers, MayNotNameAProjectOrAccountOfOthers) {
  EXPECT_EQ(cause_of(signed_by_viewer({{"X-Project-Id", foreign_project.id.value}})),
            Cause::SignatureProjectHeader);
  EXPECT_EQ(cause_of(signed_by_viewer({{"X-Project-Id", demo.id.value}})),
            Cause::SignatureProjectHeader);
  EXPECT_EQ(cause_of(signed_by_viewer({{"X-Domain-Id", partner.id.value}})),
            Cause::SignatureProjectHeader);
}

struct Row {
  const char* what;
  std::function<void(Sent&)> spoil;
  Cause cause;
};

TEST_F(SignedCallers, LearnWhyTheyAreRefused) {
  const auto other_key = [](const std::string& access) {
    return [access](Sent& s) {
      s.field("authorization").replace(s.field("authorization").find(kAccess), 20, access);
    };
  };
  const Row rows[] = {
      {"a wrong signature", [](Sent& s) { s.target = "/v1/y"; }, Cause::SignatureSecretWrong},
      {"an unknown key", other_key("JIANMENTESTVIEWER009"), Cause::SignatureAccessKeyUnknown},
      {"a key of Alibaba Cloud", other_key("LTAI1234567890123456"),
       Cause::SignatureAccessKeyForeign},
      {"a key of AWS", other_key("AKIA1234567890123456"), Cause::SignatureAccessKeyForeign},
      {"a session key of AWS", other_key("ASIA1234567890123456"), Cause::SignatureAccessKeyForeign},
      {"a key of Tencent Cloud", other_key("AKID1234567890123456"),
       Cause::SignatureAccessKeyForeign},
      {"a temporary key without its token", other_key("HST12345678901234567"),
       Cause::SignatureSecurityTokenMissing},
      {"a temporary key with nonsense",
       [&](Sent& s) {
         other_key("HST12345678901234567")(s);
         s.with("X-Security-Token", "nonsense");
       },
       Cause::SignatureSecurityTokenInvalid},
      {"a permanent key with a security token", [](Sent& s) { s.with("X-Security-Token", "x"); },
       Cause::SignatureSecurityTokenInvalid},
      {"no date", [](Sent& s) { s.without("x-sdk-date"); }, Cause::SignatureDateMissing},
      {"a malformed header",
       [](Sent& s) {
         s.field("authorization") += ",";
         s.field("authorization") += "x";
       },
       Cause::SignatureAuthorizationMalformed},
      {"upper case", [](Sent& s) { s.field("authorization").back() = 'A'; },
       Cause::SignatureEncoding},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    auto sent = signed_by_viewer();
    EXPECT_TRUE(is_accepted(sent));
    row.spoil(sent);
    const auto cause = cause_of(sent);
    EXPECT_EQ(cause, row.cause) << cause_id(cause);
  }
}

TEST_F(SignedCallers, GetTheEvidenceOfAWrongSignature) {
  auto sent = signed_by_viewer();
  sent.target = "/v1/y";
  const auto result = authenticator.authenticate(sent.request());
  ASSERT_FALSE(result);
  EXPECT_EQ(*result.error().find("ak"), kAccess);
  EXPECT_TRUE(result.error().find("canonical_request")->starts_with("GET|/v1/y/||host:"));
}

TEST_F(SignedCallers, AreLateAfterFifteenMinutes) {
  const auto sent = signed_by_viewer();
  clock.advance(15min);
  EXPECT_TRUE(is_accepted(sent));
  clock.advance(1s);
  auto late = sent;
  const auto result = authenticator.authenticate(late.request());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause, Cause::SignatureClockSkew);
  EXPECT_EQ(*result.error().find("signature_time"), "20260601T120000Z");
  EXPECT_EQ(*result.error().find("server_time"), "20260601T121501Z");
  EXPECT_EQ(*result.error().find("ak"), kAccess);
}

TEST_F(SignedCallers, AreLockedForFiveMinutesAfterMoreThanFiveFailuresInARow) {
  auto wrong = signed_by_viewer();
  wrong.target = "/v1/y";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(cause_of(wrong), Cause::SignatureSecretWrong);
  EXPECT_TRUE(
      is_accepted(signed_by_viewer()));  // five are not more than five, and this ends the row
  for (int i = 0; i < 6; ++i) EXPECT_EQ(cause_of(wrong), Cause::SignatureSecretWrong);
  EXPECT_EQ(cause_of(wrong), Cause::SignatureAccessKeyLocked);
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyLocked);
  clock.advance(5min - 1us);
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyLocked);
  clock.advance(1us);
  EXPECT_TRUE(is_accepted(signed_by_viewer()));
}

TEST_F(SignedCallers, AreNotLockedByRequestsThatAreOnlyLate) {
  const auto sent = signed_by_viewer();
  clock.advance(1h);
  for (int i = 0; i < 10; ++i) EXPECT_NE(cause_of(sent), Cause::Unknown);
  EXPECT_TRUE(is_accepted(signed_by_viewer()));
}

TEST_F(SignedCallers, LoseAccessAtOnceWhenSomethingIsSwitchedOff) {
  EXPECT_TRUE(is_accepted(signed_by_viewer()));
  ASSERT_TRUE(directory.update_access_key(key.id, false, {}));
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyInactive);
  ASSERT_TRUE(directory.update_access_key(key.id, true, {}));
  EXPECT_TRUE(is_accepted(signed_by_viewer()));
  directory::UserChange off;
  off.enabled = false;
  ASSERT_TRUE(directory.update_user(viewer.id, off));
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyInactive);
  off.enabled = true;
  ASSERT_TRUE(directory.update_user(viewer.id, off));
  ASSERT_TRUE(directory.set_account_enabled(demo.id, false));
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyInactive);
  ASSERT_TRUE(directory.set_account_enabled(demo.id, true));
  EXPECT_TRUE(is_accepted(signed_by_viewer()));
  ASSERT_TRUE(directory.delete_access_key(key.id));
  EXPECT_EQ(cause_of(signed_by_viewer()), Cause::SignatureAccessKeyUnknown);
}

TEST_F(SignedCallers, DoNotLearnThatAKeyIsOffWithoutItsSecret) {
  ASSERT_TRUE(directory.update_access_key(key.id, false, {}));
  EXPECT_EQ(cause_of(signed_request(kAccess, "wrong")), Cause::SignatureSecretWrong);
}

TEST_F(SignedCallers, MayUseTemporaryKeysUntilTheyEnd) {
  const auto parent = must(issuer.token_for_user(viewer, domain(), {"password"})).principal;
  const auto temporary = must(issuer.key_from(parent, 900s));
  for (int round = 0; round < 2; ++round) {
    auto sent = signed_by(temporary);
    const auto result = authenticator.authenticate(sent.request());
    ASSERT_TRUE(result) << cause_id(result.error().cause);
    EXPECT_EQ((*result)->credential, CredentialKind::TemporaryKey);
    EXPECT_EQ((*result)->access_key.value, temporary.access);
    EXPECT_EQ((*result)->name, "viewer");
    EXPECT_EQ((*result)->scope.kind, Scope::Kind::None);
  }
  clock.advance(900s - 1us);
  EXPECT_TRUE(is_accepted(signed_by(temporary)));
  clock.advance(1us);
  auto late = signed_by(temporary);
  const auto result = authenticator.authenticate(late.request());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause, Cause::SignatureSecurityTokenExpired);
  EXPECT_TRUE(result.error().find("expires_at"));
}

TEST_F(SignedCallers, AreRefusedWithAnothersSecurityToken) {
  const auto parent = must(issuer.token_for_user(viewer, domain(), {"password"})).principal;
  const auto mine = must(issuer.key_from(parent, 900s)),
             other = must(issuer.key_from(parent, 900s));
  EXPECT_EQ(cause_of(signed_request(mine.access, mine.secret, other.security_token)),
            Cause::SignatureSecurityTokenInvalid);
  EXPECT_EQ(cause_of(signed_request(mine.access, mine.secret, mine.security_token.substr(0, 90))),
            Cause::SignatureSecurityTokenInvalid);
  EXPECT_EQ(cause_of(signed_request(mine.access, mine.secret)),
            Cause::SignatureSecurityTokenMissing);
  EXPECT_EQ(cause_of(signed_request(mine.access, other.secret, mine.security_token)),
            Cause::SignatureSecretWrong);
  const auto token = must(issuer.token_for_user(viewer, domain(), {"password"})).text;
  EXPECT_EQ(cause_of(signed_request(mine.access, mine.secret, token)),
            Cause::SignatureSecurityTokenInvalid);
  EXPECT_EQ(
      cause_of(
          signed_request(mine.access, mine.secret).with("X-Security-Token", mine.security_token)),
      Cause::SignatureSecurityTokenInvalid);  // came, but is not signed
  EXPECT_TRUE(is_accepted(signed_by(mine)));
}

TEST_F(SignedCallers, LoseTemporaryKeysWhenTheirUserChanges) {
  const auto parent = must(issuer.token_for_user(viewer, domain(), {"password"})).principal;
  const auto temporary = must(issuer.key_from(parent, 900s));
  EXPECT_TRUE(is_accepted(signed_by(temporary)));
  directory::UserChange change;
  change.password_hash = "another";
  ASSERT_TRUE(directory.update_user(viewer.id, change));
  EXPECT_EQ(cause_of(signed_by(temporary)), Cause::SignatureSecurityTokenInvalid);
}

TEST_F(SignedCallers, KeepTheProjectOfATemporaryKey) {
  const auto parent = must(issuer.token_for_user(viewer, in(project), {"password"})).principal;
  const auto temporary = must(issuer.key_from(parent, 900s));
  EXPECT_TRUE(is_accepted(signed_by(temporary, {{"X-Project-Id", project.id.value}})));
  EXPECT_EQ(cause_of(signed_by(temporary, {{"X-Project-Id", other_project.id.value}})),
            Cause::SignatureProjectHeader);
  auto sent = signed_by(temporary);
  const auto result = authenticator.authenticate(sent.request());
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->scope.project, project.id);
  ASSERT_TRUE((*result)->roles);
  EXPECT_EQ(*(*result)->roles, std::vector{read_only});
}

TEST_F(TokenCallers, AreWhoTheirTokenSays) {
  auto sent = Sent().with("X-Auth-Token", token());
  const auto result = authenticator.authenticate(sent.request());
  ASSERT_TRUE(result) << cause_id(result.error().cause);
  const auto& principal = **result;
  EXPECT_EQ(principal.account, demo.id);
  EXPECT_EQ(principal.account_name, "demo");
  EXPECT_EQ(principal.name, "viewer");
  EXPECT_EQ(principal.credential, CredentialKind::Token);
  EXPECT_EQ(principal.scope.project, project.id);
  EXPECT_EQ(principal.scope.project_name, "cn-north-4");
  ASSERT_TRUE(principal.roles);
  EXPECT_EQ(*principal.roles, std::vector{read_only});
  EXPECT_EQ(principal.methods, std::vector<std::string>{"password"});
  EXPECT_EQ(principal.expires, clock.now() + 24h);
}

TEST_F(TokenCallers, LearnWhyTheyAreRefused) {
  const auto good = token();
  const auto temporary = must(
      issuer.key_from(must(issuer.token_for_user(viewer, domain(), {"password"})).principal, 900s));
  const struct {
    const char* what;
    Sent sent;
    Cause cause;
  } rows[] = {
      {"no credential", Sent(), Cause::TokenMissing},
      {"an empty token", Sent().with("X-Auth-Token", ""), Cause::TokenEmpty},
      {"a blank token", Sent().with("X-Auth-Token", " \t"), Cause::TokenEmpty},
      {"Bearer", Sent().with("Authorization", "Bearer " + good), Cause::TokenWrongHeader},
      {"only a subject token", Sent().with("X-Subject-Token", good), Cause::TokenWrongHeader},
      {"Basic", Sent().with("Authorization", "Basic eA=="),
       Cause::SignatureAuthorizationOtherScheme},
      {"an unknown algorithm", Sent().with("Authorization", "SDK-HMAC-SHA1 x"),
       Cause::SignatureAlgorithmUnknown},
      {"a cut token", Sent().with("X-Auth-Token", good.substr(0, good.size() - 9)),
       Cause::TokenDamaged},
      {"nonsense", Sent().with("X-Auth-Token", "{{token}}"), Cause::TokenDamaged},
      {"Huawei Cloud's own", Sent().with("X-Auth-Token", "MIIEowIBAAKCAQEA"), Cause::TokenForeign},
      {"Keystone's", Sent().with("X-Auth-Token", "gAAAAABmX"), Cause::TokenForeign},
      {"a security token", Sent().with("X-Auth-Token", temporary.security_token),
       Cause::TokenSecurityTokenAsToken},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto cause = cause_of(row.sent);
    EXPECT_EQ(cause, row.cause) << cause_id(cause);
  }
}

TEST_F(TokenCallers, SeeHowMuchIsMissing) {
  const auto good = token();
  const auto result = authenticator.open_token(std::string_view(good).substr(0, good.size() - 9));
  ASSERT_FALSE(result);
  EXPECT_EQ(*result.error().find("characters_missing"), "9");
  EXPECT_EQ(*result.error().find("length"), std::to_string(good.size() - 9));
}

TEST_F(TokenCallers, KnowAnotherInstallationsToken) {
  base::SequenceRandom elsewhere(5);
  crypto::Vault other_vault(std::array<std::uint8_t, 32>{9}, elsewhere);
  TokenRing other_ring(other_vault, elsewhere);
  const auto result = authenticator.open_token(other_ring.seal({}, Purpose::Token));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause, Cause::TokenForeign);
}

TEST_F(TokenCallers, AreExpiredAtTheirEndAndNotBefore) {
  const auto text = token();
  clock.advance(24h - 1us);
  EXPECT_TRUE(authenticator.open_token(text));
  clock.advance(1us);
  const auto result = authenticator.open_token(text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause, Cause::TokenExpired);
  EXPECT_EQ(*result.error().find("expires_at"), "2026-06-02T12:00:00.000000Z");
}

TEST_F(TokenCallers, AreRefusedOnceSomethingWasTakenAway) {
  const struct {
    const char* what;
    std::function<void()> change;
    const char* evidence;
    const char* loss = nullptr;
  } rows[] = {
      {"password",
       [&] {
         directory::UserChange change;
         change.password_hash = "another";
         ASSERT_TRUE(directory.update_user(viewer.id, change));
       },
       "credentials, groups or grants of the user changed", "password_changed"},
      {"grant", [&] { ASSERT_TRUE(directory.revoke(grant_of(viewers, read_only, &project))); },
       "credentials, groups or grants of the user changed", "grant_revoked"},
      {"membership", [&] { ASSERT_TRUE(directory.remove_member(viewers.id, viewer.id)); },
       "credentials, groups or grants of the user changed", "member_removed"},
      {"account", [&] { ASSERT_TRUE(directory.set_account_enabled(demo.id, false)); },
       "account disabled"},
      {"account again", [&] { ASSERT_TRUE(directory.set_account_enabled(demo.id, true)); },
       nullptr},
      {"user off",
       [&] {
         directory::UserChange change;
         change.enabled = false;
         ASSERT_TRUE(directory.update_user(viewer.id, change));
       },
       "user disabled", "user_disabled"},
      {"user gone", [&] { ASSERT_TRUE(directory.delete_user(viewer.id)); }, "user deleted"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto before = directory.find_user(viewer.id);
    std::string text;
    if (const auto issued =
            issuer.token_for_user(before.value_or(viewer), domain(), {"password"})) {
      text = issued->text;
      EXPECT_TRUE(authenticator.open_token(text));
    }
    clock.advance(1min);
    const auto then = base::to_iso_micros(clock.now());
    row.change();
    clock.advance(1min);
    if (!row.evidence || text.empty()) continue;
    const auto result = authenticator.open_token(text);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().cause, Cause::TokenRevoked);
    EXPECT_EQ(*result.error().find("change"), row.evidence);
    const auto* loss = result.error().find("loss");
    ASSERT_EQ(loss != nullptr, row.loss != nullptr);
    if (!loss) continue;
    EXPECT_EQ(*loss, row.loss);
    EXPECT_EQ(*result.error().find("changed_at"), then);
  }
}

TEST_F(TokenCallers, AreRefusedOnceTheTokenWasDeletedAndOnlyThatOne) {
  const auto one = must(issuer.token_for_user(viewer, domain(), {"password"}));
  const auto two = must(issuer.token_for_user(viewer, domain(), {"password"}));
  ASSERT_TRUE(directory.revoke_token(one.principal.audit_id, one.principal.expires));
  const auto result = authenticator.open_token(one.text);
  ASSERT_FALSE(result);
  EXPECT_EQ(*result.error().find("change"), "revoked by DELETE");
  EXPECT_TRUE(authenticator.open_token(two.text));
}

TEST_F(TokenCallers, KeepTheirTokenWhenSomethingIsAdded) {
  const auto text = token();
  grant(viewers, guest, &other_project);
  const auto result = authenticator.open_token(text);
  ASSERT_TRUE(result);
  EXPECT_EQ(*(*result)->roles, std::vector{read_only});
}

TEST_F(TokenCallers, GiveWayToASignature) {
  auto sent = signed_by_viewer();
  sent.with("X-Auth-Token", "nonsense");
  const auto result = authenticator.authenticate(sent.request());
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->credential, CredentialKind::AccessKey);
  sent.target = "/v1/y";  // a wrong signature is not rescued by a good token
  sent.field("X-Auth-Token") = token();
  EXPECT_EQ(cause_of(sent), Cause::SignatureSecretWrong);
}

TEST_F(TokenCallers, MayLeaveAnotherAuthorizationBesideTheToken) {
  EXPECT_TRUE(
      is_accepted(Sent().with("Authorization", "Basic eA==").with("X-Auth-Token", token())));
}

}  // namespace
}  // namespace jianmen::authn
