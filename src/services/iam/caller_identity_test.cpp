#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class CallerIdentity : public Front {
 protected:
  static constexpr char kPath[] = "/v5/caller-identity";
};

TEST_F(CallerIdentity, IsTextAlone) {
  const auto answer = ask(root_token, "GET", kPath);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            (base::json::object{{"account_id", account.id.value},
                                {"principal_id", root.id.value},
                                {"principal_urn", "iam::" + account.id.value + ":user:demo"}}));
}

TEST_F(CallerIdentity, IsTheSameForEveryCredentialOfAUser) {
  const auto alice = new_user("alice");
  const auto expected = ask(domain_token(alice), "GET", kPath).text;
  EXPECT_EQ(ask(project_token(alice, project), "GET", kPath).text, expected);
  EXPECT_EQ(ask(token(alice, {}), "GET", kPath).text, expected);
  EXPECT_EQ(send_signed(permanent_key(alice), {"GET", kPath}).text, expected);
  EXPECT_EQ(send_signed(temporary_key(domain_token(alice)), {"GET", kPath}).text, expected);
}

TEST_F(CallerIdentity, OfAnAgencyNamesWhoAssumedIt) {
  const auto agency = new_agency("helpers");
  authn::Authenticator authenticator(directory, ring, lockouts, clock, {});
  const auto caller = authenticator.open_token(other_token);
  const auto issued =
      must(issuer.token_for_agency(agency, **caller, {identity::Scope::Kind::Domain, {}, {}}));
  const auto answer = ask(issued.text, "GET", kPath);
  EXPECT_EQ(answer.string("account_id"), account.id.value);
  EXPECT_EQ(answer.string("principal_id"), agency.id.value);
  EXPECT_EQ(answer.string("principal_urn"),
            "sts::" + account.id.value + ":assumed-agency:helpers/other");
}

TEST_F(CallerIdentity, NeedsACredential) {
  const auto answer = ask("", "GET", kPath);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.string("request_id"), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(answer.string("error_code"), "STS5.0002");
}

}  // namespace
}  // namespace jianmen::services::iam
