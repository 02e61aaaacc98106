#include "policy/evaluate.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace {
std::atomic<std::size_t> allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace jianmen::policy {
namespace {

using Outcome = Decision::Outcome;
using Why = NearMiss::Why;
using Reach = ServiceRequest::Reach;

identity::Role role(std::string name, std::string policy, std::string catalog = "BASE") {
  identity::Role role;
  role.id = identity::RoleId("id-of-" + name);
  role.name = "internal " + name;
  role.display_name = std::move(name);
  role.catalog = std::move(catalog);
  role.policy = std::move(policy);
  return role;
}

std::string v10(std::string_view statements, std::string_view depends = "[]") {
  return R"({"Version":"1.0","Statement":[)" + std::string(statements) + R"(],"Depends":)" +
         std::string(depends) + "}";
}

std::string v11(std::string_view statements) {
  return R"({"Version":"1.1","Statement":[)" + std::string(statements) + "]}";
}

std::shared_ptr<const Compiled> compile(const std::vector<identity::Role>& roles) {
  auto compiled = Compiled::create(roles);
  EXPECT_TRUE(compiled) << compiled.error().message;
  return compiled ? *compiled : nullptr;
}

const auto kTenantAdministrator =
    role("Tenant Administrator",
         v10(R"({"Effect":"Allow","Action":["*"]},{"Effect":"Deny","Action":["identity:*"]})"));
const auto kTenantGuest =
    role("Tenant Guest", v10(R"({"Effect":"Allow","Action":["*:*:Get*","*:*:List*"]},
                                {"Effect":"Deny","Action":["identity:*"]})"));
const auto kSecurityAdministrator =
    role("Security Administrator", v10(R"({"Effect":"Allow","Action":["identity:*"]})"));
const auto kAgentOperator =
    role("Agent Operator", v10(R"({"Effect":"Allow","Action":["identity:assume role"]})"), "IAM");

TEST(Evaluate, MatchesActions) {
  struct Row {
    std::string_view pattern, yes, no;
  };
  const std::vector<Row> rows = {
      {"ecs:cloudServers:list", "ecs:cloudServers:list", "ecs:cloudServers:listAll"},
      {"ECS:CLOUDSERVERS:LIST", "ecs:cloudServers:list", "evs:cloudServers:list"},
      {"ecs:*:*", "ecs:servers:delete", "ecsx:servers:delete"},
      {"ecs:*", "ecs:servers:delete", "evs:servers:delete"},
      {"ecs:*:get*", "ecs:servers:getTags", "ecs:servers:target"},
      {"ecs:*:get*", "ecs:flavors:get", "ecs:getters:list"},
      {"ecs:server*:list", "ecs:serverGroups:list", "ecs:cloudServers:list"},
      {"ecs:servers:a*b", "ecs:servers:axxb", "ecs:servers:axxc"},
      {"ecs:servers:?et", "ecs:servers:get", "ecs:servers:meet"},
      {"*:*:List*", "tms:predefineTags:list", "tms:predefineTags:create"},
      {"*:*:List*", "ecs:cloudServers:list", "identity:list_users"},
      {"identity:*", "identity:assume role", "iam:users:listUsers"},
      {"identity:*:*", "identity:assume role", "iam:users:listUsers"},
      {"identity:assume role", "identity:assume role", "identity:assume"},
      {"DNS:Zone:*", "dns:zone:create", "dns:zones:create"},
      {"e?s:servers:*", "evs:servers:get", "eccs:servers:get"},
  };
  for (const auto& row : rows) {
    const auto set = compile(
        {role("r", v11(R"({"Effect":"Allow","Action":[")" + std::string(row.pattern) + R"("]})"))});
    EXPECT_TRUE(set->decide({.action = row.yes}).allowed()) << row.pattern << ' ' << row.yes;
    EXPECT_EQ(set->decide({.action = row.no}).outcome, Outcome::NoMatch)
        << row.pattern << ' ' << row.no;
  }
}

TEST(Evaluate, OneStarIsEverything) {
  for (const auto pattern : {"*", "*:*", "*:*:*"}) {
    const auto set = compile(
        {role("r", v11(R"({"Effect":"Allow","Action":[")" + std::string(pattern) + R"("]})"))});
    for (const auto action : {"ecs:servers:list", "identity:assume role", "x"}) {
      EXPECT_TRUE(set->decide({.action = action}).allowed()) << pattern << ' ' << action;
    }
  }
}

TEST(Evaluate, NamesTheStatementThatDecided) {
  const auto set =
      compile({role("a", v11(R"({"Effect":"Allow","Action":["evs:*:*"]},
                                {"Effect":"Allow","Action":["ecs:*:*"]})")),
               role("b", v11(R"({"Effect":"Deny","Action":["ecs:servers:delete"]})"))});
  const auto allowed = set->decide({.action = "ecs:servers:list"});
  ASSERT_TRUE(allowed.allowed());
  EXPECT_EQ(allowed.by->role_name, "a");
  EXPECT_EQ(allowed.by->role, identity::RoleId("id-of-a"));
  EXPECT_EQ(allowed.by->statement, 1u);
  const auto denied = set->decide({.action = "ecs:servers:delete"});
  ASSERT_EQ(denied.outcome, Outcome::Denied);
  EXPECT_EQ(denied.by->role_name, "b");
  EXPECT_EQ(set->decide({.action = "ims:images:list"}).by, nullptr);
}

TEST(Evaluate, TheDecisionOutlivesItsSet) {
  auto set = compile({role("a", v11(R"({"Effect":"Allow","Action":["*"]})"))});
  const auto decision = set->decide({.action = "ecs:servers:list"});
  set.reset();
  EXPECT_EQ(decision.by->role_name, "a");
}

TEST(Evaluate, AnEmptySetAllowsNothing) {
  EXPECT_EQ(compile({})->decide({.action = "ecs:servers:list"}).outcome, Outcome::NoMatch);
  EXPECT_EQ(compile({kTenantGuest})->decide({.action = ""}).outcome, Outcome::NoMatch);
}

TEST(Evaluate, OlderNamesCount) {
  const std::vector<std::string> aliases{"identity:list_users"};
  const Request request{.action = "iam:users:listUsers", .aliases = aliases};
  EXPECT_TRUE(compile({kSecurityAdministrator})->decide(request).allowed());
  EXPECT_FALSE(compile({kSecurityAdministrator})->decide({.action = request.action}).allowed());
  EXPECT_FALSE(compile({kAgentOperator})->decide(request).allowed());
  const std::vector<std::string> many{
      "a:b:c", "d:e:f", "g:h:i", "j:k:l", std::string(300, 'x'), "identity:list_users"};
  EXPECT_TRUE(compile({kSecurityAdministrator})
                  ->decide({.action = request.action, .aliases = many})
                  .allowed());
}

TEST(Evaluate, ADenyOfAVersionOneRoleLimitsThatRoleAlone) {
  const std::vector<std::string> aliases{"identity:list_users"};
  const Request request{.action = "iam:users:listUsers", .aliases = aliases};
  EXPECT_FALSE(compile({kTenantAdministrator})->decide(request).allowed());
  EXPECT_FALSE(compile({kTenantGuest})->decide(request).allowed());
  EXPECT_TRUE(compile({kTenantAdministrator})->decide({.action = "ecs:servers:delete"}).allowed());
  EXPECT_TRUE(compile({kTenantAdministrator, kSecurityAdministrator})->decide(request).allowed());
  EXPECT_TRUE(compile({kSecurityAdministrator, kTenantGuest})->decide(request).allowed());
  const auto explained = compile({kTenantAdministrator})->explain(request);
  EXPECT_EQ(explained.decision.outcome, Outcome::NoMatch);
  ASSERT_EQ(explained.near_misses.size(), 1u);
  EXPECT_EQ(explained.near_misses[0].why, Why::OwnDeny);
  EXPECT_EQ(explained.near_misses[0].detail, "identity:*");
}

TEST(Evaluate, ADenyOfAPolicyOverrulesEveryAllow) {
  const auto deny = role("no", v11(R"({"Effect":"Deny","Action":["ecs:servers:delete*"]})"));
  const auto set = compile({kTenantAdministrator, deny});
  EXPECT_EQ(set->decide({.action = "ecs:servers:delete"}).outcome, Outcome::Denied);
  EXPECT_TRUE(set->decide({.action = "ecs:servers:get"}).allowed());
}

TEST(Evaluate, NotActionIsAllTheRest) {
  const auto set =
      compile({role("r", v11(R"({"Effect":"Allow","NotAction":["identity:*","ecs:*:*"]})"))});
  const std::vector<std::string> aliases{"identity:list_users"};
  EXPECT_TRUE(set->decide({.action = "evs:volumes:list"}).allowed());
  EXPECT_FALSE(set->decide({.action = "ECS:servers:list"}).allowed());
  EXPECT_FALSE(set->decide({.action = "iam:users:listUsers", .aliases = aliases}).allowed());
  const auto deny = compile(
      {kTenantAdministrator, role("d", v11(R"({"Effect":"Deny","NotAction":["ecs:*:*"]})"))});
  EXPECT_TRUE(deny->decide({.action = "ecs:servers:list"}).allowed());
  EXPECT_EQ(deny->decide({.action = "evs:volumes:list"}).outcome, Outcome::Denied);
}

TEST(Evaluate, MatchesResources) {
  struct Row {
    std::string_view pattern, yes, no;
  };
  const std::vector<Row> rows = {
      {"obs:*:*:bucket:Test*", "obs:cn-north-4:acc:bucket:TestBucket",
       "obs:cn-north-4:acc:bucket:test"},
      {"OBS:*:*:object:b/*", "obs:r:a:object:b/dir/key:1", "obs:r:a:object:c/key"},
      {"obs:*:*:bucket:x", "obs:r:a:bucket:x",
       "obs:r:a:object:bucket:x"},  // no way into another type
      {"ecs:cn-north-4:*:*:*", "ecs:cn-north-4:acc:*:*", "ecs:cn-east-3:acc:instance:1"},
      {"ecs:*:*:instance:*", "ecs:cn-north-4:acc:instance:1", "ecs:cn-north-4:acc:*:*"},
      {"ecs:*", "ecs:cn-north-4:acc:instance:1", "evs:cn-north-4:acc:volume:1"},
  };
  for (const auto& row : rows) {
    const auto set = compile({role("r", v11(R"({"Effect":"Allow","Action":["*"],"Resource":[")" +
                                            std::string(row.pattern) + R"("]})"))});
    EXPECT_TRUE(set->decide({.action = "a:b:c", .resource = row.yes}).allowed()) << row.pattern;
    EXPECT_FALSE(set->decide({.action = "a:b:c", .resource = row.no}).allowed()) << row.pattern;
    EXPECT_FALSE(set->decide({.action = "a:b:c"}).allowed()) << row.pattern;
  }
}

TEST(Evaluate, ADenyOnResourcesNeedsOneOfThem) {
  const auto set =
      compile({kTenantAdministrator, role("d", v11(R"({"Effect":"Deny","Action":["obs:*:*"],
                                              "Resource":["obs:*:*:bucket:a"]})"))});
  EXPECT_EQ(set->decide({.action = "obs:bucket:Get", .resource = "obs:r:x:bucket:a"}).outcome,
            Outcome::Denied);
  EXPECT_TRUE(set->decide({.action = "obs:bucket:Get", .resource = "obs:r:x:bucket:b"}).allowed());
  EXPECT_TRUE(set->decide({.action = "obs:bucket:List"}).allowed());
}

TEST(Evaluate, AgencyUrisLimitAStatement) {
  const auto set = compile({role("r", v11(R"({"Effect":"Allow","Action":["iam:agencies:assume"],
                                             "Resource":{"uri":["/iam/agencies/7"]}})"))});
  const std::string_view action = "iam:agencies:assume";
  EXPECT_TRUE(set->decide({.action = action, .uri = "/iam/agencies/7"}).allowed());
  EXPECT_FALSE(set->decide({.action = action, .uri = "/iam/agencies/8"}).allowed());
  EXPECT_FALSE(set->decide({.action = action}).allowed());
  EXPECT_FALSE(set->decide({.action = action, .resource = "/iam/agencies/7"}).allowed());
}

TEST(Evaluate, AllConditionsMustHold) {
  const auto set = compile({role("r", v11(R"({"Effect":"Allow","Action":["obs:*:*"],
      "Condition":{"StringStartWith":{"g:UserName":["Test"]},"Bool":{"g:MFAPresent":["true"]}}})"))});
  EXPECT_TRUE(set->has_conditions());
  const Attribute user{"g:UserName", {"TestUser"}}, mfa{"g:MFAPresent", {"true"}},
      no{"g:MFAPresent", {"false"}};
  const std::vector<Attribute> good{user, mfa}, half{user, no};
  EXPECT_TRUE(set->decide({.action = "obs:bucket:List", .attributes = good}).allowed());
  EXPECT_FALSE(set->decide({.action = "obs:bucket:List", .attributes = half}).allowed());
  const auto explained = set->explain({.action = "obs:bucket:List", .attributes = half});
  ASSERT_EQ(explained.near_misses.size(), 1u);
  EXPECT_EQ(explained.near_misses[0].why, Why::Condition);
  EXPECT_EQ(explained.near_misses[0].detail, "Bool g:MFAPresent [true], the request has [false]");
}

TEST(Evaluate, ARoleWithoutItsDependsGivesNothing) {
  const auto dns =
      role("DNS Administrator", v10(R"({"Effect":"Allow","Action":["DNS:Zone:*"]})",
                                    R"([{"catalog":"BASE","display_name":"Tenant Guest"},
                                   {"catalog":"vpc","display_name":"VPC Administrator"}])"));
  const auto vpc =
      role("VPC Administrator", v10(R"({"Effect":"Allow","Action":["vpc:*:*"]})"), "VPC");
  const auto other = role("VPC Administrator", vpc.policy, "CUSTOMED");
  const Request request{.action = "dns:zone:create"};
  EXPECT_TRUE(compile({dns, kTenantGuest, vpc})->decide(request).allowed());
  EXPECT_FALSE(compile({dns, kTenantGuest, other})->decide(request).allowed());
  const auto explained = compile({kTenantGuest, dns})->explain(request);
  EXPECT_EQ(explained.decision.outcome, Outcome::NoMatch);
  ASSERT_EQ(explained.near_misses.size(), 1u);
  EXPECT_EQ(explained.near_misses[0].why, Why::Depends);
  EXPECT_EQ(explained.near_misses[0].at.role_name, "DNS Administrator");
  EXPECT_EQ(explained.near_misses[0].detail, "VPC Administrator (vpc)");
}

TEST(Evaluate, ABrokenRoleIsNamed) {
  const auto compiled = Compiled::create(std::vector{kTenantGuest, role("broken", "{")});
  ASSERT_FALSE(compiled);
  EXPECT_TRUE(compiled.error().message.contains("'broken'")) << compiled.error().message;
  EXPECT_FALSE(Compiled::create(std::vector{role(
      "r", v11(R"({"Effect":"Allow","Action":["*"],"Condition":{"Bool":{"a:b":["maybe"]}}})"))}));
}

TEST(Evaluate, AsksForAWholeService) {
  struct Row {
    std::vector<identity::Role> roles;
    std::string_view service;
    Outcome any, whole;
  };
  const auto deny_ecs = role("d", v11(R"({"Effect":"Deny","Action":["ecs:*:*"]})"));
  const auto deny_some = role("d", v11(R"({"Effect":"Deny","Action":["ecs:servers:*"]})"));
  const auto rest = role("r", v11(R"({"Effect":"Allow","NotAction":["ecs:servers:*","obs:*"]})"));
  const auto one = role("o", v11(R"({"Effect":"Allow","Action":["obs:bucket:List"],
                                     "Resource":["obs:*:*:bucket:a"]})"));
  const auto yes = Outcome::Allowed, no = Outcome::NoMatch;
  const std::vector<Row> rows = {
      {{}, "ecs", no, no},
      {{kTenantGuest}, "ecs", yes, no},
      {{kTenantGuest}, "identity", no, no},
      {{kTenantAdministrator}, "ecs", yes, yes},
      {{kTenantAdministrator}, "identity", no, no},
      {{kTenantAdministrator, kSecurityAdministrator}, "identity", yes, yes},
      {{kAgentOperator}, "identity", yes, no},
      {{kTenantAdministrator, deny_ecs}, "ecs", Outcome::Denied, Outcome::Denied},
      {{kTenantAdministrator, deny_ecs}, "evs", yes, yes},
      {{kTenantAdministrator, deny_some}, "ecs", yes, yes},
      {{rest}, "ecs", yes, no},
      {{rest}, "obs", no, no},
      {{rest}, "evs", yes, yes},
      {{one}, "obs", no, no},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto set = compile(rows[i].roles);
    const std::span services(&rows[i].service, 1);
    EXPECT_EQ(set->decide(ServiceRequest{services, Reach::Any, {}}).outcome, rows[i].any) << i;
    EXPECT_EQ(set->decide(ServiceRequest{services, Reach::Whole, {}}).outcome, rows[i].whole) << i;
  }
}

TEST(Evaluate, TellsInternalNames) {
  const auto set = compile({kTenantGuest, kAgentOperator});
  EXPECT_EQ(std::vector(set->role_names().begin(), set->role_names().end()),
            (std::vector<std::string>{"internal Tenant Guest", "internal Agent Operator"}));
}

TEST(Evaluate, AllowsWithoutAllocation) {
  const auto set = compile({kTenantGuest, kTenantAdministrator, kSecurityAdministrator,
                            role("r", v11(R"({"Effect":"Allow","Action":["obs:*:*"],
                                "Resource":["obs:*:*:bucket:a"],
                                "Condition":{"DateLessThan":{"g:CurrentTime":["2030-01-01T00:00:00Z"]}}},
                                {"Effect":"Deny","Action":["obs:bucket:Delete*"]})"))});
  const std::vector<std::string> aliases{"identity:list_users"};
  const Attribute time{"g:CurrentTime", {"2026-01-01T00:00:00Z"}};
  for (const auto& request : {Request{.action = "obs:bucket:ListAllMyBuckets",
                                      .resource = "obs:r:d:bucket:a",
                                      .attributes = {&time, 1}},
                              Request{.action = "iam:users:listUsers", .aliases = aliases}}) {
    const auto before = allocations.load();
    const bool allowed = set->decide(request).allowed();
    EXPECT_EQ(allocations.load(), before) << request.action;
    EXPECT_TRUE(allowed);
  }
}

TEST(Wildcard, StaysLinearEnoughAndCountsCharacters) {
  EXPECT_TRUE(matches_wildcard("*", "", false));
  EXPECT_FALSE(matches_wildcard("?", "", false));
  EXPECT_TRUE(matches_wildcard("?", "剑", false));
  EXPECT_FALSE(matches_wildcard("?", "剑门", false));
  EXPECT_TRUE(matches_wildcard("*a*b*", "xxaxxbxx", false));
  EXPECT_FALSE(matches_wildcard("*a*b*", "xxbxxaxx", false));
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "a*";
  EXPECT_FALSE(matches_wildcard(stars + "b", std::string(10000, 'a'), false));
}

// --- decide() and explain() are one evaluation

class RandomSets {
 public:
  identity::Role make_role() {
    const bool old = chance(3);
    std::string statements;
    for (int i = 0; i <= pick(3); ++i) statements += (i ? "," : "") + statement(old);
    if (!old) return role(name(), v11(statements));
    return role(name(),
                v10(statements, chance(4) ? R"([{"catalog":"BASE","display_name":"r1"}])" : "[]"));
  }
  std::string action(bool pattern) {
    static const std::vector<std::string> services{"ecs", "evs", "identity", "ECS"},
        types{"servers", "volumes"}, names{"get", "list", "delete"};
    const auto part = [&](const auto& from) {
      return pattern && chance(3)
                 ? "*"
                 : from[static_cast<std::size_t>(pick(static_cast<int>(from.size())))];
    };
    if (pattern && chance(12)) return "*";
    return part(services) + ":" + part(types) + ":" + part(names);
  }
  std::string resource(bool pattern) {
    return "ecs:*:*:" + std::string(pattern && chance(2) ? "*" : "instance") + ":" +
           (pattern && chance(3) ? "*" : std::to_string(pick(3)));
  }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool chance(int in) { return pick(in) == 0; }

 private:
  std::string name() { return "r" + std::to_string(pick(4)); }
  std::string statement(bool old) {
    std::string text = R"({"Effect":")" + std::string(chance(4) ? "Deny" : "Allow") + R"(",")" +
                       (chance(8) ? "NotAction" : "Action") + R"(":[")" + action(true) + "\"";
    if (chance(2)) text += ",\"" + action(true) + "\"";
    text += "]";
    if (!old && chance(3)) text += R"(,"Resource":[")" + resource(true) + "\"]";
    if (!old && chance(3))
      text +=
          R"(,"Condition":{"StringEquals":{"g:UserName":["u)" + std::to_string(pick(3)) + "\"]}}";
    return text + "}";
  }
  std::mt19937 random_{7};
};

TEST(Evaluate, DecidesAsItExplains) {
  RandomSets random;
  int allowed = 0, denied = 0, missed = 0;
  for (int i = 0; i < 3000; ++i) {
    std::vector<identity::Role> roles;
    for (int n = random.pick(5); n > 0; --n) roles.push_back(random.make_role());
    const auto set = compile(roles);
    for (int n = 0; n < 5; ++n) {
      const auto action = random.action(false), resource = random.resource(false);
      const std::vector<std::string> aliases(random.chance(2) ? 1u : 0u, random.action(false));
      const auto user = "u" + std::to_string(random.pick(3));
      const Attribute attribute{"g:UserName", {user}};
      const Request request{.action = action,
                            .aliases = aliases,
                            .resource = random.chance(3) ? "" : std::string_view(resource),
                            .attributes = {&attribute, 1}};
      const auto decision = set->decide(request);
      const auto explained = set->explain(request);
      ASSERT_EQ(decision.outcome, explained.decision.outcome);
      ASSERT_EQ(decision.by, explained.decision.by);
      allowed += decision.allowed();
      denied += decision.outcome == Outcome::Denied;
      missed += !explained.near_misses.empty();
    }
  }
  EXPECT_GT(allowed, 1000);
  EXPECT_GT(denied, 1000);
  EXPECT_GT(missed, 1000);
}

// --- the system's roles

TEST(Evaluate, CompilesEverySystemRole) {
  const std::filesystem::path path = std::string(JIANMEN_SOURCE_DIR) + "/data/system-roles.json";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto json = base::parse_json(text.str());
  ASSERT_TRUE(json) << json.error().message;
  const auto& rows = json->is_array() ? json->get_array() : *base::find_array(*json, "roles");
  ASSERT_GT(rows.size(), 15u);
  for (const auto& row : rows) {
    const auto name = base::string_or(row, "display_name", "");
    const auto* policy = base::find(row, "policy");
    ASSERT_NE(policy, nullptr) << name;
    EXPECT_TRUE(Compiled::create(std::vector{role(name, base::to_text(*policy))})) << name;
  }
}

}  // namespace
}  // namespace jianmen::policy
