#include "directory/fixture.hpp"

#include <fstream>
#include <sstream>

#include "crypto/password.hpp"
#include "directory/detail/test_world.hpp"

namespace jianmen::directory {
namespace {

using base::Code;
using base::json::value;

value parse(std::string_view text) {
  auto parsed = base::parse_json(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : value();
}

value demo() {
  std::ifstream in(std::string(JIANMEN_SOURCE_DIR) + "/data/demo.json");
  std::stringstream text;
  text << in.rdbuf();
  return parse(text.str());
}

class Fixtures : public World {
 protected:
  int hashed = 0;
  // As cheap as argon2id goes: these tests are not about it.
  PasswordHasher hasher = [this](const base::Secret& password) {
    ++hashed;
    return crypto::hash_password(password, random, {.iterations = 1, .memory_kib = 8, .lanes = 1});
  };

  std::string mistakes_of(std::string_view text) {
    std::string out;
    for (const auto& mistake : check_fixture(parse(text), test_catalog()))
      out += to_text(mistake) + "\n";
    return out;
  }
};

TEST_F(Fixtures, TheDemoLoads) {
  const auto report = load_fixture(directory, demo(), hasher);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->accounts, 1U);
  EXPECT_EQ(report->users, 2U) << "the root user comes with its account";
  EXPECT_EQ(report->groups, 1U);
  EXPECT_EQ(report->grants, 1U);
  EXPECT_EQ(report->keys, 3U);
  EXPECT_EQ(report->services.at("servers").as_array().size(), 8U);

  const auto account = directory.find_account_by_name("demo");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->id, AccountId("0503dda878000fed0f75c0096d70a960"));
  const ProjectId project("05041fffa40025702f6dc009cc6f8f33");
  EXPECT_EQ(directory.find_project(project)->name, "cn-north-4");
  EXPECT_EQ(directory.list_projects(account->id).size(), test_catalog().regions().size());
  const auto viewer = directory.find_user_by_name(account->id, "viewer");
  EXPECT_TRUE(
      crypto::verify_password(base::Secret(std::string("Jianmen@Viewer1")), viewer->password_hash));
  EXPECT_EQ(directory.roles_of_user(*viewer, GrantScope::Project, project),
            std::vector<RoleId>{system_role("ECS ReadOnlyAccess")});
  EXPECT_TRUE(directory.roles_of_user(*viewer, GrantScope::Domain, {}).empty());
  const auto newcomer = directory.find_user_by_name(account->id, "newcomer");
  EXPECT_TRUE(directory.list_groups_of(newcomer->id).empty());
  const auto key = directory.find_access_key(AccessKeyId("JIANMENDEMOADMIN0001"));
  EXPECT_TRUE(directory.find_user(key->user)->root);
  EXPECT_EQ(directory.load_secret(*key)->reveal(), "jianmenDemoAdminSecretKeyForLocalUseOnly");
}

TEST_F(Fixtures, LoadedAgainChangeNothing) {
  ASSERT_TRUE(load_fixture(directory, demo(), hasher));
  const auto generation = directory.generation();
  const auto hashes = hashed;
  const auto again = load_fixture(directory, demo(), hasher);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->accounts + again->users + again->groups + again->grants + again->keys, 0U);
  EXPECT_EQ(directory.generation(), generation);
  EXPECT_EQ(hashed, hashes);
}

TEST_F(Fixtures, BringBackWhatDiffers) {
  ASSERT_TRUE(load_fixture(directory, demo(), hasher));
  const auto account = directory.find_account_by_name("demo")->id;
  const auto viewer = directory.find_user_by_name(account, "viewer")->id;
  ASSERT_TRUE(directory.update_user(viewer, {.password_hash = "broken", .enabled = false}));
  ASSERT_TRUE(directory.delete_access_key(AccessKeyId("JIANMENDEMOVIEWER001")));
  make_group(account, "extra");
  const auto report = load_fixture(directory, demo(), hasher);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->keys, 1U);
  EXPECT_TRUE(directory.find_user(viewer)->enabled);
  EXPECT_TRUE(crypto::verify_password(base::Secret(std::string("Jianmen@Viewer1")),
                                      directory.find_user(viewer)->password_hash));
  EXPECT_TRUE(directory.find_group_by_name(account, "extra"))
      << "what the fixture does not name stays";
}

constexpr std::string_view kFull = R"({
  "accounts": [{"name": "acme", "id": "acme-id"}, {"name": "partner", "enabled": false}],
  "projects": [{"account": "acme", "name": "cn-north-4", "id": "p-north"},
               {"account": "acme", "name": "cn-north-4_dev", "id": "p-dev", "description": "d", "enabled": false}],
  "groups": [{"account": "acme", "name": "admin", "id": "g-admin"}, {"account": "acme", "name": "ops", "id": "g-ops"}],
  "policies": [{"account": "acme", "name": "list servers", "id": "r-list", "type": "XA", "description": "d",
    "policy": {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["ecs:cloudServers:list"]}]}}],
  "users": [{"account": "acme", "name": "acme", "id": "u-root", "password": "Root@1234"},
            {"account": "acme", "name": "alice", "id": "u-alice", "password_hash": "$argon2id$x", "enabled": false,
             "must_change_password": true, "email": "a@example.com", "areacode": "0086", "phone": "1",
             "xuser_id": "x", "xuser_type": "t", "access_mode": "programmatic", "description": "d",
             "password_strength": "High", "groups": ["ops", "g-admin"],
             "keys": [{"ak": "AK1", "sk": "secret one", "active": false, "description": "old"}]}],
  "keys": [{"account": "acme", "user": "alice", "ak": "AK2", "sk": "secret two"}],
  "agencies": [{"account": "acme", "name": "agent", "id": "y-agent", "trusted_account": "partner",
                "duration_hours": 24, "expires": "2030-01-01T00:00:00Z"}],
  "grants": [{"account": "acme", "group": "ops", "role": "list servers", "project": "cn-north-4_dev"},
             {"account": "acme", "group": "g-ops", "role": "r-list", "project": "p-north"},
             {"account": "acme", "group": "ops", "role": "Tenant Guest", "scope": "domain"},
             {"account": "acme", "agency": "agent", "role": "te_agency", "scope": "all"}],
  "tags": [{"any": "thing"}]
})";

TEST_F(Fixtures, EveryNounLoads) {
  EXPECT_EQ(mistakes_of(kFull), "");
  const auto report = load_fixture(directory, parse(kFull), hasher);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->grants, 4U);
  const AccountId acme("acme-id");
  EXPECT_FALSE(directory.find_account_by_name("partner")->enabled);
  EXPECT_EQ(directory.find_project(ProjectId("p-dev"))->parent, ProjectId("p-north"));
  EXPECT_TRUE(directory.find_user(UserId("u-root"))->root);
  EXPECT_EQ(directory.find_group_by_name(acme, "admin")->id, GroupId("g-admin"));
  EXPECT_EQ(directory.find_agency(AgencyId("y-agent"))->trusted_account,
            directory.find_account_by_name("partner")->id);
  EXPECT_FALSE(directory.find_access_key(AccessKeyId("AK1"))->active);
  EXPECT_TRUE(directory.find_access_key(AccessKeyId("AK2"))->active);
  EXPECT_EQ(report->services.at("tags"), parse(R"([{"any": "thing"}])"));
  const auto generation = directory.generation();
  ASSERT_TRUE(load_fixture(directory, parse(kFull), hasher));
  EXPECT_EQ(directory.generation(), generation);
}

TEST_F(Fixtures, ExportedAndImportedAreTheSame) {
  ASSERT_TRUE(load_fixture(directory, parse(kFull), hasher));
  for (const bool with_secrets : {true, false}) {
    const value exported = export_directory(directory, with_secrets);
    const auto text = base::to_text(exported);
    EXPECT_EQ(text.find("secret one") != std::string::npos, with_secrets);
    const auto elsewhere = store::make_memory_store(clock);
    Directory copy(*elsewhere, test_catalog(), vault, clock, random);
    const auto report = load_fixture(copy, exported, hasher);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(base::to_text(export_directory(copy, true)),
              base::to_text(export_directory(directory, true)));
  }
}

TEST_F(Fixtures, SealedKeysOpenOnlyUnderTheSameMasterKey) {
  ASSERT_TRUE(load_fixture(directory, parse(kFull), hasher));
  const value exported = export_directory(directory, false);
  const std::array<std::uint8_t, 32> other_master = {9};
  const crypto::Vault other(other_master, random);
  const auto elsewhere = store::make_memory_store(clock);
  Directory copy(*elsewhere, test_catalog(), other, clock, random);
  const auto report = load_fixture(copy, exported, hasher);
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().message.starts_with("users[1].keys[0]: ")) << report.error().message;
}

struct MistakeRow {
  const char* fixture;
  const char* mistakes;
};

TEST_F(Fixtures, EveryMistakeIsToldWithItsPath) {
  const std::vector<MistakeRow> rows = {
      {R"({})", ""},
      {R"([])", "must be an object\n"},
      {R"({"acounts": []})", "acounts: unknown key\n"},
      {R"({"accounts": {}})", "accounts: must be a list\n"},
      {R"({"accounts": [1]})", "accounts[0]: must be an object\n"},
      {R"({"accounts": [{}]})", "accounts[0]: needs \"name\"\n"},
      {R"({"accounts": [{"name": ""}]})", "accounts[0].name: must not be empty\n"},
      {R"({"accounts": [{"name": 1}]})", "accounts[0].name: must be a text\n"},
      {R"({"accounts": [{"name": "a", "id": "x/y"}]})",
       "accounts[0].id: must be 1 to 64 letters, digits, '-' and '_'\n"},
      {R"({"accounts": [{"name": "a", "colour": 1}]})", "accounts[0].colour: unknown key\n"},
      {R"({"accounts": [{"name": "a"}, {"name": "a"}]})",
       "accounts[1].name: a second account \"a\"\n"},
      {R"({"accounts": [{"name": "a", "id": "x"}, {"name": "b", "id": "x"}]})",
       "accounts[1].id: a second row with this id\n"},
      {R"({"groups": [{"name": "g"}]})", "groups[0]: needs \"account\"\n"},
      {R"({"groups": [{"name": "g", "account": "b"}]})", "groups[0].account: no account \"b\"\n"},
      {R"({"accounts": [{"name": "a"}], "projects": [{"name": "mars-1"}]})",
       "projects[0].name: no region \"mars-1\"\n"},
      {R"({"accounts": [{"name": "a"}], "projects": [{"name": "cn-north-4_"}]})",
       "projects[0].name: must be <region>_<suffix>, at most 64 letters, digits, '_' and '-'\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b"}, {"name": "c", "groups": ["x", 1]}]})",
       "users[1].groups[1]: must be the name or the id of a group\nusers[1].groups[0]: no group "
       "\"x\"\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b", "root": true}]})",
       "users[0].root: the root user, and no other, has the name of its account\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "a", "enabled": false}]})",
       "users[0].enabled: the root user cannot be disabled\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b", "password": "x", "password_hash": "y"}]})",
       "users[0].password_hash: give a password or its hash, not both\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b", "access_mode": "web"}]})",
       "users[0].access_mode: must be one of default, programmatic, console\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b", "keys": [{"ak": "A"}]}]})",
       "users[0].keys[0]: needs \"sk\", or \"sealed\" from an export\n"},
      {R"({"accounts": [{"name": "a"}], "users": [{"name": "b", "keys": [
          {"ak": "A", "sk": "s"}, {"ak": "A", "sk": "s"}, {"ak": "C", "sk": "s"}]}]})",
       "users[0].keys[1].ak: a second key with this id\nusers[0].keys[2]: a user has at most 2 "
       "access keys\n"},
      {R"({"accounts": [{"name": "a"}], "keys": [{"ak": "A", "sk": "s", "user": "x"}]})",
       "keys[0].user: no user \"x\"\n"},
      {R"({"accounts": [{"name": "a"}], "policies": [{"name": "p"}]})",
       "policies[0]: needs \"policy\"\n"},
      {R"({"accounts": [{"name": "a"}], "grants": [{"group": "admin", "role": "Tenant Guest"}]})",
       "grants[0]: needs \"project\", or \"scope\": \"domain\" or \"all\"\n"},
      {R"({"accounts": [{"name": "a"}], "grants": [{"group": "x", "role": "y", "project": "z"}]})",
       "grants[0].group: no group \"x\"\ngrants[0].project: no project \"z\"\ngrants[0].role: no "
       "role or policy \"y\"\n"},
      {R"({"accounts": [{"name": "a"}], "grants": [{"group": "admin", "role": "ECS FullAccess", "scope": "domain"}]})",
       "grants[0]: the role \"ECS FullAccess\" cannot be granted on the domain\n"},
      {R"({"accounts": [{"name": "a"}], "grants": [{"role": "Tenant Guest", "scope": "all"}]})",
       "grants[0]: needs \"group\" or \"agency\"\n"},
      {R"({"accounts": [{"name": "a"}], "agencies": [{"name": "y", "trusted_account": "b", "expires": "soon"}]})",
       "agencies[0].expires: must be a time such as 2026-06-01T12:00:00Z\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(mistakes_of(row.fixture), row.mistakes) << row.fixture;
}

TEST_F(Fixtures, WithAMistakeChangeNothing) {
  auto fixture = demo();
  fixture.as_object()["users"].as_array()[1].as_object()["groups"].as_array()[0] = "nowhere";
  const auto report = load_fixture(directory, fixture, hasher);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::InvalidArgument);
  EXPECT_EQ(report.error().message, "users[1].groups[0]: no group \"nowhere\"");
  EXPECT_EQ(count_keys(), 0U);
}

TEST_F(Fixtures, MayBuildOnWhatTheDirectoryHolds) {
  const auto account = make_account("acme");
  make_group(account.id, "ops");
  const auto fixture =
      parse(R"({"users": [{"account": "acme", "name": "alice", "groups": ["ops"]}]})");
  EXPECT_FALSE(check_fixture(fixture, test_catalog()).empty())
      << "alone it names nothing that exists";
  ASSERT_TRUE(load_fixture(directory, fixture, hasher));
  EXPECT_EQ(directory.list_groups_of(directory.find_user_by_name(account.id, "alice")->id).size(),
            1U);
}

TEST_F(Fixtures, RefuseToTakeOverWhatIsAnothers) {
  ASSERT_TRUE(load_fixture(directory, demo(), hasher));
  const std::vector<MistakeRow> rows = {
      {R"({"accounts": [{"name": "demo", "id": "another"}]})",
       "accounts[0].id: the account \"demo\" exists with"},
      {R"({"projects": [{"account": "demo", "name": "cn-north-4", "id": "p"}]})",
       "projects[0].id: the project"},
      {R"({"keys": [{"account": "demo", "user": "demo", "ak": "JIANMENDEMOVIEWER001", "sk": "x"}]})",
       "keys[0].ak: another user has this key"},
      {R"({"keys": [{"account": "demo", "user": "viewer", "ak": "JIANMENDEMOVIEWER001", "sk": "x"}]})",
       "keys[0].sk: the key exists with another secret"},
  };
  for (const auto& row : rows) {
    const auto report = load_fixture(directory, parse(row.fixture), hasher);
    ASSERT_FALSE(report) << row.fixture;
    EXPECT_TRUE(report.error().message.starts_with(row.mistakes)) << report.error().message;
  }
}

}  // namespace
}  // namespace jianmen::directory
