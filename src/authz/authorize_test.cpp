#include "authz/authorize.hpp"

#include <gtest/gtest.h>

#include "base/time_text.hpp"
#include "store/memory.hpp"

namespace jianmen::authz {
namespace {

using namespace identity;
using namespace std::chrono_literals;

const catalog::Catalog& the_catalog() {
  static const auto catalog = catalog::Catalog::create();
  EXPECT_TRUE(catalog) << catalog.error().message;
  return **catalog;
}

directory::NewUser new_user(std::string_view name, bool root = false) {
  directory::NewUser user;
  user.name = name;
  user.root = root;
  return user;
}

constexpr std::string_view kList = "ecs:cloudServers:list";
constexpr std::string_view kDelete = "ecs:cloudServers:deleteServers";

// An account with three regions' projects, a group ecs-viewers (read-only in cn-north-4) and a user
// in it.
class Authorize : public testing::Test {
 protected:
  Authorize() {
    account_ = *directory_.create_account("demo", {}, new_user("demo", true));
    other_ = *directory_.create_account("other", {}, new_user("other", true));
    north_ = *directory_.find_project_by_name(account_.id, "cn-north-4");
    east_ = *directory_.find_project_by_name(account_.id, "cn-east-3");
    group_ = *directory_.create_group(account_.id, "ecs-viewers", "");
    user_ = *directory_.create_user(account_.id, new_user("viewer"));
    EXPECT_TRUE(directory_.add_member(group_.id, user_.id));
    grant(group_, "ECS ReadOnlyAccess", &north_);
    clock_.advance(1min);
  }

  Grant make_grant(const Group& group, std::string_view role, const Project* project,
                   GrantScope scope = GrantScope::Project) {
    Grant grant;
    grant.account = account_.id;
    grant.holder_id = group.id.value;
    grant.role = directory_.find_role_by_name(account_.id, role)->id;
    grant.scope = scope;
    if (project != nullptr) grant.project = project->id;
    return grant;
  }

  void grant(const Group& group, std::string_view role, const Project* project,
             GrantScope scope = GrantScope::Project) {
    const auto granted = directory_.grant(make_grant(group, role, project, scope));
    EXPECT_TRUE(granted) << role << ": " << granted.error().message;
  }

  void create_policy(std::string_view name, std::string_view statements) {
    Role role;
    role.display_name = name;
    role.type = RoleType::Both;
    role.policy = R"({"Version":"1.1","Statement":[)" + std::string(statements) + "]}";
    const auto created = directory_.create_role(account_.id, role);
    EXPECT_TRUE(created) << created.error().message;
  }

  Principal by_key(const User& user) {
    Principal principal;
    principal.account = account_.id;
    principal.account_name = account_.name;
    principal.id = user.id.value;
    principal.name = user.name;
    principal.root = user.root;
    principal.credential = CredentialKind::AccessKey;
    return principal;
  }

  Principal by_token(const User& user, const Project* project) {
    auto principal = by_key(user);
    principal.credential = CredentialKind::Token;
    principal.scope = project ? in(*project) : Scope{Scope::Kind::Domain, {}, {}};
    principal.roles =
        directory_.roles_of_user(user, project ? GrantScope::Project : GrantScope::Domain,
                                 project ? project->id : ProjectId());
    principal.issued = clock_.now();
    clock_.advance(1min);
    return principal;
  }

  static Scope in(const Project& project) {
    return {Scope::Kind::Project, project.id, project.name};
  }

  Question ask(std::string_view action, const Project* project) {
    Question question;
    question.action = action;
    question.service = action.substr(0, action.find(':'));
    question.scope = project ? in(*project) : Scope{Scope::Kind::Domain, {}, {}};
    if (project) question.region = project->region;
    question.now = clock_.now();
    return question;
  }

  bool allowed(const Principal& principal, const Question& question) {
    return authorizer_.decide(principal, question).allowed();
  }

  std::string evidence(const Refusal& refusal, std::string_view name) {
    const auto* value = refusal.find(name);
    return value ? *value : "(none)";
  }

  User create_user(std::string_view name) {
    return *directory_.create_user(account_.id, new_user(name));
  }

  base::ManualClock clock_{*base::parse_iso("2026-06-01T12:00:00Z")};
  base::SequenceRandom random_{3};
  std::array<std::uint8_t, 32> key_{};
  crypto::Vault vault_{key_, random_};
  std::unique_ptr<store::Store> store_ = store::make_memory_store(clock_);
  directory::Directory directory_{*store_, the_catalog(), vault_, clock_, random_};
  Authorizer authorizer_{directory_};
  Account account_, other_;
  Project north_, east_;
  Group group_;
  User user_;
};

TEST_F(Authorize, AllowsWhatIsGrantedWhereItIsGranted) {
  const auto decision = authorizer_.decide(by_key(user_), ask(kList, &north_));
  ASSERT_TRUE(decision.allowed());
  EXPECT_EQ(decision.by->role_name, "ECS ReadOnlyAccess");
  EXPECT_FALSE(allowed(by_key(user_), ask(kDelete, &north_)));
  EXPECT_FALSE(allowed(by_key(user_), ask(kList, &east_)));
  EXPECT_FALSE(allowed(by_key(user_), ask(kList, nullptr)));
}

TEST_F(Authorize, RootIsAllowedEverythingInItsAccountAlone) {
  const auto root = by_key(*directory_.find_user_by_name(account_.id, "demo"));
  const auto decision = authorizer_.decide(root, ask(kDelete, &north_));
  ASSERT_TRUE(decision.allowed());
  EXPECT_EQ(decision.by->role_name, "root user");
  EXPECT_TRUE(allowed(root, ask("iam:users:createUser", nullptr)));
  auto nothing = ask("", &north_);
  nothing.service = "ecs";
  EXPECT_TRUE(allowed(root, nothing));
  const auto foreign = *directory_.find_project_by_name(other_.id, "cn-north-4");
  EXPECT_FALSE(allowed(root, ask(kList, &foreign)));
  EXPECT_EQ(authorizer_.explain(root, ask(kList, &foreign)).cause, Cause::ScopeProjectNotYours);
  auto agency = root;
  agency.kind = Principal::Kind::Agency;
  EXPECT_FALSE(allowed(agency, ask(kList, &north_)));
}

TEST_F(Authorize, PermanentKeysFollowTheGrantsAtOnce) {
  const auto principal = by_key(user_);
  EXPECT_FALSE(allowed(principal, ask(kDelete, &north_)));
  grant(group_, "ECS FullAccess", &north_);
  EXPECT_TRUE(allowed(principal, ask(kDelete, &north_)));
  EXPECT_TRUE(directory_.revoke(make_grant(group_, "ECS FullAccess", &north_)));
  EXPECT_FALSE(allowed(principal, ask(kDelete, &north_)));
  EXPECT_TRUE(directory_.remove_member(group_.id, user_.id));
  EXPECT_FALSE(allowed(principal, ask(kList, &north_)));
}

TEST_F(Authorize, ATokenKeepsWhatItWasIssuedWith) {
  const auto before = by_token(user_, &north_);
  grant(group_, "ECS FullAccess", &north_);
  EXPECT_FALSE(allowed(before, ask(kDelete, &north_)));
  EXPECT_TRUE(allowed(by_token(user_, &north_), ask(kDelete, &north_)));
}

TEST_F(Authorize, ATokenLosesRolesThatNoLongerExist) {
  create_policy("starter", R"({"Effect":"Allow","Action":["ecs:cloudServers:start"]})");
  grant(group_, "starter", &north_);
  const auto token = by_token(user_, &north_);
  EXPECT_TRUE(allowed(token, ask("ecs:cloudServers:start", &north_)));
  EXPECT_TRUE(directory_.revoke(make_grant(group_, "starter", &north_)));
  EXPECT_TRUE(directory_.delete_role(directory_.find_role_by_name(account_.id, "starter")->id));
  EXPECT_FALSE(allowed(token, ask("ecs:cloudServers:start", &north_)));
  EXPECT_TRUE(allowed(token, ask(kList, &north_)));
}

TEST_F(Authorize, RolesOfAnotherAccountDoNotCount) {
  Role role;
  role.display_name = "theirs";
  role.policy = R"({"Version":"1.1","Statement":[{"Effect":"Allow","Action":["*"]}]})";
  auto token = by_token(user_, &north_);
  token.roles->push_back(directory_.create_role(other_.id, role)->id);
  EXPECT_FALSE(allowed(token, ask(kDelete, &north_)));
}

TEST_F(Authorize, ATokenOfAProjectGivesNothingInAnother) {
  grant(group_, "ECS FullAccess", &east_);
  EXPECT_TRUE(allowed(by_token(user_, &north_), ask(kList, &north_)));
  EXPECT_FALSE(allowed(by_token(user_, &north_), ask(kList, &east_)));
  grant(group_, "ECS CommonOperations", nullptr, GrantScope::Inherited);
  EXPECT_TRUE(allowed(by_token(user_, &north_), ask(kList, &east_)));
  EXPECT_FALSE(allowed(by_token(user_, &north_), ask(kDelete, &east_)));
}

TEST_F(Authorize, GrantsOnAProjectDoNotReachIam) {
  grant(group_, "FullAccess", &north_);
  const auto create = "iam:users:createUser";
  EXPECT_TRUE(allowed(by_token(user_, &north_), ask(kDelete, &north_)));
  EXPECT_FALSE(allowed(by_token(user_, &north_), ask(create, &north_)));
  EXPECT_FALSE(allowed(by_token(user_, &north_), ask(create, nullptr)));
  EXPECT_FALSE(allowed(by_key(user_), ask(create, &north_)));
  grant(group_, "FullAccess", nullptr, GrantScope::Inherited);
  EXPECT_TRUE(allowed(by_token(user_, &north_), ask(create, &north_)));
  EXPECT_TRUE(allowed(by_key(user_), ask(create, nullptr)));
}

TEST_F(Authorize, MembersOfAdminManageIam) {
  const auto admin = create_user("second");
  EXPECT_TRUE(
      directory_.add_member(directory_.find_group_by_name(account_.id, "admin")->id, admin.id));
  const std::vector<std::string> aliases{"identity:list_users"};
  auto question = ask("iam:users:listUsers", nullptr);
  question.aliases = aliases;
  EXPECT_TRUE(allowed(by_key(admin), question));
  EXPECT_TRUE(allowed(by_token(admin, nullptr), question));
  EXPECT_TRUE(allowed(by_token(admin, &north_), question));
  EXPECT_TRUE(allowed(by_key(admin), ask(kDelete, &east_)));
  EXPECT_FALSE(allowed(by_key(user_), question));
}

TEST_F(Authorize, AnOperationWithoutActionNeedsSomeRightOnTheService) {
  auto quotas = ask("", nullptr);
  quotas.service = "tms";
  EXPECT_FALSE(allowed(by_key(user_), quotas));
  EXPECT_EQ(authorizer_.explain(by_key(user_), quotas).cause, Cause::PermissionNotGranted);
  grant(group_, "Tenant Guest", nullptr, GrantScope::Domain);
  EXPECT_TRUE(allowed(by_key(user_), quotas));
  auto iam = ask("", nullptr);
  iam.service = "iam";
  grant(group_, "IAM ReadOnlyAccess", nullptr, GrantScope::Domain);
  EXPECT_FALSE(
      allowed(by_key(user_), iam));  // reading IAM does not open what only its administrators do
  grant(group_, "Security Administrator", nullptr, GrantScope::Domain);
  EXPECT_TRUE(allowed(by_key(user_), iam));
}

TEST_F(Authorize, KnowsTheAttributesOfConditions) {
  struct Row {
    std::string_view condition;
    bool holds;
  };
  const std::vector<Row> rows = {
      {R"("DateGreaterThan":{"g:CurrentTime":["2026-06-01T12:00:59Z"]})", true},
      {R"("DateLessThan":{"g:CurrentTime":["2026-06-01T12:00:59Z"]})", false},
      {R"("StringEquals":{"g:DomainName":["demo"],"g:ProjectName":["cn-east-3"],"g:ServiceName":["ecs"]})",
       true},
      {R"("StringEquals":{"g:ProjectName":["cn-north-4"]})", false},
      {R"("StringEquals":{"g:UserName":["viewer"]})", true},
      {R"("StringNotEquals":{"g:UserName":["viewer"]})", false},
      {R"("Null":{"g:UserId":["false"]})", true},
      {R"("Bool":{"g:MFAPresent":["true"]},"NumberLessThan":{"g:MFAAge":["61"]})", true},
      {R"("NumberLessThan":{"g:MFAAge":["60"]})", false},
      {R"("IpAddress":{"g:SourceIp":["192.0.2.0/24"]})", true},
      {R"("NotIpAddress":{"g:SourceIp":["192.0.2.0/24"]})", false},
      {R"("Bool":{"g:SecureTransport":["false"]})", true},
      {R"("StringEquals":{"g:RequestedRegion":["cn-east-3"]})", true},
  };
  auto principal = by_key(user_);
  principal.mfa_at = clock_.now() - 60s;
  int number = 0;
  for (const auto& row : rows) {
    const auto name = "policy " + std::to_string(number++);
    create_policy(name, R"({"Effect":"Allow","Action":["ecs:*:*"],"Condition":{)" +
                            std::string(row.condition) + "}}");
    grant(group_, name, &east_);
    auto question = ask(kList, &east_);
    question.peer = "192.0.2.7";
    EXPECT_EQ(allowed(principal, question), row.holds) << row.condition;
    if (!row.holds) {
      EXPECT_EQ(authorizer_.explain(principal, question).cause, Cause::PermissionCondition);
    }
    EXPECT_TRUE(directory_.revoke(make_grant(group_, name, &east_)));
  }
}

TEST_F(Authorize, AProjectIsTheResourceOfAnOperationWithoutOne) {
  create_policy("north",
                R"({"Effect":"Allow","Action":["ecs:*:*"],"Resource":["ecs:cn-north-4:*:*:*"]})");
  grant(group_, "north", nullptr, GrantScope::Inherited);
  EXPECT_TRUE(allowed(by_key(user_), ask(kDelete, &north_)));
  EXPECT_FALSE(allowed(by_key(user_), ask(kDelete, &east_)));
  const auto refusal = authorizer_.explain(by_key(user_), ask(kDelete, &east_));
  EXPECT_EQ(refusal.cause, Cause::PermissionResource);
  EXPECT_EQ(evidence(refusal, "near_miss"), "ecs:cn-north-4:*:*:*");
}

TEST_F(Authorize, TellsTheInternalNamesOfRoles) {
  EXPECT_EQ(authorizer_.role_names(by_key(user_), in(north_)),
            std::vector<std::string>{"system_all_8"});
  EXPECT_TRUE(authorizer_.role_names(by_key(user_), in(east_)).empty());
}

TEST_F(Authorize, AgenciesHaveTheirOwnGrants) {
  Agency agency;
  agency.account = account_.id;
  agency.name = "helper";
  agency.trusted_account = other_.id;
  agency.trusted_account_name = other_.name;
  agency = *directory_.create_agency(agency);
  auto given = make_grant(group_, "ECS ReadOnlyAccess", &north_);
  given.holder = Grant::Holder::Agency;
  given.holder_id = agency.id.value;
  auto principal = by_key(user_);
  principal.kind = Principal::Kind::Agency;
  principal.id = agency.id.value;
  principal.name = "demo/helper";
  EXPECT_FALSE(allowed(principal, ask(kList, &north_)));
  EXPECT_TRUE(directory_.grant(given));
  EXPECT_TRUE(allowed(principal, ask(kList, &north_)));
  EXPECT_FALSE(allowed(principal, ask(kDelete, &north_)));
  const auto refusal = authorizer_.explain(principal, ask(kDelete, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionAgency);
  EXPECT_EQ(
      evidence(refusal, "smallest_grant"),
      "jianmen admin grant create --agency helper --role ecs-cloudServers-deleteServers --project "
      "cn-north-4");
}

// --- explanations

TEST_F(Authorize, ExplainsAUserInNoGroup) {
  const auto newcomer = create_user("newcomer");
  const auto refusal = authorizer_.explain(by_key(newcomer), ask(kList, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionNoGroup);
  EXPECT_EQ(evidence(refusal, "action"), kList);
  EXPECT_EQ(evidence(refusal, "scope"), "project cn-north-4");
  EXPECT_EQ(evidence(refusal, "groups"), "");
  EXPECT_EQ(evidence(refusal, "group_that_allows"), "ecs-viewers");
  EXPECT_EQ(evidence(refusal, "smallest_grant"),
            "jianmen admin grant create --group ecs-users --role \"ECS ReadOnlyAccess\" "
            "--project cn-north-4");
  EXPECT_EQ(evidence(refusal, "new_group"), "ecs-users");
  EXPECT_TRUE(evidence(refusal, "grant_calls")
                  .ends_with("; then PUT /v3/groups/GROUP_ID/users/" + newcomer.id.value));
}

TEST_F(Authorize, ExplainsAMissingGrantWithTheSmallestRoleThatMendsIt) {
  struct Row {
    std::string_view action, role;
  };
  const std::vector<Row> rows = {
      {"ecs:cloudServers:start", "\"ECS CommonOperations\""},
      {kDelete, "ecs-cloudServers-deleteServers"},  // no system policy holds little more than that
  };
  for (const auto& row : rows) {
    const auto refusal = authorizer_.explain(by_key(user_), ask(row.action, &north_));
    EXPECT_EQ(refusal.cause, Cause::PermissionNotGranted);
    EXPECT_EQ(evidence(refusal, "roles"), "ECS ReadOnlyAccess");
    EXPECT_EQ(evidence(refusal, "group_that_allows"), "(none)");
    EXPECT_EQ(evidence(refusal, "smallest_grant"),
              "jianmen admin grant create --group ecs-viewers --role " + std::string(row.role) +
                  " --project cn-north-4");
  }
}

TEST_F(Authorize, ExplainsWhatARoleLeavesOut) {
  grant(group_, "Tenant Administrator", nullptr, GrantScope::Domain);
  const std::vector<std::string> aliases{"identity:list_users"};
  auto question = ask("iam:users:listUsers", nullptr);
  question.aliases = aliases;
  const auto refusal = authorizer_.explain(by_key(user_), question);
  EXPECT_EQ(refusal.cause, Cause::PermissionNotGranted);
  EXPECT_EQ(evidence(refusal, "near_miss"), "identity:*");
  EXPECT_EQ(evidence(refusal, "smallest_grant"),
            "jianmen admin grant create --group ecs-viewers --role \"IAM ReadOnlyAccess\" --scope "
            "domain");
}

TEST_F(Authorize, ExplainsAGrantInAnotherProject) {
  const auto refusal = authorizer_.explain(by_key(user_), ask(kList, &east_));
  EXPECT_EQ(refusal.cause, Cause::PermissionOtherProject);
  EXPECT_EQ(evidence(refusal, "granted_in"), "cn-north-4");
  EXPECT_EQ(evidence(refusal, "smallest_grant"),
            "jianmen admin grant create --group ecs-viewers --role \"ECS ReadOnlyAccess\" "
            "--project cn-east-3");
}

TEST_F(Authorize, ExplainsGrantsOfTheWrongKind) {
  const auto list = "tms:predefineTags:list";
  grant(group_, "Tenant Guest", &north_);
  const auto domain = authorizer_.explain(by_key(user_), ask(list, nullptr));
  EXPECT_EQ(domain.cause, Cause::PermissionGlobalNeeded);
  EXPECT_EQ(evidence(domain, "granted_in"), "cn-north-4");
  EXPECT_EQ(evidence(domain, "scope"), "domain demo");
  grant(group_, "FullAccess", nullptr, GrantScope::Domain);
  const auto project = authorizer_.explain(by_key(user_), ask(kDelete, &north_));
  EXPECT_EQ(project.cause, Cause::PermissionGlobalNeeded);
  EXPECT_EQ(evidence(project, "granted_in"), "domain");
}

TEST_F(Authorize, ExplainsAnExplicitDeny) {
  create_policy("no lists", R"({"Effect":"Allow","Action":["evs:*:*"]},
                               {"Effect":"Deny","Action":["ecs:*:list*"]})");
  grant(group_, "no lists", &north_);
  const auto refusal = authorizer_.explain(by_key(user_), ask(kList, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionDenied);
  EXPECT_EQ(evidence(refusal, "statement"), "'no lists', statement 2");
  // No grant helps against a Deny: it is taken away first.
  EXPECT_EQ(evidence(refusal, "ungrant"),
            "jianmen admin grant delete --group ecs-viewers --role \"no lists\" --project "
            "cn-north-4 --account demo");
  EXPECT_EQ(evidence(refusal, "smallest_grant"), "(none)");  // the rest allows it
}

TEST_F(Authorize, ExplainsATokenOlderThanItsGrant) {
  const auto token = by_token(user_, &north_);
  grant(group_, "ECS FullAccess", &north_);
  const auto refusal = authorizer_.explain(token, ask(kDelete, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionStaleToken);
  EXPECT_EQ(evidence(refusal, "token_issued"), "2026-06-01T12:01:00Z");
  EXPECT_EQ(evidence(refusal, "granted_at"), "2026-06-01T12:02:00Z");
}

TEST_F(Authorize, ExplainsATokenOlderThanAMembership) {
  const auto newcomer = create_user("newcomer");
  const auto token = by_token(newcomer, &north_);
  EXPECT_TRUE(directory_.add_member(group_.id, newcomer.id));
  const auto refusal = authorizer_.explain(token, ask(kList, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionStaleToken);
  EXPECT_EQ(evidence(refusal, "granted_at"), "(none)");
  EXPECT_EQ(evidence(refusal, "roles_now"), "ECS ReadOnlyAccess");
}

TEST_F(Authorize, ExplainsAProjectsTokenAtAnAccountsService) {
  grant(group_, "IAM ReadOnlyAccess", nullptr, GrantScope::Domain);
  const auto refusal =
      authorizer_.explain(by_token(user_, &north_), ask("iam:users:listUsers", &north_));
  EXPECT_EQ(refusal.cause, Cause::ScopeProjectOnGlobal);
}

TEST_F(Authorize, ExplainsMissingDepends) {
  grant(group_, "Server Administrator", &north_);
  const auto refusal = authorizer_.explain(by_key(user_), ask(kDelete, &north_));
  EXPECT_EQ(refusal.cause, Cause::PermissionDepends);
  EXPECT_EQ(evidence(refusal, "statement"), "'Server Administrator', statement 1");
  EXPECT_EQ(evidence(refusal, "near_miss"), "Tenant Guest (BASE)");
  grant(group_, "Tenant Guest", &north_);
  EXPECT_TRUE(allowed(by_key(user_), ask(kDelete, &north_)));
}

TEST_F(Authorize, NamesInSuggestedCommandsCannotRunAnything) {
  const auto odd = *directory_.create_group(account_.id, "a$(reboot)'b", "");
  const auto member = create_user("member");
  EXPECT_TRUE(directory_.add_member(odd.id, member.id));
  const auto refusal = authorizer_.explain(by_key(member), ask(kDelete, &north_));
  EXPECT_EQ(
      evidence(refusal, "smallest_grant"),
      "jianmen admin grant create --group 'a$(reboot)'\\''b' --role ecs-cloudServers-deleteServers "
      "--project cn-north-4");
}

TEST_F(Authorize, ABrokenRoleGivesNothingAndIsNamed) {
  create_policy("broken", R"({"Effect":"Allow","Action":["*"],"Condition":{"Sometimes":{}}})");
  grant(group_, "broken", &north_);
  EXPECT_FALSE(allowed(by_key(user_), ask(kList, &north_)));
  const auto refusal = authorizer_.explain(by_key(user_), ask(kList, &north_));
  EXPECT_TRUE(evidence(refusal, "broken_role").contains("'broken'"));
}

}  // namespace
}  // namespace jianmen::authz
