#include "directory/detail/debts.hpp"

#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

// A store that takes a number of commits and then none, as with a full disk.
class FillingStore final : public store::Store {
 public:
  explicit FillingStore(const base::Clock& clock) : inner_(store::make_memory_store(clock)) {}

  std::unique_ptr<store::Snapshot> snapshot() const override { return inner_->snapshot(); }
  store::CommitResult commit(store::Transaction tx, std::string_view key) override {
    if (left == 0) return base::fail(Code::Unavailable, "the disk is full");
    if (left > 0) --left;
    return inner_->commit(std::move(tx), key);
  }
  std::unique_ptr<store::Watch> watch(
      std::string prefix, store::Revision from,
      std::function<void(store::Revision, const std::vector<store::Change>&)> sink) override {
    return inner_->watch(std::move(prefix), from, std::move(sink));
  }
  store::Health health() const override { return inner_->health(); }

  int left = -1;  // commits that still succeed; negative: all

 private:
  std::unique_ptr<store::Store> inner_;
};

class Debts : public World {
 protected:
  FillingStore filling{clock};
  Directory narrow{filling, test_catalog(), vault, clock, random};
  AccountId account = narrow.create_account("acme", {}, {})->id;
  GroupId group = narrow.create_group(account, "ops", "")->id;
  User user = *narrow.create_user(account, {.name = "alice"});

  std::size_t owed() const {
    return filling.snapshot()->range("z/", store::prefix_end("z/"), 0).entries.size();
  }
};

TEST_F(Debts, ThatCannotBePaidNowArePaidWithTheNextChange) {
  ASSERT_TRUE(narrow.add_member(group, user.id));
  filling.left = 1;
  EXPECT_EQ(code_of(narrow.delete_group(group)), Code::Unavailable);
  EXPECT_FALSE(narrow.find_group(group)) << "what was taken away is gone at once";
  EXPECT_TRUE(narrow.list_groups_of(user.id).empty());
  EXPECT_EQ(owed(), 1U);
  EXPECT_EQ(narrow.find_user(user.id)->epoch, user.epoch);
  filling.left = -1;
  ASSERT_TRUE(narrow.create_group(account, "another", ""));
  EXPECT_EQ(owed(), 0U);
  EXPECT_EQ(narrow.find_user(user.id)->epoch, user.epoch + 1);
}

TEST_F(Debts, OfARevokedGrantSurviveARestart) {
  ASSERT_TRUE(narrow.add_member(group, user.id));
  const Grant grant = domain_grant(account, group, system_role("Tenant Guest"));
  ASSERT_TRUE(narrow.grant(grant));
  filling.left = 1;
  EXPECT_EQ(code_of(narrow.revoke(grant)), Code::Unavailable);
  EXPECT_FALSE(narrow.is_granted(grant));
  filling.left = -1;
  Directory restarted(filling, test_catalog(), vault, clock, random);
  EXPECT_EQ(restarted.find_user(user.id)->epoch, user.epoch + 1);
  EXPECT_EQ(owed(), 0U);
}

// Whatever the commit at which the store fails: all of the account or nothing that anybody sees,
// and after the next start nothing that anybody could find.
TEST_F(Debts, OfAnAccountInTheMakingLeaveNothing) {
  const auto count = [&] { return filling.snapshot()->range("\x01", "", 0).entries.size(); };
  const auto before = count();
  for (int commits = 0; commits < 10; ++commits) {
    filling.left = commits;
    const auto made = narrow.create_account("late", AccountId("late-id"), {});
    filling.left = -1;
    if (made) {
      EXPECT_GT(commits, 2);
      EXPECT_EQ(narrow.list_projects(made->id).size(), test_catalog().regions().size());
      return;
    }
    EXPECT_EQ(code_of(made), Code::Unavailable);
    EXPECT_FALSE(narrow.find_account_by_name("late"));
    EXPECT_FALSE(narrow.find_account(AccountId("late-id")));
    Directory restarted(filling, test_catalog(), vault, clock, random);
    EXPECT_EQ(count(), before) << commits;
  }
  FAIL() << "ten commits are enough for an account";
}

TEST_F(Debts, NotedTwiceAreOneDebt) {
  ASSERT_TRUE(narrow.add_member(group, user.id));
  store::Transaction note;
  detail::owe(note, detail::Debt::GroupMembers, group.value, account);
  ASSERT_TRUE(filling.commit(std::move(note), ""));
  const Grant grant = domain_grant(account, group, system_role("Tenant Guest"));
  ASSERT_TRUE(narrow.grant(grant));
  ASSERT_TRUE(narrow.revoke(grant)) << "one debt of the two notes";
  EXPECT_EQ(narrow.find_user(user.id)->epoch, user.epoch + 1);
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Debts, OfAKindThatIsNotKnownStay) {
  store::Transaction note;
  note.put("z/?/x", "acme");
  ASSERT_TRUE(filling.commit(std::move(note), ""));
  Directory restarted(filling, test_catalog(), vault, clock, random);
  EXPECT_EQ(owed(), 1U);
}

}  // namespace
}  // namespace jianmen::directory
