// Tokens for keys, tokens and agencies; looking at a token and taking one back.

#include "services/iam/detail/test_tokens.hpp"

namespace jianmen::services::iam {
namespace {

class TokenMethods : public Tokens {};

// --- AK and SK

TEST_F(TokenMethods, AreMadeFromAKeyAndItsSecret) {
  const auto key = permanent_key(alice);
  const auto answer = create(by_key(key.access, key.secret));
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(answer.at("token.methods"), (base::json::array{"hw_ak_sk"}));
  EXPECT_EQ(answer.string("token.user.id"), alice.id.value);
  EXPECT_EQ(answer.text.find(key.secret), std::string::npos);

  EXPECT_EQ(create(by_key("NOSUCHKEY00000000000", key.secret)).text, kWrong);
  EXPECT_EQ(create(by_key(key.access, key.secret + "x")).text, kWrong);
  EXPECT_EQ(create(by_key(key.access, "")).text, kWrong);
  must(directory.update_access_key(identity::AccessKeyId(key.access), false, {}));
  const auto inactive = create(by_key(key.access, key.secret));
  EXPECT_EQ(inactive.text, kWrong);
  EXPECT_EQ(inactive.cause(), Cause::SignatureAccessKeyInactive);
}

TEST_F(TokenMethods, ShareTheLockOfAKeyWithSignatures) {
  const auto key = permanent_key(alice);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(create(by_key(key.access, "wrong")).text, kWrong);
  const auto locked = create(by_key(key.access, key.secret));
  EXPECT_EQ(locked.status, 401);
  EXPECT_EQ(locked.cause(), Cause::SignatureAccessKeyLocked);
  EXPECT_TRUE(lockouts.is_locked(key.access, clock.now()));
  clock.advance(5min);
  EXPECT_EQ(create(by_key(key.access, key.secret)).status, 201);
}

// --- token

TEST_F(TokenMethods, OfATokenKeepItsEnd) {
  const auto parent = created(login(named("alice")));
  clock.advance(23h);
  const auto answer = create(by_token(parent, in_project()));
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(answer.string("token.issued_at"), base::to_iso_micros(clock.now()));
  EXPECT_EQ(answer.string("token.expires_at"), base::to_iso_micros(clock.now() + 1h));
  EXPECT_EQ(answer.string("token.project.id"), project.id.value);
  EXPECT_EQ(answer.at("token.methods"), (base::json::array{"password", "token"}));
}

TEST_F(TokenMethods, OfAProjectGiveNoOtherScope) {
  const auto parent = created(login(named("demo"), in_project()));
  EXPECT_EQ(create(by_token(parent, in_project())).status, 201);
  for (const auto* scope : {"", "\"unscoped\"", R"({"project":{"name":"cn-east-3"}})"}) {
    const auto refused = create(by_token(parent, scope));
    EXPECT_EQ(refused.status, 403) << scope;
    EXPECT_TRUE(refused.header("X-Subject-Token").empty());
  }
}

TEST_F(TokenMethods, NeedATokenThatHolds) {
  const auto parent = created(login(named("alice")));
  const auto damaged = create(by_token("nonsense", "{}"));
  EXPECT_EQ(
      damaged.text,
      R"({"error":{"code":401,"message":"The X-Auth-Token is invalid!","title":"Unauthorized"}})");
  must(directory.update_user(alice.id, {.enabled = false}));
  const auto revoked = create(by_token(parent, "{}"));
  EXPECT_EQ(revoked.text, damaged.text);
  EXPECT_EQ(revoked.cause(), Cause::TokenRevoked);
  const auto expiring = created(login(named("demo")));
  clock.advance(24h);
  EXPECT_EQ(create(by_token(expiring, "{}")).cause(), Cause::TokenExpired);
}

// --- agency

TEST_F(TokenMethods, ThroughAnAgencyActForItsAccount) {
  const auto helpers = R"("agency_name":"helpers","domain_name":"demo")";
  const auto answer = ask(other_token, "POST", kTokens, by_agency(helpers, in_project()));
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(answer.at("token.methods"), (base::json::array{"assume_role"}));
  EXPECT_EQ(answer.string("token.user.id"), agency.id.value);
  EXPECT_EQ(answer.string("token.user.name"), "demo/helpers");
  EXPECT_EQ(answer.string("token.user.domain.id"), account.id.value);
  EXPECT_EQ(answer.string("token.project.id"), project.id.value);
  EXPECT_EQ(answer.at("token.assumed_by.user"),
            (base::json::object{
                {"id", other_root.id.value},
                {"name", "other"},
                {"password_expires_at", ""},
                {"domain", base::json::object{{"id", other.id.value}, {"name", "other"}}}}));
  const auto token = answer.header("X-Subject-Token");
  EXPECT_EQ(ask(token, "GET", "/v3/auth/domains").string("domains.0.id"), account.id.value);
  EXPECT_EQ(status(token, "GET", "/v3/users"), 403) << "nothing is granted to the agency";

  const auto domain = R"({"domain":{"name":"demo"}})";
  EXPECT_EQ(ask(other_token, "POST", kTokens, by_agency(helpers, domain)).string("token.domain.id"),
            account.id.value);
}

TEST_F(TokenMethods, ThroughAnAgencyAreRefusedAlike) {
  const auto stranger = domain_token(new_user("stranger", other));
  const auto helpers = R"("agency_name":"helpers","domain_name":"demo")";
  const auto domain = R"({"domain":{"name":"demo"}})";
  const struct {
    std::string token, members, scope;
    int status;
  } rows[] = {
      {other_token, R"("agency_name":"nobody","domain_name":"demo")", domain, 403},
      {other_token, R"("agency_name":"helpers","domain_name":"nowhere")", domain, 403},
      {root_token, helpers, domain, 403},
      {stranger, helpers, domain, 403},
      {"", helpers, domain, 401},
      {"nonsense", helpers, domain, 401},
      {other_token, R"("agency_name":"helpers")", domain, 400},
      {other_token, R"("domain_name":"demo")", domain, 400},
      {other_token, helpers, R"({"project":{"id":)" + quoted(other_project.id.value) + "}}", 404},
  };
  for (const auto& row : rows) {
    const auto answer = ask(row.token, "POST", kTokens, by_agency(row.members, row.scope));
    EXPECT_EQ(answer.status, row.status) << row.members << row.scope << answer.text;
    if (row.status == 403) {
      EXPECT_EQ(answer.string("error.message"), "You have no right to do this action");
    }
  }
}

// --- looking at one, taking one back

TEST_F(TokenMethods, AreShownToTheirOwner) {
  const auto made = create(login(named("alice"), in_project()));
  const auto token = made.header("X-Subject-Token");
  const auto shown = about("GET", token, token);
  EXPECT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(shown.body, made.body);
  EXPECT_EQ(shown.header("X-Subject-Token"), token);
  EXPECT_EQ(about("GET", token, token, "?nocatalog").size("token.catalog"), 0u);
  EXPECT_EQ(about("HEAD", token, token).status, 200);
  const auto second = created(login(named("alice")));
  EXPECT_EQ(about("GET", second, token).status, 200) << "with another of one's own";
}

TEST_F(TokenMethods, OfOthersAreForAdministratorsOfTheAccount) {
  const auto token = domain_token(alice), bobs = domain_token(new_user("bob"));
  for (const auto* method : {"GET", "HEAD", "DELETE"}) {
    EXPECT_EQ(about(method, bobs, token).status, 403) << method;
    EXPECT_EQ(about(method, other_token, token).status, 403) << method;
    EXPECT_EQ(about(method, "", token).status, 401) << method;
  }
  EXPECT_EQ(about("GET", root_token, token).status, 200);
  EXPECT_EQ(about("HEAD", root_token, token).status, 200);
  EXPECT_EQ(about("DELETE", root_token, token).status, 204);
  EXPECT_EQ(about("GET", root_token, token).status, 404);
}

TEST_F(TokenMethods, ThatAreNoneAreNotFound) {
  const auto token = domain_token(alice);
  for (const auto* method : {"GET", "DELETE"}) {
    for (const auto* subject : {"", "nonsense"}) {
      const auto answer = about(method, token, subject);
      EXPECT_EQ(
          answer.text,
          R"({"error":{"code":404,"message":"X-Subject-Token is invalid in the request","title":"Not Found"}})")
          << method << subject;
    }
  }
  EXPECT_EQ(ask(token, "GET", kTokens).status, 404);
  EXPECT_EQ(about("HEAD", token, "nonsense").status, 404);
}

TEST_F(TokenMethods, TakenBackAreGoodForNothing) {
  const auto token = domain_token(alice), second = domain_token(alice);
  EXPECT_EQ(about("DELETE", token, token).status, 204);
  EXPECT_EQ(status(token, "GET", "/v3/auth/domains"), 401);
  EXPECT_EQ(about("GET", second, token).status, 404);
  EXPECT_EQ(status(second, "GET", "/v3/auth/domains"), 200) << "the others stay";
  EXPECT_EQ(about("DELETE", second, token).status, 204) << "twice does no harm";
}

TEST_F(TokenMethods, ThatHaveExpiredAreTakenBackButNotShown) {
  const auto old = domain_token(alice);
  clock.advance(24h);
  const auto token = domain_token(alice);
  EXPECT_EQ(about("GET", token, old).status, 404);
  EXPECT_EQ(about("DELETE", token, old).status, 204);
}

}  // namespace
}  // namespace jianmen::services::iam
