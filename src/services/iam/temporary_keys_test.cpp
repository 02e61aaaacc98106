#include "base/time_text.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

using identity::Principal;

class TemporaryKeys : public Front {
 protected:
  static constexpr char kPath[] = "/v3.0/OS-CREDENTIAL/securitytokens";
  identity::Agency agency = new_agency("helpers");
  identity::User alice = new_user("alice");
  std::string alice_token = domain_token(alice);

  static std::string by_token(std::string_view members) {
    return R"({"auth":{"identity":{"methods":["token"],"token":{)" + std::string(members) + "}}}}";
  }
  static std::string by_agency(std::string_view members) {
    return R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{)" +
           std::string(members) + "}}}}";
  }
  static std::string helpers(std::string_view more = "") {
    return by_agency(R"("agency_name":"helpers","domain_name":"demo")" + std::string(more));
  }
  Principal holder(const Answer& answer) {
    auto claims =
        ring.open(answer.string("credential.securitytoken"), authn::Purpose::SecurityToken);
    EXPECT_TRUE(claims) << answer.text;
    return claims ? claims->principal : Principal();
  }
  // A user of the other account, with one policy there.
  identity::User other_user_with(const std::string& name, std::string_view statement) {
    auto user = new_user(name, other);
    const auto group = must(directory.create_group(other.id, name + "-group", ""));
    identity::Role role;
    role.display_name = name + "-policy";
    role.type = identity::RoleType::Domain;
    role.policy = R"({"Version":"1.1","Statement":[)" + std::string(statement) + "]}";
    grant(group, must(directory.create_role(other.id, role)).id, identity::GrantScope::Domain);
    must(directory.add_member(group.id, user.id));
    return user;
  }
};

TEST_F(TemporaryKeys, AreMadeFromTheCallersTokenOrOneInTheBody) {
  for (const auto& [token, body] :
       {std::pair(alice_token, by_token("")),
        std::pair(std::string(), by_token("\"id\":\"" + alice_token + '"'))}) {
    const auto made = ask(token, "POST", kPath, body);
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.string("credential.access").size(), 20u);
    EXPECT_EQ(made.string("credential.secret").size(), 40u);
    EXPECT_EQ(made.string("credential.expires_at"),
              base::to_iso_micros(clock.now() + std::chrono::seconds(900)));
    const auto principal = holder(made);
    EXPECT_EQ(principal.id, alice.id.value);
    EXPECT_EQ(principal.account, account.id);
    EXPECT_EQ(principal.access_key.value, made.string("credential.access"));
  }
}

TEST_F(TemporaryKeys, KeepTheProjectOfTheirToken) {
  const auto made = ask(project_token(alice, project), "POST", kPath, by_token(""));
  ASSERT_EQ(made.status, 201) << made.text;
  const auto principal = holder(made);
  EXPECT_EQ(principal.scope.project, project.id);
  EXPECT_TRUE(principal.roles) << "and no more than the token holds there";
}

TEST_F(TemporaryKeys, LiveAsLongAsAskedWithinTheLimits) {
  const struct {
    std::string seconds;
    int status;
  } rows[] = {{"900", 201},  {"86400", 201},   {"899", 400},   {"86401", 400}, {"0", 400},
              {"-900", 400}, {"\"900\"", 400}, {"900.5", 400}, {"null", 201},  {"true", 400}};
  for (const auto& row : rows) {
    EXPECT_EQ(status(alice_token, "POST", kPath, by_token("\"duration_seconds\":" + row.seconds)),
              row.status)
        << row.seconds;
    EXPECT_EQ(status(other_token, "POST", kPath, helpers(",\"duration_seconds\":" + row.seconds)),
              row.status)
        << row.seconds;
  }
}

TEST_F(TemporaryKeys, NeverOutliveTheirToken) {
  clock.advance(std::chrono::hours(23));
  const auto made = ask(alice_token, "POST", kPath, by_token("\"duration_seconds\":86400"));
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.string("credential.expires_at"),
            base::to_iso_micros(clock.now() + std::chrono::hours(1)));
}

TEST_F(TemporaryKeys, NeedATokenThatHolds) {
  const auto nothing = ask("", "POST", kPath, by_token(""));
  EXPECT_EQ(nothing.status, 401);
  EXPECT_EQ(nothing.record.refusal->cause, identity::Cause::TokenMissing);
  const auto damaged = ask("", "POST", kPath, by_token("\"id\":\"JMnonsense\""));
  EXPECT_EQ(damaged.status, 401);
  EXPECT_EQ(status("", "POST", kPath, helpers()), 401);
  must(directory.update_user(alice.id, {.enabled = false}));
  const auto revoked = ask("", "POST", kPath, by_token("\"id\":\"" + alice_token + '"'));
  EXPECT_EQ(revoked.status, 401);
  EXPECT_EQ(revoked.record.refusal->cause, identity::Cause::TokenRevoked);
}

TEST_F(TemporaryKeys, ThroughAnAgencyActAsTheAgency) {
  const auto made = ask(other_token, "POST", kPath, helpers(R"(,"session_user":{"name":"Robot"})"));
  ASSERT_EQ(made.status, 201) << made.text;
  const auto principal = holder(made);
  EXPECT_EQ(principal.kind, Principal::Kind::Agency);
  EXPECT_EQ(principal.account, account.id);
  EXPECT_EQ(principal.id, agency.id.value);
  ASSERT_TRUE(principal.assumed_by);
  EXPECT_EQ(principal.assumed_by->user, other_root.id);
  EXPECT_EQ(status(other_token, "POST", kPath,
                   by_agency(R"("agency_name":"helpers","domain_id":")" + account.id.value + '"')),
            201);
}

TEST_F(TemporaryKeys, ThroughAnAgencyNeedThePermission) {
  const auto allow_one =
      R"({"Effect":"Allow","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/)" +
      agency.id.value + R"("]}})";
  const auto allow_other =
      R"({"Effect":"Allow","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/another"]}})";
  const auto allow_all = R"({"Effect":"Allow","Action":["iam:tokens:assume"]})";
  const auto deny_one =
      R"({"Effect":"Deny","Action":["iam:agencies:assume"],"Resource":{"uri":["/iam/agencies/)" +
      agency.id.value + R"("]}})";
  const struct {
    std::string name, statements;
    int status;
  } rows[] = {
      {"one", allow_one, 201},
      {"another", allow_other, 403},
      {"all", allow_all, 201},
      {"denied", std::string(allow_all) + "," + deny_one, 403},
      {"unrelated", R"({"Effect":"Allow","Action":["iam:users:listUsers"]})", 403},
  };
  for (const auto& row : rows) {
    const auto user = other_user_with(row.name, row.statements);
    EXPECT_EQ(status(domain_token(user), "POST", kPath, helpers()), row.status) << row.name;
  }
  const auto plain = new_user("plain", other);
  EXPECT_EQ(status(domain_token(plain), "POST", kPath, helpers()), 403);
  const auto operators = must(directory.create_group(other.id, "operators", ""));
  grant(operators, identity::RoleId(role_id("Agent Operator")), identity::GrantScope::Domain);
  must(directory.add_member(operators.id, plain.id));
  EXPECT_EQ(status(domain_token(plain), "POST", kPath, helpers()), 201);
}

TEST_F(TemporaryKeys, ThroughAnAgencyTellNobodyWhatOtherAccountsHave) {
  const std::string bodies[] = {
      helpers(),  // the delegating account itself is not trusted
      by_agency(R"("agency_name":"nothing","domain_name":"demo")"),
      by_agency(R"("agency_name":"helpers","domain_name":"nobody")"),
      by_agency(R"("agency_name":"helpers","domain_name":"demo","domain_id":"nobody")"),
  };
  for (const auto& body : bodies) {
    const auto refused = ask(root_token, "POST", kPath, body);
    EXPECT_EQ(refused.status, 403) << body;
    EXPECT_EQ(refused.string("error.message"), "You have no right to do this action");
    EXPECT_EQ(refused.record.refusal->cause, identity::Cause::PermissionAgency);
  }
  auto over = agency;
  over.expires = clock.now();
  must(directory.update_agency(over));
  EXPECT_EQ(status(other_token, "POST", kPath, helpers()), 403) << "expired";
}

TEST_F(TemporaryKeys, ThroughAnAgencyLeadNoFurther) {
  auto back = agency;
  back.id = {};
  back.account = other.id;
  back.trusted_account = account.id;
  back.trusted_account_name = account.name;
  must(directory.create_agency(back));
  const auto token =
      must(issuer.token_for_agency(
               agency,
               must(issuer.token_for_user(other_root, {identity::Scope::Kind::Domain, {}, {}},
                                          {"password"}))
                   .principal,
               {identity::Scope::Kind::Domain, {}, {}}))
          .text;
  EXPECT_EQ(status(token, "POST", kPath, by_token("")), 201) << "a key from the agency's own token";
  EXPECT_EQ(
      status(token, "POST", kPath, by_agency(R"("agency_name":"helpers","domain_name":"other")")),
      403);
}

TEST_F(TemporaryKeys, RefuseBadInput) {
  const std::string_view bodies[] = {
      "",
      "[]",
      "{}",
      R"({"auth":7})",
      R"({"auth":{}})",
      R"({"auth":{"identity":{}}})",
      R"({"auth":{"identity":{"methods":[]}}})",
      R"({"auth":{"identity":{"methods":["password"]}}})",
      R"({"auth":{"identity":{"methods":["token","assume_role"]}}})",
      R"({"auth":{"identity":{"methods":[7]}}})",
      R"({"auth":{"identity":{"methods":["token"],"token":"x"}}})",
      R"({"auth":{"identity":{"methods":["token"],"policy":{"Version":"1.1","Statement":[]}}}})",
      R"({"auth":{"identity":{"methods":["assume_role"]}}})",
      R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"helpers"}}}})",
      R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_name":"demo"}}}})",
      R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"helpers","domain_name":"demo","session_user":{"name":"1"}}}}})",
  };
  for (const auto body : bodies) EXPECT_EQ(status(other_token, "POST", kPath, body), 400) << body;
}

}  // namespace
}  // namespace jianmen::services::iam
