#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Users : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
};

TEST_F(Users, AreFoundByIdAndByExactName) {
  const auto user = make_user(account.id, "alice");
  EXPECT_EQ(directory.find_user(user.id)->name, "alice");
  EXPECT_EQ(directory.find_user(user.id)->account, account.id);
  EXPECT_EQ(directory.find_user_by_name(account.id, "alice")->id, user.id);
  EXPECT_FALSE(directory.find_user_by_name(account.id, "Alice"));
  EXPECT_FALSE(directory.find_user_by_name(other.id, "alice"));
  EXPECT_FALSE(directory.find_user(UserId("nobody")));
  EXPECT_FALSE(directory.find_user(UserId("")));
  EXPECT_FALSE(directory.find_user(UserId("../" + user.id.value)));
  EXPECT_FALSE(directory.find_user_by_name(account.id, std::string(100'000, 'x')));
}

TEST_F(Users, KeepEveryMember) {
  NewUser from;
  from.name = "爱丽丝";
  from.password_hash = "$argon2id$x";
  from.enabled = false;
  from.must_change_password = true;
  from.description = "d\"\\";
  from.email = "a@example.com";
  from.areacode = "0086";
  from.phone = "123";
  from.xuser_id = "x1";
  from.xuser_type = "TenantIdp";
  from.password_strength = "High";
  from.access_mode = AccessMode::Console;
  const auto made = directory.create_user(account.id, from);
  ASSERT_TRUE(made);
  const auto user = directory.find_user(made->id);
  ASSERT_TRUE(user);
  EXPECT_EQ(user->name, from.name);
  EXPECT_EQ(user->password_hash, from.password_hash);
  EXPECT_FALSE(user->enabled);
  EXPECT_TRUE(user->must_change_password);
  EXPECT_EQ(user->description, from.description);
  EXPECT_EQ(user->email, from.email);
  EXPECT_EQ(user->areacode, from.areacode);
  EXPECT_EQ(user->phone, from.phone);
  EXPECT_EQ(user->xuser_id, from.xuser_id);
  EXPECT_EQ(user->xuser_type, from.xuser_type);
  EXPECT_EQ(user->password_strength, from.password_strength);
  EXPECT_EQ(user->access_mode, from.access_mode);
  EXPECT_EQ(user->created, clock.now());
  EXPECT_FALSE(user->last_login);
}

TEST_F(Users, RefuseTakenNamesAndIdsInTheirAccount) {
  const auto user = make_user(account.id, "alice");
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "alice"})), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "acme"})), Code::Conflict)
      << "the root user's";
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "bob", .id = user.id})),
            Code::Conflict);
  EXPECT_EQ(code_of(directory.create_user(other.id, {.name = "bob", .id = user.id})),
            Code::Conflict);
  EXPECT_TRUE(directory.create_user(other.id, {.name = "alice"}));
}

TEST_F(Users, RefuseWhatCannotBe) {
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = ""})), Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = std::string("a\0b", 3)})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "\xff"})), Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = std::string(257, 'x')})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "x", .id = UserId("a/b")})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "x", .root = true})), Code::Denied);
  EXPECT_EQ(code_of(directory.create_user(AccountId("none"), {.name = "x"})), Code::NotFound);
  EXPECT_EQ(code_of(directory.create_user(AccountId("a/b"), {.name = "x"})), Code::NotFound);
}

TEST_F(Users, AreRenamedWithTheirIndex) {
  const auto user = make_user(account.id, "alice");
  make_user(account.id, "bob");
  EXPECT_EQ(code_of(directory.update_user(user.id, {.name = "bob"})), Code::Conflict);
  ASSERT_TRUE(directory.update_user(user.id, {.name = "carol"}));
  EXPECT_FALSE(directory.find_user_by_name(account.id, "alice"));
  EXPECT_EQ(directory.find_user_by_name(account.id, "carol")->id, user.id);
  EXPECT_TRUE(directory.create_user(account.id, {.name = "alice"}));
}

TEST_F(Users, TheRootUserStaysAsItIs) {
  const auto root = directory.find_user_by_name(account.id, "acme");
  const auto admins = directory.find_group_by_name(account.id, "admin");
  EXPECT_EQ(code_of(directory.delete_user(root->id)), Code::Denied);
  EXPECT_EQ(code_of(directory.update_user(root->id, {.enabled = false})), Code::Denied);
  EXPECT_EQ(code_of(directory.update_user(root->id, {.name = "x"})), Code::Denied);
  EXPECT_EQ(code_of(directory.remove_member(admins->id, root->id)), Code::Denied);
  EXPECT_TRUE(directory.update_user(root->id, {.password_hash = "new"}));
}

TEST_F(Users, AreDeletedWithKeysAndMemberships) {
  const std::size_t before = count_keys();
  const auto user = make_user(account.id, "alice");
  const auto group = directory.find_group_by_name(account.id, "admin");
  ASSERT_TRUE(directory.add_member(group->id, user.id));
  const auto key = directory.create_access_key(user.id, "");
  ASSERT_TRUE(directory.delete_user(user.id));
  EXPECT_EQ(count_keys(), before);
  EXPECT_FALSE(directory.find_access_key(key->id));
  EXPECT_EQ(directory.list_members(group->id).size(), 1U);
  EXPECT_EQ(code_of(directory.delete_user(user.id)), Code::NotFound);
}

TEST_F(Users, MadeAgainWithTheSameIdStartAboveTheirOldEpochs) {
  NewUser from{.name = "alice", .id = UserId("alice-id")};
  const auto first = directory.create_user(account.id, from);
  ASSERT_TRUE(first);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(directory.update_user(first->id, {.password_hash = std::to_string(i)}));
  }
  const auto last = epoch_of(*first);
  ASSERT_TRUE(directory.delete_user(first->id));
  const auto second = directory.create_user(account.id, from);
  ASSERT_TRUE(second);
  EXPECT_GT(second->epoch, last);
}

TEST_F(Users, AreListedByNameOfTheirAccountAlone) {
  make_user(account.id, "bob");
  make_user(account.id, "Zoe");
  make_user(other.id, "eve");
  std::vector<std::string> names;
  for (const auto& user : directory.list_users(account.id)) names.push_back(user.name);
  EXPECT_EQ(names, (std::vector<std::string>{"Zoe", "acme", "bob"}));
  EXPECT_TRUE(directory.list_users(AccountId("a/b")).empty());
}

struct EpochRow {
  const char* what;
  UserChange change;
  bool raises;
};

TEST_F(Users, EpochsRiseOnlyWhenSomethingIsTakenAway) {
  const std::vector<EpochRow> rows = {
      {"disabled", {.enabled = false}, true},
      {"enabled again", {.enabled = true}, false},
      {"new password", {.password_hash = "other"}, true},
      {"the same password", {.password_hash = "other"}, false},
      {"programmatic only", {.access_mode = AccessMode::Programmatic}, true},
      {"both ways again", {.access_mode = AccessMode::Default}, false},
      {"renamed", {.name = "alicia"}, false},
      {"mail", {.email = "a@example.com"}, false},
      {"must change password", {.must_change_password = true}, false},
      {"login seen", {.last_login = clock.now()}, false},
      {"nothing", {}, false},
  };
  const auto user = make_user(account.id, "alice");
  const auto bystander = make_user(account.id, "bob");
  const auto still = epoch_of(bystander);
  for (const auto& row : rows) {
    const auto before = epoch_of(user);
    ASSERT_TRUE(directory.update_user(user.id, row.change)) << row.what;
    EXPECT_EQ(epoch_of(user), before + (row.raises ? 1 : 0)) << row.what;
  }
  EXPECT_EQ(epoch_of(bystander), still);
  EXPECT_EQ(directory.find_user(user.id)->last_login, clock.now());
}

}  // namespace
}  // namespace jianmen::directory
