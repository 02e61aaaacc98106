#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class AccessKeys : public Front {
 protected:
  static constexpr char kPath[] = "/v3.0/OS-CREDENTIAL/credentials";
  identity::User alice = new_user("alice"), bob = new_user("bob");
  std::string alice_token = domain_token(alice);

  static std::string body_for(const identity::User& user) {
    return R"({"credential":{"user_id":")" + user.id.value + R"(","description":"ci"}})";
  }
  std::string at(const identity::AccessKeyId& id) { return std::string(kPath) + "/" + id.value; }
};

TEST_F(AccessKeys, ShowTheSecretOnceWhenMade) {
  const auto made = ask(alice_token, "POST", kPath, body_for(alice));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.string("credential.access").size(), 20u);
  EXPECT_EQ(made.string("credential.secret").size(), 40u);
  EXPECT_EQ(made.string("credential.status"), "active");
  EXPECT_EQ(made.string("credential.create_time"), "2025-11-24T16:00:00.000000Z");
  const auto listed = ask(alice_token, "GET", kPath);
  EXPECT_EQ(listed.size("credentials"), 1u);
  EXPECT_EQ(listed.string("credentials.0.access"), made.string("credential.access"));
  const auto secret = made.string("credential.secret");
  EXPECT_EQ(listed.text.find(secret), std::string::npos);
  const auto shown =
      ask(root_token, "GET", std::string(kPath) + "/" + made.string("credential.access"));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.text.find(secret), std::string::npos);
  const auto key =
      directory.find_access_key(identity::AccessKeyId(made.string("credential.access")));
  EXPECT_EQ(must(directory.load_secret(*key)).reveal(), secret);
}

TEST_F(AccessKeys, AreTwoAtMost) {
  EXPECT_EQ(status(alice_token, "POST", kPath, body_for(alice)), 201);
  EXPECT_EQ(status(alice_token, "POST", kPath, body_for(alice)), 201);
  const auto third = ask(alice_token, "POST", kPath, body_for(alice));
  EXPECT_EQ(third.status, 400);
  EXPECT_EQ(third.text,
            R"({"error":{"code":400,"message":"akSkNumExceed","title":"Bad Request"}})");
  EXPECT_EQ(third.record.refusal->cause, identity::Cause::LimitQuota);
}

TEST_F(AccessKeys, AreSwitchedAndDeleted) {
  const auto key = must(directory.create_access_key(alice.id, "x"));
  const auto off = ask(root_token, "PUT", at(key.id),
                       R"({"credential":{"status":"inactive","description":"y"}})");
  ASSERT_EQ(off.status, 200) << off.text;
  EXPECT_EQ(off.string("credential.status"), "inactive");
  EXPECT_EQ(off.string("credential.description"), "y");
  EXPECT_FALSE(directory.find_access_key(key.id)->active);
  EXPECT_EQ(status(root_token, "PUT", at(key.id), R"({"credential":{"status":"on"}})"), 400);
  EXPECT_EQ(status(root_token, "DELETE", at(key.id)), 204);
  EXPECT_EQ(status(root_token, "DELETE", at(key.id)), 404);
  EXPECT_FALSE(directory.find_access_key(key.id));
}

TEST_F(AccessKeys, OfOthersNeedTheAction) {
  const auto list_of_bob = std::string(kPath) + "?user_id=" + bob.id.value;
  EXPECT_EQ(status(alice_token, "GET", std::string(kPath) + "?user_id=" + alice.id.value), 200);
  EXPECT_EQ(status(alice_token, "GET", list_of_bob), 403);
  EXPECT_EQ(status(alice_token, "POST", kPath, body_for(bob)), 403);
  const auto reader =
      domain_token(new_user_with_action("reader", "iam:credentials:listCredentials"));
  EXPECT_EQ(status(reader, "GET", list_of_bob), 200);
  EXPECT_EQ(status(reader, "POST", kPath, body_for(bob)), 403);
  const auto maker =
      domain_token(new_user_with_action("maker", "iam:credentials:createCredential"));
  EXPECT_EQ(status(maker, "POST", kPath, body_for(bob)), 201);
  EXPECT_EQ(directory.list_access_keys(bob.id).size(), 1u);
}

TEST_F(AccessKeys, AreTheirOwnersToShowSwitchAndDelete) {
  const auto key = must(directory.create_access_key(alice.id, ""));
  const auto stranger = domain_token(bob);
  EXPECT_EQ(status(stranger, "GET", at(key.id)), 403);
  EXPECT_EQ(status(stranger, "PUT", at(key.id), R"({"credential":{"status":"inactive"}})"), 403);
  EXPECT_EQ(status(stranger, "DELETE", at(key.id)), 403);
  EXPECT_EQ(status(alice_token, "GET", at(key.id)), 200);
  EXPECT_EQ(status(alice_token, "PUT", at(key.id), R"({"credential":{"description":"mine"}})"),
            200);
  EXPECT_EQ(status(alice_token, "DELETE", at(key.id)), 204);
}

TEST_F(AccessKeys, OfTheRootUserAreItsOwnBusiness) {
  const auto key = must(directory.create_access_key(root.id, ""));
  const auto other_admin = new_user("second");
  must(directory.add_member(admin.id, other_admin.id));
  const auto token = domain_token(other_admin);
  EXPECT_EQ(status(token, "POST", kPath, body_for(root)), 403);
  EXPECT_EQ(status(token, "PUT", at(key.id), R"({"credential":{"status":"inactive"}})"), 403);
  EXPECT_EQ(status(token, "DELETE", at(key.id)), 403);
  EXPECT_TRUE(directory.find_access_key(key.id)->active);
  EXPECT_EQ(status(root_token, "POST", kPath, body_for(root)), 201);
}

TEST_F(AccessKeys, OfAnotherAccountAreNotThere) {
  const auto key = must(directory.create_access_key(alice.id, ""));
  EXPECT_EQ(status(other_token, "GET", at(key.id)), 404);
  EXPECT_EQ(status(other_token, "PUT", at(key.id), R"({"credential":{"status":"inactive"}})"), 404);
  EXPECT_EQ(status(other_token, "DELETE", at(key.id)), 404);
  EXPECT_EQ(status(other_token, "POST", kPath, body_for(alice)), 404);
  EXPECT_EQ(status(other_token, "GET", std::string(kPath) + "?user_id=" + alice.id.value), 404);
  EXPECT_TRUE(directory.find_access_key(key.id)->active);
  EXPECT_EQ(directory.list_access_keys(alice.id).size(), 1u);
}

TEST_F(AccessKeys, TakeTheTokensOfTheirOwnerWithThem) {
  const auto key = must(directory.create_access_key(alice.id, ""));
  EXPECT_EQ(status(alice_token, "GET", kPath), 200);
  EXPECT_EQ(status(root_token, "DELETE", at(key.id)), 204);
  EXPECT_EQ(status(alice_token, "GET", kPath), 401);
}

}  // namespace
}  // namespace jianmen::services::iam
