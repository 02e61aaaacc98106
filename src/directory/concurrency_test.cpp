#include <atomic>
#include <functional>
#include <thread>

#include "directory/detail/keys.hpp"
#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

class Concurrency : public World {
 protected:
  static constexpr int kThreads = 8;

  Account account = make_account("acme");

  static void in_parallel(const std::function<void(int)>& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
  }
};

TEST_F(Concurrency, OneOfManyTakesAName) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<int> users = 0, groups = 0, accounts = 0;
    const auto name = "name" + std::to_string(round);
    in_parallel([&](int) {
      if (directory.create_user(account.id, {.name = name})) ++users;
      if (directory.create_group(account.id, name, "")) ++groups;
      if (round == 0 && directory.create_account(name, {}, {})) ++accounts;
    });
    EXPECT_EQ(users, 1);
    EXPECT_EQ(groups, 1);
    EXPECT_EQ(accounts, round == 0 ? 1 : 0);
  }
  EXPECT_EQ(directory.list_users(account.id).size(), 11U);
  EXPECT_EQ(directory.list_accounts().size(), 2U);
  EXPECT_EQ(count_keys("z/"), 0U);
  EXPECT_EQ(count_keys("xp/"), 2 * test_catalog().regions().size()) << "losers leave no projects";
}

TEST_F(Concurrency, NoMembershipIsLostAndNoLimitPassed) {
  std::vector<Group> groups;
  for (int i = 0; i < 12; ++i) groups.push_back(make_group(account.id, "g" + std::to_string(i)));
  std::vector<User> users;
  for (int i = 0; i < kThreads; ++i)
    users.push_back(make_user(account.id, "u" + std::to_string(i)));
  const auto crowded = make_user(account.id, "crowded");
  in_parallel([&](int i) {
    for (int g = 0; g < 6; ++g) EXPECT_TRUE(directory.add_member(groups[g].id, users[i].id));
    for (const auto& group : groups) (void)directory.add_member(group.id, crowded.id);
    for (int k = 0; k < 3; ++k) (void)directory.create_access_key(crowded.id, "");
  });
  for (const auto& user : users) EXPECT_EQ(directory.list_groups_of(user.id).size(), 6U);
  EXPECT_EQ(directory.list_groups_of(crowded.id).size(), kMaxGroupsOfUser);
  EXPECT_EQ(directory.list_access_keys(crowded.id).size(), kMaxAccessKeysOfUser);
  EXPECT_EQ(count_keys("k/"), kMaxAccessKeysOfUser);
  for (int g = 0; g < 6; ++g) {
    EXPECT_EQ(directory.list_members(groups[g].id).size(),
              kThreads + (directory.is_member(groups[g].id, crowded.id) ? 1 : 0));
  }
}

TEST_F(Concurrency, EveryRaiseOfAnEpochCounts) {
  const auto user = make_user(account.id, "alice");
  in_parallel([&](int i) {
    for (int n = 0; n < 20; ++n) {
      EXPECT_TRUE(directory.update_user(
          user.id, {.password_hash = std::to_string(i) + "/" + std::to_string(n)}));
    }
  });
  EXPECT_EQ(epoch_of(user), user.epoch + 20 * kThreads);
}

TEST_F(Concurrency, ARoleIsNeverDeletedUnderAGrant) {
  const auto group = make_group(account.id, "ops");
  for (int round = 0; round < 20; ++round) {
    const auto role = make_role(account.id, "role" + std::to_string(round));
    const auto grant = domain_grant(account.id, group.id, role.id);
    in_parallel([&](int i) {
      if (i % 2 == 0) {
        (void)directory.grant(grant);
      } else {
        (void)directory.delete_role(role.id);
      }
    });
    EXPECT_EQ(directory.is_granted(grant), directory.find_role(role.id).has_value());
  }
}

TEST_F(Concurrency, GroupsVanishUnderJoinersAndLeaveNothing) {
  std::vector<User> users;
  for (int i = 0; i < kThreads; ++i)
    users.push_back(make_user(account.id, "u" + std::to_string(i)));
  for (int round = 0; round < 10; ++round) {
    const auto group = make_group(account.id, "ops");
    in_parallel([&](int i) {
      (void)directory.add_member(group.id, users[i].id);
      if (i != 3) return;
      EXPECT_TRUE(directory.delete_group(group.id));
    });
    for (const auto& user : users) EXPECT_TRUE(directory.list_groups_of(user.id).empty());
    EXPECT_EQ(count_keys(detail::keys::all_members(account.id, group.id)), 0U);
  }
  EXPECT_EQ(count_keys("z/"), 0U);
}

// A reader that sees the new generation sees the change.
TEST_F(Concurrency, TheGenerationFollowsTheData) {
  const auto user = make_user(account.id, "alice");
  const auto start = directory.generation();
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int n = 0; n < 200; ++n)
      (void)directory.update_user(user.id, {.description = std::to_string(n)});
    done = true;
  });
  while (!done) {
    const auto changes = directory.generation() - start;
    const auto seen = directory.find_user(user.id)->description;
    EXPECT_GE(seen.empty() ? 0 : std::stoi(seen) + 1, static_cast<int>(changes));
  }
}

}  // namespace
}  // namespace jianmen::directory
