#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Roles : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
};

TEST_F(Roles, OfTheSystemAreFoundByIdAndBothNames) {
  const auto by_title = directory.find_role_by_name(account.id, "ECS ReadOnlyAccess");
  ASSERT_TRUE(by_title);
  EXPECT_TRUE(by_title->account.empty());
  EXPECT_EQ(directory.find_role(by_title->id)->name, by_title->name);
  EXPECT_EQ(directory.find_role_by_name(account.id, by_title->name)->id, by_title->id);
  EXPECT_FALSE(directory.find_role_by_name(account.id, "ecs readonlyaccess"));
  EXPECT_EQ(code_of(directory.update_role(by_title->id, *by_title)), Code::Denied);
  EXPECT_EQ(code_of(directory.delete_role(by_title->id)), Code::Denied);
}

TEST_F(Roles, OwnOnesGetNumberedNames) {
  const auto first = make_role(account.id, "first"), second = make_role(account.id, "second");
  EXPECT_EQ(first.name, "custom_" + account.id.value + "_1");
  EXPECT_EQ(second.name, "custom_" + account.id.value + "_2");
  EXPECT_EQ(directory.find_role(first.id)->policy, first.policy);
  EXPECT_EQ(directory.find_role_by_name(account.id, "first")->id, first.id);
  EXPECT_EQ(directory.find_role_by_name(account.id, first.name)->id, first.id);
  EXPECT_FALSE(directory.find_role_by_name(other.id, "first"));
  EXPECT_EQ(directory.list_roles(account.id).size(), 2U);
  EXPECT_TRUE(directory.list_roles(other.id).empty());
}

TEST_F(Roles, RefuseTakenNames) {
  const auto role = make_role(account.id, "mine");
  Role again;
  again.display_name = "mine";
  EXPECT_EQ(code_of(directory.create_role(account.id, again)), Code::Conflict);
  EXPECT_TRUE(directory.create_role(other.id, again));
  again.display_name = "ECS FullAccess";
  EXPECT_EQ(code_of(directory.create_role(account.id, again)), Code::Conflict) << "the system's";
  again.display_name = "";
  EXPECT_EQ(code_of(directory.create_role(account.id, again)), Code::InvalidArgument);
  again.display_name = "new";
  EXPECT_EQ(code_of(directory.create_role(AccountId("none"), again)), Code::NotFound);
  again.id = role.id;
  EXPECT_EQ(code_of(directory.create_role(other.id, again)), Code::Conflict);
}

TEST_F(Roles, AreUpdatedUnderTheSameIdAndName) {
  auto role = make_role(account.id, "mine");
  clock.advance(std::chrono::hours(1));
  role.display_name = "ours";
  role.description = "d";
  role.name = "te_admin";
  role.account = other.id;
  ASSERT_TRUE(directory.update_role(role.id, role));
  const auto found = directory.find_role(role.id);
  EXPECT_EQ(found->display_name, "ours");
  EXPECT_EQ(found->name, "custom_" + account.id.value + "_1");
  EXPECT_EQ(found->account, account.id);
  EXPECT_LT(found->created, found->updated);
  EXPECT_FALSE(directory.find_role_by_name(account.id, "mine"));
  role.display_name = "Tenant Guest";
  EXPECT_EQ(code_of(directory.update_role(role.id, role)), Code::Conflict);
  EXPECT_EQ(code_of(directory.update_role(RoleId("none"), role)), Code::NotFound);
}

TEST_F(Roles, AreDeletedOnlyWhenNobodyHoldsThem) {
  const auto role = make_role(account.id, "mine");
  const auto group = make_group(account.id, "ops");
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
  EXPECT_EQ(code_of(directory.delete_role(role.id)), Code::Conflict);
  ASSERT_TRUE(directory.revoke(domain_grant(account.id, group.id, role.id)));
  ASSERT_TRUE(directory.delete_role(role.id));
  EXPECT_FALSE(directory.find_role(role.id));
  EXPECT_EQ(code_of(directory.delete_role(role.id)), Code::NotFound);
  EXPECT_EQ(code_of(directory.grant(domain_grant(account.id, group.id, role.id))), Code::NotFound);
  EXPECT_EQ(make_role(account.id, "mine").name, "custom_" + account.id.value + "_2")
      << "a number is used once";
}

TEST_F(Roles, ChangedContentRaisesHoldersAndOnlyThem) {
  auto role = make_role(account.id, "mine");
  const auto group = make_group(account.id, "ops"), idle = make_group(account.id, "idle");
  const auto holder = make_user(account.id, "alice"), bystander = make_user(account.id, "bob");
  const auto agency = make_agency(account.id, "agent"),
             idle_agency = make_agency(account.id, "idle");
  ASSERT_TRUE(directory.add_member(group.id, holder.id));
  ASSERT_TRUE(directory.add_member(idle.id, bystander.id));
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
  ASSERT_TRUE(directory.grant(project_grant(region_project(account.id), group.id, role.id)));
  ASSERT_TRUE(directory.grant({account.id,
                               Grant::Holder::Agency,
                               agency.id.value,
                               role.id,
                               GrantScope::Inherited,
                               {},
                               {}}));
  role.description = "only words";
  ASSERT_TRUE(directory.update_role(role.id, role));
  EXPECT_EQ(epoch_of(holder), holder.epoch);
  role.policy = R"({"Version":"1.1","Statement":[]})";
  ASSERT_TRUE(directory.update_role(role.id, role));
  EXPECT_EQ(epoch_of(holder), holder.epoch + 1);
  EXPECT_EQ(epoch_of(bystander), bystander.epoch);
  EXPECT_EQ(directory.find_agency(agency.id)->epoch, agency.epoch + 1);
  EXPECT_EQ(directory.find_agency(idle_agency.id)->epoch, idle_agency.epoch);
  EXPECT_EQ(count_keys("z/"), 0U);
}

}  // namespace
}  // namespace jianmen::directory
