#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;

class Grants : public World {
 protected:
  Account account = make_account("acme");
  Account other = make_account("other");
  Group group = make_group(account.id, "ops");
  User user = make_user(account.id, "alice");
  Project project = region_project(account.id);
  Role role = make_role(account.id, "mine");
};

TEST_F(Grants, ReachWhatTheirScopeNames) {
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto sub = directory.create_project(account.id, "cn-north-4_dev", project.id, "");
  const auto elsewhere = region_project(account.id, "cn-east-3").id;
  const auto domain = make_role(account.id, "domain").id,
             everywhere = make_role(account.id, "everywhere").id;
  ASSERT_TRUE(directory.grant(project_grant(project, group.id, role.id)));
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, domain)));
  Grant inherited = domain_grant(account.id, group.id, everywhere);
  inherited.scope = GrantScope::Inherited;
  ASSERT_TRUE(directory.grant(inherited));

  const auto sorted = [](std::vector<RoleId> ids) {
    std::ranges::sort(ids);
    return ids;
  };
  EXPECT_EQ(directory.roles_of_user(user, GrantScope::Project, project.id),
            sorted({role.id, everywhere}));
  EXPECT_EQ(directory.roles_of_user(user, GrantScope::Project, elsewhere), sorted({everywhere}));
  EXPECT_EQ(directory.roles_of_user(user, GrantScope::Project, sub->id), sorted({everywhere}));
  EXPECT_EQ(directory.roles_of_user(user, GrantScope::Domain, {}), sorted({domain, everywhere}));
  EXPECT_TRUE(
      directory.roles_of_user(user, GrantScope::Project, region_project(other.id).id).empty());
  EXPECT_TRUE(directory.roles_of_user(user, GrantScope::Project, ProjectId("none")).empty());
}

TEST_F(Grants, OfSeveralGroupsAreOneSetWithoutDuplicates) {
  const auto second = make_group(account.id, "dev");
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  ASSERT_TRUE(directory.add_member(second.id, user.id));
  ASSERT_TRUE(directory.grant(domain_grant(account.id, group.id, role.id)));
  ASSERT_TRUE(directory.grant(domain_grant(account.id, second.id, role.id)));
  EXPECT_EQ(directory.roles_of_user(user, GrantScope::Domain, {}), std::vector<RoleId>{role.id});
  const auto newcomer = make_user(account.id, "bob");
  EXPECT_TRUE(directory.roles_of_user(newcomer, GrantScope::Domain, {}).empty());
}

TEST_F(Grants, AreIdempotentAndRaiseNobody) {
  ASSERT_TRUE(directory.add_member(group.id, user.id));
  const auto grant = project_grant(project, group.id, role.id);
  EXPECT_FALSE(directory.is_granted(grant));
  ASSERT_TRUE(directory.grant(grant));
  const auto generation = directory.generation();
  ASSERT_TRUE(directory.grant(grant));
  EXPECT_EQ(directory.generation(), generation);
  EXPECT_TRUE(directory.is_granted(grant));
  EXPECT_EQ(epoch_of(user), user.epoch);
  const auto listed = directory.list_grants(account.id, Grant::Holder::Group, group.id.value);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].role, role.id);
  EXPECT_EQ(listed[0].scope, GrantScope::Project);
  EXPECT_EQ(listed[0].project, project.id);
  EXPECT_EQ(listed[0].account, account.id);
  EXPECT_EQ(listed[0].created, clock.now());
}

TEST_F(Grants, RefuseWhatIsMissingOrAnothersAccount) {
  const auto theirs = make_role(other.id, "theirs").id;
  const auto their_group = make_group(other.id, "ops").id;
  const auto their_project = region_project(other.id);
  const auto good = project_grant(project, group.id, role.id);
  const auto with = [&](auto change) {
    Grant bad = good;
    change(bad);
    return code_of(directory.grant(bad));
  };
  EXPECT_EQ(with([&](Grant& g) { g.role = theirs; }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.role = RoleId("none"); }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.holder_id = their_group.value; }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.holder = Grant::Holder::Agency; }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.project = their_project.id; }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.project = ProjectId(); }), Code::InvalidArgument);
  EXPECT_EQ(with([&](Grant& g) { g.scope = GrantScope::Domain; }), Code::InvalidArgument)
      << "a project left over";
  EXPECT_EQ(with([&](Grant& g) { g.account = other.id; }), Code::NotFound);
  EXPECT_EQ(with([&](Grant& g) { g.holder_id = "a/b"; }), Code::InvalidArgument);
  EXPECT_TRUE(directory.list_grants(account.id, Grant::Holder::Group, group.id.value).empty());
  EXPECT_TRUE(directory.grant(good));
}

struct TypeRow {
  RoleType type;
  GrantScope scope;
  bool fits;
};

TEST_F(Grants, FollowTheTypeOfTheRole) {
  const std::vector<TypeRow> rows = {
      {RoleType::Domain, GrantScope::Domain, true},
      {RoleType::Domain, GrantScope::Project, false},
      {RoleType::Domain, GrantScope::Inherited, true},
      {RoleType::Project, GrantScope::Domain, false},
      {RoleType::Project, GrantScope::Project, true},
      {RoleType::Project, GrantScope::Inherited, true},
      {RoleType::Both, GrantScope::Domain, true},
      {RoleType::Both, GrantScope::Project, true},
      {RoleType::Both, GrantScope::Inherited, true},
      {RoleType::None, GrantScope::Domain, false},
      {RoleType::None, GrantScope::Project, false},
      {RoleType::None, GrantScope::Inherited, false},
  };
  int n = 0;
  for (const auto& row : rows) {
    const auto typed = make_role(account.id, "typed" + std::to_string(n++), row.type);
    Grant grant = domain_grant(account.id, group.id, typed.id);
    grant.scope = row.scope;
    if (row.scope == GrantScope::Project) grant.project = project.id;
    const auto done = directory.grant(grant);
    EXPECT_EQ(done.has_value(), row.fits) << n;
    if (!row.fits) {
      EXPECT_EQ(code_of(done), Code::InvalidArgument) << n;
    }
  }
}

TEST_F(Grants, RevokedOnceRaiseTheMembersOfTheGroup) {
  const auto bystander = make_user(account.id, "bob");
  std::vector<User> members;
  for (int i = 0; i < 60; ++i) {
    members.push_back(make_user(account.id, "m" + std::to_string(i)));
    ASSERT_TRUE(directory.add_member(group.id, members.back().id));
  }
  const auto grant = project_grant(project, group.id, role.id);
  ASSERT_TRUE(directory.grant(grant));
  Grant never = grant;
  never.project = region_project(account.id, "cn-east-3").id;
  EXPECT_EQ(code_of(directory.revoke(never)), Code::NotFound);
  EXPECT_EQ(epoch_of(members[0]), members[0].epoch);
  ASSERT_TRUE(directory.revoke(grant));
  for (const auto& member : members) EXPECT_EQ(epoch_of(member), member.epoch + 1);
  EXPECT_EQ(epoch_of(bystander), bystander.epoch);
  EXPECT_FALSE(directory.is_granted(grant));
  EXPECT_EQ(code_of(directory.revoke(grant)), Code::NotFound);
  EXPECT_EQ(count_keys("z/"), 0U);
}

TEST_F(Grants, OfAnAgencyApplyAndRaiseIt) {
  const auto agency = make_agency(account.id, "agent");
  const Grant grant{account.id, Grant::Holder::Agency, agency.id.value,
                    role.id,    GrantScope::Project,   project.id,
                    {}};
  ASSERT_TRUE(directory.grant(grant));
  EXPECT_EQ(directory.roles_of_agency(agency, GrantScope::Project, project.id),
            std::vector<RoleId>{role.id});
  EXPECT_TRUE(directory.roles_of_agency(agency, GrantScope::Domain, {}).empty());
  ASSERT_TRUE(directory.revoke(grant));
  EXPECT_TRUE(directory.roles_of_agency(agency, GrantScope::Project, project.id).empty());
  EXPECT_EQ(directory.find_agency(agency.id)->epoch, agency.epoch + 1);
}

}  // namespace
}  // namespace jianmen::directory
