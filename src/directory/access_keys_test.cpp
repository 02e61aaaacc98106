#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class AccessKeys : public World {
 protected:
  Account account = make_account("acme");
  User user = make_user(account.id, "alice");
};

TEST_F(AccessKeys, AreMadeInTheUsualFormAndOpenForVerification) {
  const auto made = directory.create_access_key(user.id, "for CI");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id.value.size(), 20U);
  EXPECT_EQ(made->secret.size(), 40U);
  const auto key = directory.find_access_key(made->id);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->user, user.id);
  EXPECT_EQ(key->account, account.id);
  EXPECT_TRUE(key->active);
  EXPECT_EQ(key->description, "for CI");
  EXPECT_EQ(directory.load_secret(*key)->reveal(), made->secret.reveal());
  EXPECT_FALSE(directory.find_access_key(AccessKeyId("NONE")));
  EXPECT_FALSE(directory.find_access_key(AccessKeyId("")));
}

TEST_F(AccessKeys, SecretsLieSealedAndBoundToTheirKey) {
  const auto first = directory.create_access_key(user.id, ""),
             second = directory.create_access_key(user.id, "");
  for (const auto& entry : store->snapshot()->range("\x01", "", 0).entries) {
    EXPECT_EQ(entry.value.find(first->secret.reveal()), std::string_view::npos) << entry.key;
  }
  auto swapped = *directory.find_access_key(first->id);
  swapped.sealed_secret = directory.find_access_key(second->id)->sealed_secret;
  EXPECT_FALSE(directory.load_secret(swapped));
}

TEST_F(AccessKeys, AreAtMostTwoAUser) {
  const auto first = directory.create_access_key(user.id, "");
  ASSERT_TRUE(directory.create_access_key(user.id, ""));
  EXPECT_EQ(code_of(directory.create_access_key(user.id, "")), Code::TooLarge);
  EXPECT_EQ(directory.list_access_keys(user.id).size(), 2U);
  ASSERT_TRUE(directory.delete_access_key(first->id));
  EXPECT_TRUE(directory.create_access_key(user.id, ""));
}

TEST_F(AccessKeys, TakeGivenOnesOnce) {
  const NewAccessKey given{AccessKeyId("JIANMENDEMOADMIN0001"), base::Secret("s3cret")};
  ASSERT_TRUE(directory.create_access_key(user.id, "", given));
  EXPECT_EQ(directory.load_secret(*directory.find_access_key(given.id))->reveal(), "s3cret");
  EXPECT_EQ(code_of(directory.create_access_key(make_user(account.id, "bob").id, "", given)),
            Code::Conflict);
  EXPECT_EQ(code_of(directory.create_access_key(
                user.id, "", NewAccessKey{AccessKeyId("a/b"), base::Secret("x")})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_access_key(user.id, "", NewAccessKey{AccessKeyId("AK"), {}})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_access_key(UserId("none"), "")), Code::NotFound);
}

TEST_F(AccessKeys, RaiseTheirUserWhenTheyEnd) {
  const auto bystander = make_user(account.id, "bob");
  const auto made = directory.create_access_key(user.id, "");
  auto epoch = user.epoch;
  EXPECT_EQ(epoch_of(user), epoch) << "a new key takes nothing away";
  ASSERT_TRUE(directory.update_access_key(made->id, {}, "described"));
  EXPECT_EQ(epoch_of(user), epoch);
  ASSERT_TRUE(directory.update_access_key(made->id, false, {}));
  EXPECT_EQ(epoch_of(user), ++epoch);
  EXPECT_FALSE(directory.find_access_key(made->id)->active);
  EXPECT_EQ(directory.find_access_key(made->id)->description, "described");
  ASSERT_TRUE(directory.update_access_key(made->id, true, {}));
  EXPECT_EQ(epoch_of(user), epoch);
  ASSERT_TRUE(directory.delete_access_key(made->id));
  EXPECT_EQ(epoch_of(user), ++epoch);
  EXPECT_FALSE(directory.find_access_key(made->id));
  EXPECT_TRUE(directory.list_access_keys(user.id).empty());
  EXPECT_EQ(code_of(directory.delete_access_key(made->id)), Code::NotFound);
  EXPECT_EQ(code_of(directory.update_access_key(made->id, true, {})), Code::NotFound);
  EXPECT_EQ(epoch_of(bystander), bystander.epoch);
}

TEST_F(AccessKeys, DamagedRecordsLetNobodyIn) {
  const auto made = directory.create_access_key(user.id, "");
  for (const std::string bad : {"", "{", "[]", "null", "{\"id\":1}", "{\"sealed\":\"@@\"}"}) {
    store::Transaction tx;
    tx.put("k/" + made->id.value, bad);
    ASSERT_TRUE(store->commit(std::move(tx)));
    const auto key = directory.find_access_key(made->id);
    EXPECT_TRUE(!key || !directory.load_secret(*key)) << bad;
  }
}

}  // namespace
}  // namespace jianmen::directory
