#include "directory/detail/debts.hpp"
#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Accounts : public World {};

TEST_F(Accounts, AreMadeWithRootUserAdminGroupAndAProjectForEveryRegion) {
  const auto account = make_account("acme");
  const auto root = directory.find_user_by_name(account.id, "acme");
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->root);
  const auto admins = directory.find_group_by_name(account.id, "admin");
  ASSERT_TRUE(admins);
  EXPECT_TRUE(directory.is_member(admins->id, root->id));
  EXPECT_EQ(directory.list_projects(account.id).size(), test_catalog().regions().size());
  const auto project = region_project(account.id);
  EXPECT_TRUE(project.parent.empty());
  EXPECT_EQ(project.region, "cn-north-4");
  for (const auto scope : {GrantScope::Domain, GrantScope::Project, GrantScope::Inherited}) {
    EXPECT_EQ(directory.roles_of_user(*root, scope, project.id).size(), 3U);
  }
  EXPECT_EQ(directory.find_account_by_name("acme")->id, account.id);
  EXPECT_EQ(directory.find_account(account.id)->name, "acme");
  EXPECT_EQ(count_keys("z/"), 0U);
}

TEST_F(Accounts, TakeGivenIds) {
  GivenIds given;
  given.projects.emplace("cn-north-4", ProjectId("05041fffa40025702f6dc009cc6f8f33"));
  given.admin_group = GroupId("admins-of-acme");
  NewUser root;
  root.id = UserId("root-of-acme");
  const auto account = directory.create_account("acme", AccountId("acme-id"), root, given);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->id, AccountId("acme-id"));
  EXPECT_EQ(region_project(account->id).id, ProjectId("05041fffa40025702f6dc009cc6f8f33"));
  EXPECT_EQ(directory.find_project(ProjectId("05041fffa40025702f6dc009cc6f8f33"))->account,
            account->id);
  EXPECT_TRUE(directory.find_group(GroupId("admins-of-acme")));
  EXPECT_TRUE(directory.find_user(UserId("root-of-acme")));
}

TEST_F(Accounts, RefuseWhatIsTakenOrCannotBe) {
  GivenIds known, unknown_region;
  known.projects.emplace("cn-north-4", ProjectId("p1"));
  unknown_region.projects.emplace("mars-1", ProjectId("p2"));
  ASSERT_TRUE(directory.create_account("acme", AccountId("acme-id"), {}, known));
  const std::size_t before = count_keys();
  EXPECT_EQ(code_of(directory.create_account("acme", {}, {})), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_account("other", AccountId("acme-id"), {})), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_account("other", {}, {}, known)), Code::Conflict);
  EXPECT_EQ(code_of(directory.create_account("other", {}, {}, unknown_region)), Code::NotFound);
  EXPECT_EQ(code_of(directory.create_account("", {}, {})), Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_account("a\nb", {}, {})), Code::InvalidArgument);
  EXPECT_EQ(code_of(directory.create_account("other", AccountId("no/slash"), {})),
            Code::InvalidArgument);
  EXPECT_EQ(count_keys(), before) << "a refused account leaves nothing";
  EXPECT_TRUE(directory.find_project(ProjectId("p1")));
}

TEST_F(Accounts, CompareNamesExactly) {
  make_account("acme");
  EXPECT_TRUE(directory.create_account("Acme", {}, {}));
  EXPECT_FALSE(directory.find_account_by_name("ACME"));
}

TEST_F(Accounts, AreDisabledAndEnabled) {
  const auto account = make_account("acme");
  ASSERT_TRUE(directory.set_account_enabled(account.id, false));
  EXPECT_FALSE(directory.find_account(account.id)->enabled);
  ASSERT_TRUE(directory.set_account_enabled(account.id, true));
  EXPECT_TRUE(directory.find_account(account.id)->enabled);
  EXPECT_EQ(code_of(directory.set_account_enabled(AccountId("none"), false)), Code::NotFound);
}

TEST_F(Accounts, VanishWholeWithoutTouchingOthers) {
  const auto other = make_account("other");
  const auto other_user = make_user(other.id, "alice");
  ASSERT_TRUE(directory.create_access_key(other_user.id, ""));
  const std::size_t before = count_keys();

  const auto account = make_account("acme");
  const auto user = make_user(account.id, "alice");
  const auto key = directory.create_access_key(user.id, "");
  ASSERT_TRUE(key);
  const auto group = make_group(account.id, "ops");
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto role = make_role(account.id, "mine");
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
  make_agency(account.id, "agent");

  ASSERT_TRUE(directory.delete_account(account.id));
  EXPECT_EQ(count_keys(), before);
  EXPECT_FALSE(directory.find_account(account.id));
  EXPECT_FALSE(directory.find_access_key(key->id));
  EXPECT_FALSE(directory.find_user(user.id));
  EXPECT_TRUE(directory.find_user(other_user.id));
  EXPECT_EQ(code_of(directory.delete_account(account.id)), Code::NotFound);
  EXPECT_EQ(code_of(directory.create_user(account.id, {.name = "late"})), Code::NotFound);
}

TEST_F(Accounts, HalfMadeBeforeACrashAreClearedByTheNextStart) {
  const std::size_t before = count_keys();
  store::Transaction half;
  const AccountId id("half");
  detail::owe(half, detail::Debt::AccountDeleted, id.value, id);
  const Project project{ProjectId("p1"), id, "cn-north-4", "cn-north-4", {}, {}, true, {}};
  half.put(detail::keys::project(id, project.id), detail::encode(project));
  half.put(detail::keys::home(project.id), id.value);
  ASSERT_TRUE(store->commit(std::move(half)));
  EXPECT_FALSE(directory.find_account(id));
  EXPECT_EQ(code_of(directory.create_account("acme", id, {})), Code::Conflict);

  Directory restarted(*store, test_catalog(), vault, clock, random);
  EXPECT_EQ(count_keys(), before);
  EXPECT_TRUE(restarted.create_account("acme", id, {}));
}

TEST_F(Accounts, AreAllGoneAfterClear) {
  make_account("acme");
  ASSERT_TRUE(directory.revoke_token("audit", clock.now() + std::chrono::hours(1)));
  store::Transaction foreign;
  foreign.put("ecs/server", "a service's own");
  ASSERT_TRUE(store->commit(std::move(foreign)));
  ASSERT_TRUE(directory.clear());
  EXPECT_TRUE(directory.list_accounts().empty());
  EXPECT_EQ(count_keys(), 1U) << "what services keep is theirs";
}

TEST_F(Accounts, EveryCommittedChangeRaisesTheGeneration) {
  const auto account = make_account("acme");
  auto last = directory.generation();
  ASSERT_TRUE(directory.create_group(account.id, "ops", ""));
  EXPECT_GT(directory.generation(), last);
  last = directory.generation();
  EXPECT_FALSE(directory.create_group(account.id, "ops", ""));
  EXPECT_EQ(directory.generation(), last) << "a refused change is none";
}

}  // namespace
}  // namespace jianmen::directory
