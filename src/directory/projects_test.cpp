#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Projects : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
  Project region = region_project(account.id);

  Result<Project> make_sub(std::string_view name, const ProjectId& id = ProjectId()) {
    return directory.create_project(account.id, name, region.id, "", id);
  }
};

TEST_F(Projects, SubprojectsAreMadeUnderTheirRegion) {
  const auto made = make_sub("cn-north-4_dev");
  ASSERT_TRUE(made);
  const auto found = directory.find_project(made->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parent, region.id);
  EXPECT_EQ(found->region, "cn-north-4");
  EXPECT_EQ(found->account, account.id);
  EXPECT_EQ(directory.find_project_by_name(account.id, "cn-north-4_dev")->id, made->id);
  EXPECT_FALSE(directory.find_project_by_name(other.id, "cn-north-4_dev"));
}

TEST_F(Projects, NamesFollowTheRule) {
  for (const std::string name :
       {"", "dev", "cn-north-4", "cn-north-4_", "cn-north-4dev", "cn-east-3_dev", "cn-north-4_a b",
        "cn-north-4_a/b", "CN-north-4_dev"}) {
    EXPECT_EQ(code_of(make_sub(name)), Code::InvalidArgument) << name;
  }
  EXPECT_EQ(code_of(make_sub("cn-north-4_" + std::string(54, 'x'))), Code::InvalidArgument);
  EXPECT_TRUE(make_sub("cn-north-4_" + std::string(53, 'x')));
  EXPECT_TRUE(make_sub("cn-north-4_a-B_9"));
}

TEST_F(Projects, RefuseTakenNamesOtherAccountsAndDepth) {
  const auto sub = make_sub("cn-north-4_dev");
  EXPECT_EQ(code_of(make_sub("cn-north-4_dev")), Code::Conflict);
  EXPECT_EQ(code_of(make_sub("cn-north-4_x", sub->id)), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_project(other.id, "cn-north-4_x", region.id, "")),
            Code::NotFound);
  EXPECT_EQ(code_of(directory.create_project(account.id, "cn-north-4_x", ProjectId("none"), "")),
            Code::NotFound);
  EXPECT_EQ(code_of(directory.create_project(account.id, "cn-north-4_x", sub->id, "")),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_project(AccountId("none"), "cn-north-4_x", region.id, "")),
            Code::NotFound);
}

TEST_F(Projects, AreChangedWithinTheRule) {
  const auto sub = make_sub("cn-north-4_dev");
  ASSERT_TRUE(make_sub("cn-north-4_prod"));
  EXPECT_EQ(code_of(directory.update_project(sub->id, "cn-north-4_prod", {}, {})), Code::Conflict);
  EXPECT_EQ(code_of(directory.update_project(sub->id, "cn-east-3_dev", {}, {})),
            Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.update_project(region.id, "cn-north-9", {}, {})), Code::Denied);
  ASSERT_TRUE(directory.update_project(sub->id, "cn-north-4_test", "for tests", false));
  const auto found = directory.find_project(sub->id);
  EXPECT_EQ(found->name, "cn-north-4_test");
  EXPECT_EQ(found->description, "for tests");
  EXPECT_FALSE(found->enabled);
  EXPECT_FALSE(directory.find_project_by_name(account.id, "cn-north-4_dev"));
  EXPECT_TRUE(directory.update_project(region.id, "cn-north-4", "home", {}));
}

TEST_F(Projects, AreDeletedWithTheGrantsOnThem) {
  const auto sub = make_sub("cn-north-4_dev");
  const auto group = make_group(account.id, "ops");
  const auto user = make_user(account.id, "alice");
  const auto bystander = make_user(account.id, "bob");
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto role = make_role(account.id, "mine");
  ASSERT_TRUE(directory.grant(project_grant(*sub, group.id, role.id)));
  EXPECT_EQ(code_of(directory.delete_project(region.id)), Code::Denied);
  ASSERT_TRUE(directory.delete_project(sub->id));
  EXPECT_TRUE(directory.list_grants(account.id, Grant::Holder::Group, group.id.value).empty());
  EXPECT_EQ(epoch_of(user), user.epoch + 1);
  EXPECT_EQ(epoch_of(bystander), bystander.epoch);
  EXPECT_TRUE(directory.delete_role(role.id)) << "no grant of it is left";
  EXPECT_EQ(code_of(directory.delete_project(sub->id)), Code::NotFound);
  EXPECT_TRUE(make_sub("cn-north-4_dev", sub->id)) << "name and id are free again";
}

}  // namespace
}  // namespace jianmen::directory
