#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class Users : public Front {
 protected:
  static constexpr char kUsers[] = "/v3/users", kOsUsers[] = "/v3.0/OS-USER/users";
  identity::User alice = new_user("alice");
  std::string at = std::string(kUsers) + "/" + alice.id.value,
              os_at = std::string(kOsUsers) + "/" + alice.id.value;

  bool has_password(const identity::User& user, std::string_view password) {
    return crypto::verify_password(base::Secret(std::string(password)),
                                   directory.find_user(user.id)->password_hash);
  }
};

TEST_F(Users, AreMadeTheOpenStackWay) {
  const auto made = ask(root_token, "POST", kUsers,
                        R"({"user":{"name":"bob","password":"Secret-123","description":"b"}})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.string("user.name"), "bob");
  EXPECT_EQ(made.string("user.domain_id"), account.id.value);
  EXPECT_EQ(made.at("user.enabled"), base::json::value(true));
  EXPECT_EQ(made.at("user.pwd_status"), base::json::value(true))
      << "to be changed at the first login";
  EXPECT_TRUE(made.at("user.password_expires_at").is_null());
  EXPECT_EQ(made.text.find("Secret-123"), std::string::npos);
  EXPECT_EQ(made.text.find("argon2"), std::string::npos);
  const auto path = std::string(kUsers) + "/" + made.string("user.id");
  EXPECT_EQ(made.string("user.links.self"), "http://127.0.0.1:8080" + path);
  EXPECT_EQ(ask(root_token, "GET", path).string("user.description"), "b");
  EXPECT_TRUE(
      has_password(*directory.find_user(identity::UserId(made.string("user.id"))), "Secret-123"));
}

TEST_F(Users, AreMadeWithMailAndPhone) {
  const auto made =
      ask(root_token, "POST", kOsUsers,
          R"({"user":{"name":"bob","domain_id":")" + account.id.value +
              R"(","password":"Secret-123","email":"b@example.com","areacode":"0086",)"
              R"("phone":"13800138000","pwd_status":false,"access_mode":"programmatic",)"
              R"("xuser_id":"x1","xuser_type":"T"}})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.string("user.create_time"), "2025-11-24T16:00:00.000000");
  EXPECT_EQ(made.at("user.is_domain_owner"), base::json::value(false));
  const auto shown = ask(root_token, "GET", std::string(kOsUsers) + "/" + made.string("user.id"));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.string("user.email"), "b@example.com");
  EXPECT_EQ(shown.string("user.access_mode"), "programmatic");
  EXPECT_EQ(shown.string("user.create_time"), "2025-11-24 16:00:00.0");
  EXPECT_EQ(shown.at("user.pwd_status"), base::json::value(false));
  EXPECT_EQ(shown.string("user.pwd_strength"), "Strong");
}

TEST_F(Users, AreToldByANumberWhatIsWrong) {
  ASSERT_EQ(
      status(
          root_token, "POST", kOsUsers,
          R"({"user":{"name":"taken","email":"t@x.y","areacode":"0086","phone":"1","xuser_id":"i","xuser_type":"t"}})"),
      201);
  const std::string long_name(33, 'n'), long_text(256, 'd');
  const struct {
    std::string members, code;
  } rows[] = {
      {R"("email":"a@b.c")", "1100"},
      {R"("name":"","password":"x")", "1101"},
      {R"("name":"1abc")", "1101"},
      {R"("name":" abc")", "1101"},
      {R"("name":"a/b")", "1101"},
      {R"("name":"名字")", "1101"},
      {R"("name":")" + long_name + '"', "1101"},
      {R"("name":"n","email":"nobody")", "1102"},
      {R"("name":"n","email":"a@b@c")", "1102"},
      {R"("name":"n","areacode":"0086","phone":"12a")", "1104"},
      {R"("name":"n","phone":"13800138000")", "1106"},
      {R"("name":"n","areacode":"0086")", "1106"},
      {R"("name":"taken")", "1109"},
      {R"("name":"n","email":"t@x.y")", "1110"},
      {R"("name":"n","areacode":"0086","phone":"1")", "1111"},
      {R"("name":"n","xuser_id":"i","xuser_type":"t")", "1113"},
      {R"("name":"n","xuser_id":"i")", "1100"},
      {R"("name":"n","description":")" + long_text + '"', "1117"},
      {R"("name":"n","password":"short1A")", "1118"},
      {R"("name":"n","password":"allthesame")", "1118"},
      {R"("name":"name-1234","password":"name-1234")", "1118"},
      {R"("name":"name-1234","password":"4321-eman")", "1118"},
      {R"("name":"n","password":"with blank 1A")", "1118"},
      {R"("name":"n","access_mode":"both")", "1120"},
  };
  const auto before = directory.list_users(account.id).size();
  for (const auto& row : rows) {
    const auto refused = ask(root_token, "POST", kOsUsers, "{\"user\":{" + row.members + "}}");
    EXPECT_EQ(refused.status, 400) << row.members;
    EXPECT_EQ(refused.record.error_code, row.code) << row.members << refused.text;
  }
  EXPECT_EQ(directory.list_users(account.id).size(), before);
}

TEST_F(Users, AreToldInTheOpenStackWayWhatIsWrong) {
  const struct {
    std::string members, message;
    int status;
  } rows[] = {
      {R"("name":"alice")",
       "Conflict occurred when attempting to store user - Duplicate entry 'alice' for name.", 409},
      {R"("name":"1alice")", "Invalid username.", 400},
      {R"("name":"bob","password":"weak")", "The password is weak.", 400},
      {R"("password":"Secret-123")", "'name' is a required property", 400},
      {R"("name":"bob","domain_id":"elsewhere")",
       "Policy doesn't allow iam:users:createUser to be performed.", 403},
  };
  for (const auto& row : rows) {
    const auto refused = ask(root_token, "POST", kUsers, "{\"user\":{" + row.members + "}}");
    EXPECT_EQ(refused.status, row.status) << row.members;
    EXPECT_EQ(refused.string("error.message"), row.message);
  }
}

TEST_F(Users, AreListedByFilter) {
  must(directory.update_user(alice.id, {.enabled = false}));
  const struct {
    std::string_view query;
    std::size_t count;
  } rows[] = {{"", 2},
              {"?name=alice", 1},
              {"?name=ali", 0},
              {"?enabled=true", 1},
              {"?enabled=false", 1},
              {"?password_expires_at=lt:2030-01-01T00:00:00Z", 0}};
  for (const auto& row : rows) {
    const auto listed = ask(root_token, "GET", std::string(kUsers) + std::string(row.query));
    EXPECT_EQ(listed.status, 200) << row.query;
    EXPECT_EQ(listed.size("users"), row.count) << row.query;
  }
  EXPECT_EQ(status(root_token, "GET", std::string(kUsers) + "?password_expires_at=soon"), 400);
  EXPECT_EQ(status(root_token, "GET", std::string(kUsers) + "?domain_id=" + other.id.value), 403);
}

TEST_F(Users, AreChangedByAdministrators) {
  const auto changed = ask(root_token, "PATCH", at,
                           R"({"user":{"name":"alicia","description":"d","enabled":false}})");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.string("user.name"), "alicia");
  EXPECT_FALSE(directory.find_user(alice.id)->enabled);
  const auto full = ask(
      root_token, "PUT", os_at,
      R"({"user":{"email":"a@b.c","areacode":"0086","phone":"138","enabled":true,"password":"New-Secret-1","pwd_status":true,"access_mode":"console"}})");
  ASSERT_EQ(full.status, 200) << full.text;
  const auto now = *directory.find_user(alice.id);
  EXPECT_EQ(now.name, "alicia") << "what is not given stays";
  EXPECT_EQ(now.email, "a@b.c");
  EXPECT_EQ(now.access_mode, identity::AccessMode::Console);
  EXPECT_TRUE(now.must_change_password);
  EXPECT_TRUE(has_password(alice, "New-Secret-1"));
  EXPECT_EQ(
      ask(root_token, "PUT", os_at, R"({"user":{"password":"New-Secret-1"}})").record.error_code,
      "1108");
  EXPECT_EQ(ask(root_token, "PUT", os_at, R"({"user":{"name":"demo"}})").record.error_code, "1109");
  EXPECT_EQ(status(root_token, "PUT", os_at, R"({"user":{"phone":""}})"), 400)
      << "half a phone number";
  EXPECT_EQ(status(root_token, "PUT", os_at, R"({"user":{"phone":"","areacode":""}})"), 200);
}

TEST_F(Users, LoseTheirTokensWhenDisabledOrGivenAnotherPassword) {
  const std::string_view changes[] = {R"({"user":{"password":"New-Secret-1"}})",
                                      R"({"user":{"enabled":false}})"};
  for (const auto change : changes) {
    const auto token = domain_token(alice);
    EXPECT_EQ(status(token, "GET", at), 200);
    EXPECT_EQ(status(root_token, "PATCH", at, change), 200);
    EXPECT_EQ(status(token, "GET", at), 401) << change;
  }
}

TEST_F(Users, AreDeletedWithTheirTokens) {
  const auto token = domain_token(alice);
  EXPECT_EQ(status(root_token, "DELETE", at), 204);
  EXPECT_EQ(status(token, "GET", at), 401);
  const auto gone = ask(root_token, "GET", at);
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.string("error.message"), "Could not find user: " + alice.id.value);
  EXPECT_EQ(ask(root_token, "GET", os_at).string("error_msg"),
            "Could not find user: " + alice.id.value + ".");
}

TEST_F(Users, TheRootUserIsOutOfReachOfOtherAdministrators) {
  const auto second = new_user("second");
  must(directory.add_member(admin.id, second.id));
  const auto token = domain_token(second);
  const auto keystone = std::string(kUsers) + "/" + root.id.value,
             os_user = std::string(kOsUsers) + "/" + root.id.value;
  EXPECT_EQ(status(token, "PATCH", keystone, R"({"user":{"password":"New-Secret-1"}})"), 403);
  EXPECT_EQ(status(token, "PATCH", keystone, R"({"user":{"enabled":false}})"), 403);
  EXPECT_EQ(status(token, "PUT", os_user, R"({"user":{"access_mode":"console"}})"), 403);
  EXPECT_EQ(ask(token, "DELETE", keystone).string("error.message"),
            "The account administrator cannot be deleted.");
  EXPECT_EQ(status(root_token, "DELETE", keystone), 403);
  EXPECT_EQ(status(root_token, "PATCH", keystone, R"({"user":{"enabled":false}})"), 403);
  EXPECT_EQ(status(root_token, "PATCH", keystone, R"({"user":{"name":"king"}})"), 403);
  EXPECT_TRUE(has_password(root, kPassword));
  EXPECT_TRUE(directory.find_user(root.id)->enabled);
  EXPECT_EQ(status(root_token, "PATCH", keystone, R"({"user":{"description":"me"}})"), 200);
}

TEST_F(Users, ChangeTheirOwnPassword) {
  const auto change = [&](std::string_view old, std::string_view password) {
    return ask(domain_token(alice), "POST", at + "/password",
               R"({"user":{"original_password":")" + std::string(old) + R"(","password":")" +
                   std::string(password) + "\"}}");
  };
  const auto wrong = change("Wrong-Password-1", "New-Secret-1");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.record.refusal->cause, identity::Cause::LoginWrongCredentials);
  EXPECT_EQ(wrong.text.find("Wrong-Password-1"), std::string::npos);
  EXPECT_EQ(change(kPassword, "weak").status, 400);
  EXPECT_EQ(change(kPassword, kPassword).status, 400) << "the same again";
  const auto token = domain_token(alice);
  EXPECT_EQ(change(kPassword, "New-Secret-1").status, 204);
  EXPECT_TRUE(has_password(alice, "New-Secret-1"));
  EXPECT_EQ(status(token, "GET", at), 401) << "older tokens are gone";
  EXPECT_EQ(status(root_token, "POST", at + "/password",
                   R"({"user":{"original_password":"a","password":"b"}})"),
            403)
      << "not even an administrator";
}

TEST_F(Users, AreLockedAfterWrongOldPasswordsInARow) {
  const auto guess = [&](std::string_view old) {
    return status(domain_token(alice), "POST", at + "/password",
                  R"({"user":{"original_password":")" + std::string(old) +
                      R"(","password":"New-Secret-1"}})");
  };
  for (int i = 0; i < 8; ++i) EXPECT_EQ(guess("Wrong-Password-1"), 401);
  EXPECT_EQ(guess(kPassword), 401) << "locked";
  clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(guess(kPassword), 204);
}

TEST_F(Users, ChangeTheirOwnMailAndPhone) {
  const auto token = domain_token(alice);
  EXPECT_EQ(status(token, "PUT", os_at + "/info",
                   R"({"user":{"email":"a@b.c","mobile":"0086-13800138000"}})"),
            204);
  EXPECT_EQ(directory.find_user(alice.id)->areacode, "0086");
  EXPECT_EQ(directory.find_user(alice.id)->phone, "13800138000");
  EXPECT_EQ(ask(token, "PUT", os_at + "/info", R"({"user":{"mobile":"138"}})").record.error_code,
            "1106");
  EXPECT_EQ(ask(token, "PUT", os_at + "/info", R"({"user":{"mobile":"x-y"}})").record.error_code,
            "1104");
  EXPECT_EQ(status(root_token, "PUT", os_at + "/info", R"({"user":{"email":"r@b.c"}})"), 403);
  EXPECT_EQ(directory.find_user(alice.id)->email, "a@b.c");
}

TEST_F(Users, ShowThemselvesAndNobodyElse) {
  const auto token = domain_token(alice);
  EXPECT_EQ(status(token, "GET", at), 200);
  EXPECT_EQ(status(token, "GET", os_at), 200);
  EXPECT_EQ(status(token, "GET", std::string(kUsers) + "/" + root.id.value), 403);
  EXPECT_EQ(status(token, "PATCH", at, R"({"user":{"description":"x"}})"), 403);
  EXPECT_EQ(status(token, "DELETE", at), 403);
  EXPECT_EQ(status(token, "GET", kUsers), 403);
  EXPECT_EQ(status(token, "POST", kUsers, R"({"user":{"name":"eve"}})"), 403);
  const auto reader = domain_token(new_user_with_action("reader", "iam:users:listUsers"));
  EXPECT_EQ(status(reader, "GET", kUsers), 200);
  EXPECT_EQ(status(reader, "DELETE", at), 403);
}

TEST_F(Users, OfAnotherAccountAreNotThere) {
  const struct {
    std::string_view method;
    std::string path;
    std::string_view body;
    int status;
  } rows[] = {
      {"GET", at, "", 404},
      {"GET", os_at, "", 404},
      {"PATCH", at, R"({"user":{"enabled":false}})", 404},
      {"PUT", os_at, R"({"user":{"password":"New-Secret-1"}})", 404},
      {"DELETE", at, "", 404},
      {"POST", at + "/password", R"({"user":{"original_password":"a","password":"b"}})", 403},
      {"PUT", os_at + "/info", R"({"user":{"email":"r@b.c"}})", 403},
  };
  for (const auto& row : rows)
    EXPECT_EQ(status(other_token, row.method, row.path, row.body), row.status) << row.path;
  EXPECT_TRUE(directory.find_user(alice.id)->enabled);
  EXPECT_TRUE(has_password(alice, kPassword));
}

TEST_F(Users, AreLimitedInNumber) {
  for (auto i = directory.list_users(account.id).size(); i < kMaxUsers; ++i) {
    must(directory.create_user(account.id, {.name = "u" + std::to_string(i)}));
  }
  EXPECT_EQ(ask(root_token, "POST", kOsUsers, R"({"user":{"name":"more"}})").record.error_code,
            "1115");
}

}  // namespace
}  // namespace jianmen::services::iam
