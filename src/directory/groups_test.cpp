#include "directory/detail/debts.hpp"
#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Groups : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
  Group group = make_group(account.id, "ops");
  User user = make_user(account.id, "alice");
};

TEST_F(Groups, AreFoundByIdAndName) {
  EXPECT_EQ(directory.find_group(group.id)->name, "ops");
  EXPECT_EQ(directory.find_group_by_name(account.id, "ops")->id, group.id);
  EXPECT_FALSE(directory.find_group_by_name(other.id, "ops"));
  EXPECT_FALSE(directory.find_group(GroupId("none")));
  EXPECT_EQ(directory.list_groups(account.id).size(), 2U);
  EXPECT_EQ(directory.list_groups(other.id).size(), 1U);
}

TEST_F(Groups, RefuseTakenNamesAndIds) {
  EXPECT_EQ(code_of(directory.create_group(account.id, "ops", "")), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_group(other.id, "x", "", group.id)), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_group(account.id, "", "")), Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_group(AccountId("none"), "x", "")), Code::NotFound);
  EXPECT_TRUE(directory.create_group(other.id, "ops", ""));
}

TEST_F(Groups, AreRenamedAndDescribed) {
  make_group(account.id, "dev");
  EXPECT_EQ(code_of(directory.update_group(group.id, "dev", {})), Code::Conflict);
  ASSERT_TRUE(directory.update_group(group.id, "operators", "who operate"));
  EXPECT_FALSE(directory.find_group_by_name(account.id, "ops"));
  EXPECT_EQ(directory.find_group(group.id)->description, "who operate");
  ASSERT_TRUE(directory.update_group(group.id, {}, ""));
  EXPECT_EQ(directory.find_group(group.id)->name, "operators");
  EXPECT_EQ(directory.find_group(group.id)->description, "");
}

TEST_F(Groups, AdminStays) {
  const auto admins = directory.find_group_by_name(account.id, "admin");
  EXPECT_EQ(code_of(directory.delete_group(admins->id)), Code::Denied);
  EXPECT_EQ(code_of(directory.update_group(admins->id, "x", {})), Code::Denied);
  EXPECT_TRUE(directory.update_group(admins->id, {}, "those who may all"));
}

TEST_F(Groups, MembershipIsIdempotentAndEndsOnce) {
  const auto before = epoch_of(user);
  EXPECT_FALSE(directory.is_member(group.id, user.id));
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto generation = directory.generation();
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  EXPECT_EQ(directory.generation(), generation);
  EXPECT_EQ(epoch_of(user), before) << "an addition takes nothing away";
  EXPECT_TRUE(directory.is_member(group.id, user.id));
  EXPECT_EQ(directory.list_groups_of(user.id).size(), 1U);
  EXPECT_EQ(directory.list_members(group.id).size(), 1U);
  ASSERT_TRUE(directory.remove_member(group.id, user.id));
  EXPECT_EQ(epoch_of(user), before + 1);
  EXPECT_FALSE(directory.is_member(group.id, user.id));
  EXPECT_EQ(code_of(directory.remove_member(group.id, user.id)), Code::NotFound);
}

TEST_F(Groups, MembershipRefusesOtherAccountsAndUnknowns) {
  const auto stranger = make_user(other.id, "eve");
  EXPECT_EQ(code_of(directory.add_member(group.id, stranger.id)), Code::Denied);
  EXPECT_EQ(code_of(directory.add_member(GroupId("none"), user.id)), Code::NotFound);
  EXPECT_EQ(code_of(directory.add_member(group.id, UserId("none"))), Code::NotFound);
  EXPECT_EQ(code_of(directory.remove_member(group.id, stranger.id)), Code::NotFound);
  EXPECT_TRUE(directory.list_members(group.id).empty());
}

TEST_F(Groups, AUserIsInAtMostTen) {
  for (std::size_t i = 0; i < kMaxGroupsOfUser; ++i) {
    ASSERT_TRUE(directory.add_member(make_group(account.id, "g" + std::to_string(i)).id, user.id));
  }
  EXPECT_EQ(code_of(directory.add_member(group.id, user.id)), Code::TooLarge);
}

// More members and grants than one transaction can take.
TEST_F(Groups, BigGroupsVanishWholeAndRaiseEveryMember) {
  std::vector<User> users;
  for (int i = 0; i < 130; ++i) {
    users.push_back(make_user(account.id, "u" + std::to_string(i)));
    ASSERT_TRUE(directory.add_member(group.id, users.back().id));
  }
  for (int i = 0; i < 60; ++i) {
    const auto role = make_role(account.id, "r" + std::to_string(i));
    ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
    ASSERT_TRUE(directory.grant(project_grant(region_project(account.id), group.id, role.id)));
  }
  const auto bystander = epoch_of(user);
  ASSERT_TRUE(directory.delete_group(group.id));
  for (const auto& member : users) {
    EXPECT_EQ(epoch_of(member), member.epoch + 1);
    EXPECT_TRUE(directory.list_groups_of(member.id).empty());
  }
  EXPECT_EQ(epoch_of(user), bystander);
  EXPECT_TRUE(directory.list_grants(account.id, Grant::Holder::Group, group.id.value).empty());
  EXPECT_EQ(directory.list_grants(account.id).size(), 3U) << "those of the group admin";
  EXPECT_EQ(count_keys("z/"), 0U);
  EXPECT_EQ(code_of(directory.delete_group(group.id)), Code::NotFound);
  EXPECT_TRUE(directory.create_group(account.id, "ops", "", group.id))
      << "name and id are free again";
}

TEST_F(Groups, ACrashAfterDeletionIsMadeGoodByTheNextStart) {
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto role = make_role(account.id, "mine");
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
  // What delete_group's first transaction leaves when the process ends after it.
  store::Transaction first;
  first.erase(detail::keys::group(account.id, group.id)).erase(detail::keys::home(group.id));
  first.erase(detail::keys::group_name(account.id, "ops"));
  detail::owe(first, detail::Debt::GroupDeleted, group.id.value, account.id);
  ASSERT_TRUE(store->commit(std::move(first)));
  EXPECT_TRUE(directory.roles_of_user(user, GrantScope::Domain, {}).empty())
      << "it gives nothing from then on";
  EXPECT_EQ(code_of(directory.create_group(account.id, "ops", "", group.id)), Code::Conflict);

  Directory restarted(*store, test_catalog(), vault, clock, random);
  EXPECT_EQ(epoch_of(user), user.epoch + 1);
  EXPECT_TRUE(restarted.list_grants(account.id, Grant::Holder::Group, group.id.value).empty());
  EXPECT_TRUE(restarted.delete_role(role.id)) << "no grant of it is left";
  EXPECT_EQ(count_keys("z/"), 0U);
}

}  // namespace
}  // namespace jianmen::directory
