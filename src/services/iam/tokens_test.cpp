// Tokens for a name and a password, with every scope, as clients ask.

#include "services/iam/detail/test_tokens.hpp"

namespace jianmen::services::iam {
namespace {

TEST_F(Tokens, OfAPasswordHaveTheDocumentedBody) {
  const auto answer = create(login(named("alice"), in_project()));
  ASSERT_EQ(answer.status, 201) << answer.text;
  const auto token = answer.header("X-Subject-Token");
  EXPECT_FALSE(token.empty());
  EXPECT_EQ(answer.at("token.methods"), (base::json::array{"password"}));
  EXPECT_EQ(answer.string("token.issued_at"), "2025-11-24T16:00:00.000000Z");
  EXPECT_EQ(answer.string("token.expires_at"), "2025-11-25T16:00:00.000000Z");
  EXPECT_EQ(answer.at("token.user"),
            (base::json::object{
                {"id", alice.id.value},
                {"name", "alice"},
                {"password_expires_at", ""},
                {"domain", base::json::object{{"id", account.id.value}, {"name", "demo"}}}}));
  EXPECT_EQ(answer.at("token.project"),
            (base::json::object{
                {"id", project.id.value},
                {"name", "cn-north-4"},
                {"domain", base::json::object{{"id", account.id.value}, {"name", "demo"}}}}));
  EXPECT_TRUE(answer.at("token.domain").is_null()) << "one of project and domain";
  EXPECT_EQ(answer.at("token.roles"), base::json::array()) << "alice is in no group";
  EXPECT_GT(answer.size("token.catalog"), 0u);
  EXPECT_EQ(answer.text.find(kPassword), std::string::npos);
  EXPECT_EQ(ask(token, "GET", "/v3/auth/projects").status, 200);
}

TEST_F(Tokens, NameTheRolesWithTheIdZero) {
  const auto answer = create(login(named("demo")));
  ASSERT_EQ(answer.status, 201);
  std::vector<std::string> names;
  const auto roles = answer.at("token.roles");
  for (const auto& role : roles.as_array()) {
    EXPECT_EQ(base::string_or(role, "id", ""), "0");
    names.push_back(base::string_or(role, "name", ""));
  }
  EXPECT_NE(std::ranges::find(names, "te_admin"), names.end());
  EXPECT_NE(std::ranges::find(names, "secu_admin"), names.end());
}

TEST_F(Tokens, TakeAUserByIdOrByNameAndAccount) {
  const auto id = account.id.value;
  const std::string users[] = {
      named("alice"),
      named("alice", kPassword, R"({"id":)" + quoted(id) + "}"),
      named("alice", kPassword, R"({"id":)" + quoted(id) + R"(,"name":"demo"})"),
      R"("id":)" + quoted(alice.id.value) + R"(,"password":)" + quoted(kPassword),
  };
  for (const auto& user : users)
    EXPECT_EQ(create(login(user)).string("token.user.id"), alice.id.value) << user;
}

TEST_F(Tokens, HaveTheScopeThatIsAskedFor) {
  const auto id = quoted(project.id.value), domain = quoted(account.id.value);
  const struct {
    std::string scope;
    bool in_project;
  } rows[] = {
      {"", false},
      {"{}", false},
      {"null", false},
      {R"({"domain":{"name":"demo"}})", false},
      {R"({"domain":{"id":)" + domain + "}}", false},
      {in_project(), true},
      {R"({"project":{"name":"cn-north-4"}})", true},
      {R"({"project":{"name":"cn-north-4","domain":{"name":"demo"}}})", true},
      {R"({"project":{"id":)" + id + R"(,"domain":{"id":)" + domain + "}}}", true},
      {R"({"project":{"id":)" + id + R"(},"domain":{"name":"demo"}})", true},
  };
  for (const auto& row : rows) {
    const auto answer = create(login(named("alice"), row.scope));
    ASSERT_EQ(answer.status, 201) << row.scope << answer.text;
    EXPECT_EQ(answer.string("token.project.id"), row.in_project ? project.id.value : "")
        << row.scope;
    EXPECT_EQ(answer.string("token.domain.id"), row.in_project ? "" : account.id.value)
        << row.scope;
  }
}

TEST_F(Tokens, WithoutAScopeAreGoodForAnotherTokenAlone) {
  const auto answer = create(login(named("demo"), "\"unscoped\""));
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_TRUE(answer.at("token.project").is_null());
  EXPECT_TRUE(answer.at("token.domain").is_null());
  EXPECT_EQ(answer.at("token.roles"), base::json::array());
  EXPECT_EQ(answer.at("token.catalog"), base::json::array());
  const auto token = answer.header("X-Subject-Token");
  EXPECT_EQ(status(token, "GET", "/v3/auth/projects"), 200);
  EXPECT_EQ(status(token, "GET", "/v3/users"), 403) << "not even the root user's";
  EXPECT_EQ(status(created(by_token(token, "{}")), "GET", "/v3/users"), 200);
}

TEST_F(Tokens, AreRefusedForAScopeThatIsNotTheAccounts) {
  const struct {
    std::string scope;
    int status;
    std::string message;
  } rows[] = {
      {R"({"project":{"name":"nowhere"}})", 404, "Could not find project: nowhere"},
      {R"({"project":{"id":"0"}})", 404, "Could not find project: 0"},
      {R"({"project":{"id":)" + quoted(other_project.id.value) + "}}", 404,
       "Could not find project: " + other_project.id.value},
      {R"({"project":{"name":"cn-north-4","domain":{"name":"other"}}})", 404,
       "Could not find project: cn-north-4"},
      {R"({"domain":{"name":"other"}})", 404, "Could not find domain: other"},
      {R"({"domain":{"name":"nobody"}})", 404, "Could not find domain: nobody"},
      {R"({"project":{}})", 400, "'id' is a required property"},
      {"[]", 400, "The request body is invalid"},
      {"\"system\"", 400, "The request body is invalid"},
  };
  for (const auto& row : rows) {
    const auto answer = create(login(named("alice"), row.scope));
    EXPECT_EQ(answer.status, row.status) << row.scope;
    EXPECT_EQ(answer.string("error.message"), row.message) << row.scope;
    EXPECT_TRUE(answer.header("X-Subject-Token").empty());
  }
}

TEST_F(Tokens, LeaveTheCatalogOutWhenAsked) {
  for (const auto* query : {"?nocatalog", "?nocatalog=", "?nocatalog=true"}) {
    const auto answer = ask("", "POST", kTokens + std::string(query), login(named("alice")));
    EXPECT_EQ(answer.at("token.catalog"), base::json::array()) << query;
  }
  EXPECT_GT(create(login(named("alice"))).size("token.catalog"), 0u);
}

TEST_F(Tokens, TellNothingOfWhatWasWrong) {
  must(directory.update_user(new_user("keyless").id, {.password_hash = ""}));
  const struct {
    std::string user;
    Cause cause;
    std::string why;
  } rows[] = {
      {named("alice", "Wrong-Password-1"), Cause::LoginWrongCredentials, "wrong password"},
      {named("alice", ""), Cause::LoginWrongCredentials, "wrong password"},
      {named("alice", std::string(100'000, 'x')), Cause::LoginWrongCredentials, "wrong password"},
      {named("nobody"), Cause::LoginWrongCredentials, "no such user"},
      {named("keyless"), Cause::LoginWrongCredentials, "no password is set"},
      {named("alice", kPassword, R"({"name":"other"})"), Cause::LoginWrongCredentials,
       "no such user"},
      {named("alice", kPassword, R"({"name":"nowhere"})"), Cause::LoginAccountName,
       "no such account"},
      {named("alice", kPassword, R"({"id":"0","name":"demo"})"), Cause::LoginAccountName,
       "no such account"},
      {R"("name":"alice","password":)" + quoted(kPassword), Cause::LoginWrongCredentials,
       "no such account"},
      {R"("id":"0","password":)" + quoted(kPassword), Cause::LoginWrongCredentials,
       "no such account"},
  };
  for (const auto& row : rows) {
    const auto answer = create(login(row.user));
    EXPECT_EQ(answer.status, 401) << row.why;
    EXPECT_EQ(answer.text, kWrong) << row.why;
    EXPECT_EQ(answer.response.fields(), create(login(rows[0].user)).response.fields());
    EXPECT_EQ(answer.cause(), row.cause) << row.why;
    EXPECT_EQ(answer.evidence("why"), row.why);
    for (const auto& [name, value] : answer.record.refusal->evidence)
      EXPECT_NE(value, kPassword) << name;
    clock.advance(1h);  // no lock
  }
}

TEST_F(Tokens, AreRefusedForABodyThatIsNone) {
  const std::string bodies[] = {
      "",
      "{",
      "{}",
      "[]",
      R"({"auth":{}})",
      R"({"auth":1})",
      R"({"auth":{"identity":[]}})",
      R"({"auth":{"identity":{"methods":[]}}})",
      R"({"auth":{"identity":{"methods":"password"}}})",
      R"({"auth":{"identity":{"methods":[1]}}})",
      R"({"auth":{"identity":{"methods":["password"]}}})",
      R"({"auth":{"identity":{"methods":["password"],"password":{"user":[]}}}})",
      R"({"auth":{"identity":{"methods":["token"]}}})",
      R"({"auth":{"identity":{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":"x"}}}}})",
      login(R"("name":"alice","domain":{"name":"demo"})"),
      login(R"("password":"x","domain":{"name":"demo"})"),
      login(R"("name":1,"password":"x")"),
      login(R"("name":"alice","password":1)"),
  };
  for (const auto& body : bodies) {
    const auto answer = create(body);
    EXPECT_EQ(answer.status, 400) << body << answer.text;
    EXPECT_EQ(answer.string("error.title"), "Bad Request") << body;
  }
  const auto unknown = create(R"({"auth":{"identity":{"methods":["oauth1"]}}})");
  EXPECT_EQ(unknown.status, 401) << unknown.text;
  EXPECT_EQ(unknown.cause(), Cause::LoginBody);
}

TEST_F(Tokens, StopForAWhileAfterFiveWrongPasswords) {
  const auto wrong = login(named("alice", "Wrong-Password-1")), right = login(named("alice"));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(create(wrong).text, kWrong);
  EXPECT_EQ(create(right).status, 201) << "a success forgets";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(create(wrong).text, kWrong) << i;
  const auto locked = create(right);
  EXPECT_EQ(locked.text,
            R"({"error":{"code":401,"message":"The account is locked.","title":"Unauthorized"}})");
  EXPECT_EQ(locked.cause(), Cause::LoginLocked);
  EXPECT_EQ(create(login(named("demo"))).status, 201) << "others are not locked";
  clock.advance(15min - 1us);
  EXPECT_EQ(create(right).status, 401);
  clock.advance(1us);
  EXPECT_EQ(create(right).status, 201);
}

TEST_F(Tokens, AreNotGivenToWhoIsDisabled) {
  must(directory.update_user(alice.id, {.enabled = false}));
  const auto answer = create(login(named("alice")));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.string("error.message"), "The user alice is disabled.");
  EXPECT_EQ(answer.cause(), Cause::LoginDisabled);
  EXPECT_EQ(create(login(named("alice", "Wrong-Password-1"))).text, kWrong)
      << "only to who knows the password";
  must(directory.set_account_enabled(other.id, false));
  EXPECT_EQ(create(login(named("other", kPassword, R"({"name":"other"})"))).status, 403);
}

TEST_F(Tokens, AreNotGivenToWhoMayOnlyUseTheConsole) {
  must(directory.update_user(alice.id, {.access_mode = identity::AccessMode::Console}));
  const auto answer = create(login(named("alice")));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(
      answer.text,
      R"({"error":{"code":403,"message":"This user only supports console access, not programmatic access.","title":"Forbidden"}})");
  EXPECT_EQ(answer.cause(), Cause::LoginConsoleOnly);
  const auto key = permanent_key(alice);
  EXPECT_EQ(create(by_key(key.access, key.secret)).status, 403);
}

TEST_F(Tokens, NeedAPasscodeThatNobodyHas) {
  const auto body = R"({"auth":{"identity":{"methods":["password","totp"],"password":{"user":{)" +
                    named("alice") + R"(}},"totp":{"user":{"id":"x","passcode":"123456"}}}}})";
  const auto answer = create(body);
  EXPECT_EQ(answer.text, kWrong);
  EXPECT_EQ(answer.cause(), Cause::LoginMfa);
}

}  // namespace
}  // namespace jianmen::services::iam
