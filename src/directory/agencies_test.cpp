#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Agencies : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
};

TEST_F(Agencies, KeepEveryMember) {
  Agency from;
  from.account = account.id;
  from.name = "agent";
  from.description = "d";
  from.trusted_account = other.id;
  from.trusted_account_name = "other";
  from.expires = clock.now() + std::chrono::hours(24);
  from.duration_hours = 24;
  const auto made = directory.create_agency(from);
  ASSERT_TRUE(made);
  const auto agency = directory.find_agency(made->id);
  ASSERT_TRUE(agency);
  EXPECT_EQ(agency->name, "agent");
  EXPECT_EQ(agency->description, "d");
  EXPECT_EQ(agency->trusted_account, other.id);
  EXPECT_EQ(agency->trusted_account_name, "other");
  EXPECT_EQ(agency->expires, from.expires);
  EXPECT_EQ(agency->duration_hours, 24);
  EXPECT_EQ(agency->created, clock.now());
  EXPECT_EQ(directory.find_agency_by_name(account.id, "agent")->id, made->id);
  EXPECT_FALSE(directory.find_agency_by_name(other.id, "agent"));
  EXPECT_EQ(directory.list_agencies(account.id).size(), 1U);
  EXPECT_TRUE(directory.list_agencies(other.id).empty());
}

TEST_F(Agencies, RefuseTakenNamesAndUnknownAccounts) {
  auto agency = make_agency(account.id, "agent");
  Agency again = agency;
  again.id = {};
  EXPECT_EQ(code_of(directory.create_agency(again)), Code::Conflict);
  again.name = "second";
  again.id = agency.id;
  EXPECT_EQ(code_of(directory.create_agency(again)), Code::Conflict);
  again.id = {};
  again.account = AccountId("none");
  EXPECT_EQ(code_of(directory.create_agency(again)), Code::NotFound);
  again.account = other.id;
  again.name = "";
  EXPECT_EQ(code_of(directory.create_agency(again)), Code::InvalidArgument);
}

TEST_F(Agencies, RaiseWhatTheirCredentialsReliedOn) {
  const auto agency = make_agency(account.id, "agent");
  make_agency(account.id, "taken");
  Agency change = agency;
  change.description = "only words";
  EXPECT_EQ(directory.update_agency(change)->epoch, agency.epoch);
  change.trusted_account_name = "someone else";
  EXPECT_EQ(directory.update_agency(change)->epoch, agency.epoch + 1);
  change.expires = clock.now();
  change.account = other.id;
  change.epoch = 0;
  const auto updated = directory.update_agency(change);
  EXPECT_EQ(updated->epoch, agency.epoch + 2);
  EXPECT_EQ(updated->account, account.id);
  change.name = "taken";
  EXPECT_EQ(code_of(directory.update_agency(change)), Code::Conflict);
  change.name = "renamed";
  ASSERT_TRUE(directory.update_agency(change));
  EXPECT_FALSE(directory.find_agency_by_name(account.id, "agent"));
  EXPECT_TRUE(directory.find_agency_by_name(account.id, "renamed"));
  change.id = AgencyId("none");
  EXPECT_EQ(code_of(directory.update_agency(change)), Code::NotFound);
}

TEST_F(Agencies, AreDeletedWithTheirGrants) {
  const auto role = make_role(account.id, "mine");
  const std::size_t before = count_keys();
  const auto agency = make_agency(account.id, "agent");
  const Grant grant{
      account.id, Grant::Holder::Agency, agency.id.value, role.id, GrantScope::Domain, {}, {}};
  ASSERT_TRUE(directory.grant(grant));
  ASSERT_TRUE(directory.delete_agency(agency.id));
  EXPECT_FALSE(directory.find_agency(agency.id));
  EXPECT_TRUE(directory.roles_of_agency(agency, GrantScope::Domain, {}).empty());
  EXPECT_EQ(count_keys(), before + 1) << "the role's stamp is left until the role goes";
  EXPECT_TRUE(directory.delete_role(role.id));
  EXPECT_EQ(code_of(directory.delete_agency(agency.id)), Code::NotFound);
}

class Revocations : public World {};

TEST_F(Revocations, AreKnownByAuditIdAndForgottenAfterTheEnd) {
  const auto hour = std::chrono::hours(1);
  ASSERT_TRUE(directory.revoke_token("one", clock.now() + hour));
  ASSERT_TRUE(directory.revoke_token("one", clock.now() + hour));
  EXPECT_TRUE(directory.is_token_revoked("one"));
  EXPECT_FALSE(directory.is_token_revoked("two"));
  EXPECT_FALSE(directory.is_token_revoked(""));
  EXPECT_EQ(code_of(directory.revoke_token("a/b", clock.now() + hour)), Code::InvalidArgument);
  ASSERT_TRUE(directory.revoke_token("past", clock.now()));
  EXPECT_EQ(count_keys(), 2U) << "what has run out is not noted";
  clock.advance(hour + std::chrono::microseconds(1));
  ASSERT_TRUE(directory.revoke_token("two", clock.now() + hour));
  EXPECT_FALSE(directory.is_token_revoked("one"));
  EXPECT_EQ(count_keys(), 2U);
}

}  // namespace
}  // namespace jianmen::directory
