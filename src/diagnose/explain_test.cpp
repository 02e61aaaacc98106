#include "diagnose/explain.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/time_text.hpp"
#include "catalog/embedded.hpp"
#include "crypto/vault.hpp"
#include "diagnose/print.hpp"
#include "diagnose/refine.hpp"
#include "diagnose/template.hpp"
#include "store/memory.hpp"

namespace jianmen::diagnose {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;
using identity::Cause;
using identity::Refusal;

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    auto catalog = catalog::Catalog::create();
    catalog_ = std::move(*catalog);
    store_ = store::make_memory_store(clock_);
    std::array<std::uint8_t, 32> key{};
    vault_ = std::make_unique<crypto::Vault>(key, random_);
    directory_ =
        std::make_unique<directory::Directory>(*store_, *catalog_, *vault_, clock_, random_);
    account_ = *directory_->create_account("acme", std::nullopt, {.root = true});
    project_ = directory_->find_project_by_name(account_.id, "cn-north-4")->id.value;
  }

  gateway::JournalEntry entry(Cause cause,
                              std::vector<std::pair<std::string, std::string>> evidence) const {
    gateway::JournalEntry entry;
    entry.request_id = "0e812a89eee650de8e1f55cdae28b2c9";
    entry.time = clock_.now();
    entry.verdict = gateway::Verdict::Refused;
    entry.method = "GET";
    entry.host = "ecs.cn-north-4.myhuaweicloud.com";
    entry.path = "/v1/" + project_ + "/cloudservers/detail";
    entry.query = "limit=10";
    entry.operation = catalog_->find_operation("ecs:ListServersDetails");
    entry.principal = std::make_shared<const gateway::JournalPrincipal>(
        gateway::JournalPrincipal{.account = "acme",
                                  .user = "newcomer",
                                  .access_key_id = "AK1",
                                  .scope_kind = "project",
                                  .scope_project = "cn-north-4",
                                  .scope_project_id = project_,
                                  .credential = identity::CredentialKind::AccessKey});
    entry.status = 403;
    entry.code = "Ecs.0110";
    entry.message = "do not have the required roles, forbidden to perform this action.";
    entry.refusal = Refusal{cause, std::move(evidence)};
    entry.steps.add({"route", "ecs:ListServersDetails", 1});
    entry.steps.add({"authenticate", "signature ok", 2});
    return entry;
  }

  json::object explained(const gateway::JournalEntry& entry,
                         Language language = Language::English) const {
    return explain(entry, *catalog_, *directory_, language);
  }

  std::vector<std::string> fixes(const gateway::JournalEntry& entry) const {
    std::vector<std::string> out;
    const auto explanation = explained(entry);
    for (const auto& line : explanation.at("fix").as_array()) {
      out.emplace_back(line.as_string());
    }
    return out;
  }

  base::ManualClock clock_{*base::parse_iso("2026-11-24T03:00:00Z")};
  base::SequenceRandom random_;
  std::unique_ptr<const catalog::Catalog> catalog_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<crypto::Vault> vault_;
  std::unique_ptr<directory::Directory> directory_;
  identity::Account account_;
  std::string project_;
};

std::vector<std::string> keys(const json::object& object) {
  std::vector<std::string> names;
  for (const auto& member : object) names.emplace_back(member.key());
  return names;
}

TEST_F(ExplainTest, ARefusalHasTheFieldsOfTheContractInOrder) {
  const auto explanation = explained(
      entry(Cause::PermissionNoGroup, {{"action", "ecs:cloudServers:list"}, {"groups", ""}}));
  EXPECT_EQ(keys(explanation),
            (std::vector<std::string>{"request_id", "time", "verdict", "request", "operation",
                                      "principal", "answer", "cause", "why", "fix", "evidence",
                                      "steps", "alternatives"}));
  EXPECT_EQ(explanation.at("time"), "2026-11-24T03:00:00Z");
  EXPECT_EQ(keys(explanation.at("request").as_object()),
            (std::vector<std::string>{"method", "host", "path", "query"}));
  EXPECT_EQ(base::to_text(explanation.at("principal")),
            R"({"account":"acme","user":"newcomer","access_key_id":"AK1",)"
            R"("scope":{"project":"cn-north-4"}})");
  EXPECT_EQ(keys(explanation.at("cause").as_object()),
            (std::vector<std::string>{"id", "layer", "title", "confidence"}));
  EXPECT_EQ(base::to_text(explanation.at("evidence")),
            R"([{"name":"action","value":"ecs:cloudServers:list"},{"name":"groups","value":[]}])");
}

TEST_F(ExplainTest, WhatWasAllowedHasNoCause) {
  auto allowed = entry(Cause::Unknown, {});
  allowed.verdict = gateway::Verdict::Allowed;
  allowed.refusal.reset();
  allowed.principal.reset();
  allowed.query.clear();
  EXPECT_EQ(keys(explained(allowed)),
            (std::vector<std::string>{"request_id", "time", "verdict", "request", "operation",
                                      "answer", "steps"}));
}

TEST_F(ExplainTest, AGroupThatHasThePermissionIsTheFix) {
  const auto refused =
      entry(Cause::PermissionNoGroup,
            {{"action", "ecs:cloudServers:list"},
             {"scope", "project cn-north-4"},
             {"groups", ""},
             {"group_that_allows", "ecs viewers"},
             {"smallest_grant", "jianmen admin grant create --group x --role y --project z"}});
  EXPECT_EQ(fixes(refused).front(),
            "jianmen admin group add 'ecs viewers' newcomer --account acme");
  EXPECT_EQ(fixes(refused)[1], "Or, to give just this and nothing else of that group:");
  EXPECT_EQ(fixes(refused)[2],
            "jianmen admin grant create --group x --role y --project z --account acme");
}

TEST_F(ExplainTest, WithoutSuchAGroupTheSmallestGrantIsMadeAndItsGroupJoined) {
  EXPECT_EQ(fixes(entry(Cause::PermissionNoGroup,
                        {{"action", "a:b:c"},
                         {"scope", "project cn-north-4"},
                         {"groups", ""},
                         {"new_group", "ecs-users"},
                         {"smallest_grant",
                          "jianmen admin grant create --group ecs-users --role R --project P"}})),
            (std::vector<std::string>{
                "jianmen admin group create ecs-users --account acme",
                "jianmen admin grant create --group ecs-users --role R --project P --account acme",
                "jianmen admin group add ecs-users newcomer --account acme",
                "jianmen admin grant list --account acme"}));
}

TEST_F(ExplainTest, ATokenOfAnotherProjectIsToldBothWays) {
  const auto lines = fixes(entry(Cause::ScopeOtherProject, {{"url_project", "p2"},
                                                            {"token_scope", "p1"},
                                                            {"token_project_name", "cn-east-3"},
                                                            {"url_project_name", "cn-north-4"}}));
  EXPECT_EQ(lines.front(), R"(Get a token of the URL's project:  "scope":{"project":{"id":"p2"}})");
  EXPECT_TRUE(lines[1].starts_with("TOKEN=$(curl -si https://iam.")) << lines[1];
  EXPECT_NE(lines[1].find(R"("password":"'"$PASSWORD"'")"), std::string::npos) << lines[1];
}

TEST_F(ExplainTest, AnAccountIdInTheUrlIsReplacedByTheProjectOfTheHostsRegion) {
  auto refused = entry(Cause::ScopeAccountIdAsProject,
                       {{"url_project", account_.id.value}, {"token_scope", "none"}});
  refused.path = "/v1/" + account_.id.value + "/cloudservers/detail";
  EXPECT_EQ(fixes(refused).front(),
            "jianmen call GET 'https://ecs.cn-north-4.myhuaweicloud.com/v1/" + project_ +
                "/cloudservers/detail?limit=10'   # the project cn-north-4");
}

TEST_F(ExplainTest, TextFromTheCallerCannotBecomeACommand) {
  auto refused = entry(Cause::SignatureSecretWrong, {{"ak", "A; rm -rf ~"}});
  refused.query = "x='; touch /tmp/x; '";
  for (const auto& line : fixes(refused)) {
    if (!line.starts_with("jianmen sign")) continue;
    EXPECT_NE(line.find("--ak 'A; rm -rf ~'"), std::string::npos) << line;
    EXPECT_NE(line.find("?x=%27; touch /tmp/x; %27'"), std::string::npos) << line;
    return;
  }
  FAIL() << "no line to sign with";
}

TEST_F(ExplainTest, ControlCharactersOfACallerDoNotReachTheTerminal) {
  auto refused = entry(Cause::SignatureSecretWrong, {{"ak", "\x1b[2J"}});
  refused.path = "/\x1b[31m";
  const auto text = to_text(explained(refused), Language::English, Colour::Off);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

struct TimeRow {
  const char* sentence;
  Cause given;
  const char* offset;
  Cause told;
  bool alone;
};

TEST(Refine, AnOldTimeMayBeAnOldRequestAndANewOneIsAClock) {
  const TimeRow rows[] = {
      {"ahead: the clock", Cause::SignatureClockSkew, "1300", Cause::SignatureClockSkew, true},
      {"just over: sent again", Cause::SignatureClockSkew, "-901", Cause::SignatureExpiredReuse,
       false},
      {"an odd time behind: the clock", Cause::SignatureClockSkew, "-5000",
       Cause::SignatureClockSkew, false},
      {"days behind: kept", Cause::SignatureClockSkew, "-200000", Cause::SignatureExpiredReuse,
       false},
      {"eight hours ahead: the zone", Cause::SignatureTimeZone, "28800", Cause::SignatureTimeZone,
       true},
      {"five hours behind: likely the zone", Cause::SignatureTimeZone, "-18000",
       Cause::SignatureTimeZone, false},
  };
  for (const auto& row : rows) {
    gateway::JournalEntry entry;
    entry.refusal = Refusal{row.given, {{"offset_seconds", row.offset}}};
    const auto refined = refine(entry);
    EXPECT_EQ(refined.refusal.cause, row.told) << row.sentence;
    EXPECT_EQ(refined.alternatives.empty(), row.alone) << row.sentence;
  }
}

TEST(Refine, WithoutARefusalNothingIsGuessed) {
  gateway::JournalEntry entry;
  EXPECT_EQ(refine(entry).refusal.cause, Cause::Unknown);
  EXPECT_LT(refine(entry).confidence, 0.5);
}

struct FillRow {
  const char* sentence;
  std::optional<std::string> filled;
};

TEST(Fill, WritesWhatIsKnownAndLeavesOutTheRest) {
  const Values values{{"name", "a b"}, {"empty", ""}};
  const FillRow rows[] = {
      {"{name}!", "a b!"},
      {"{other}", std::nullopt},
      {"{empty}", std::nullopt},
      {"{?name}yes", "yes"},
      {"{?other}yes", std::nullopt},
      {"{?name=a b}yes", "yes"},
      {"{?name=c}yes", std::nullopt},
      {R"({"scope":{"id":"{name}"}})", R"({"scope":{"id":"a b"}})"},
      {"${#TOKEN} {", "${#TOKEN} {"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(fill(row.sentence, values, Reader::Person), row.filled) << row.sentence;
  }
  EXPECT_EQ(fill("rm {name}", values, Reader::Shell), "rm 'a b'");
}

TEST(ShellWord, IsReadBackByAShellAsItself) {
  EXPECT_EQ(shell_word("plain-1"), "plain-1");
  EXPECT_EQ(shell_word("-x"), "'-x'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's $x"), "'it'\\''s $x'");
}

// Every cause that the sources below produce, by the enumerator's name in their text.
std::set<std::string> produced_causes() {
  std::set<std::string> names;
  constexpr std::string_view kMark = "Cause::";
  for (const auto folder : {"authn", "authz", "call", "diagnose", "gateway", "services"}) {
    for (const auto& file :
         fs::recursive_directory_iterator(fs::path(JIANMEN_SOURCE_DIR) / "src" / folder)) {
      const auto name = file.path().filename().string();
      if (file.path().extension() != ".cpp" || name.ends_with("_test.cpp")) continue;
      std::ifstream stream(file.path());
      std::stringstream text;
      text << stream.rdbuf();
      const auto content = text.str();
      for (auto at = content.find(kMark); at != content.npos; at = content.find(kMark, at)) {
        at += kMark.size();
        const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
        const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
        names.emplace(begin, std::find_if_not(begin, content.end(), is_letter));
      }
    }
  }
  return names;
}

// "PermissionNoGroup" → "permission.no_group"
std::string id_of(const std::string& enumerator) {
  static const std::vector<std::string> layers{
      "Signature", "Token",   "Scope",   "Permission", "Login",   "Route", "Limit", "Request",
      "Resource",  "Account", "Backend", "Unknown",    "Network", "Tls",   "Proxy", "Sdk"};
  for (const auto& layer : layers) {
    if (!enumerator.starts_with(layer)) continue;
    std::string id;
    for (std::size_t i = 0; i < enumerator.size(); ++i) {
      const char c = enumerator[i];
      if (i == layer.size()) {
        id += '.';
      } else if (i > 0 && c >= 'A' && c <= 'Z') {
        id += '_';
      }
      id += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return id;
  }
  return enumerator;
}

TEST(Explanations, EveryCauseThatCanOccurHasTextsInBothLanguages) {
  const auto data = base::parse_json(catalog::embedded("explanations.json"));
  ASSERT_TRUE(data);
  const auto& causes = data->at("causes").as_object();
  const auto produced = produced_causes();
  EXPECT_GT(produced.size(), 50U);
  std::set<std::string> ids;
  const auto catalog = catalog::Catalog::create();
  for (const auto& row : (*catalog)->causes()) {
    ids.insert(std::string(row.at("id").as_string()));
  }
  for (const auto& enumerator : produced) {
    const auto id = id_of(enumerator);
    EXPECT_TRUE(ids.contains(id)) << enumerator << " is " << id;
    EXPECT_TRUE(causes.contains(id)) << id;
  }
  for (const auto& [id, texts] : causes) {
    EXPECT_TRUE(ids.contains(std::string(id))) << id;
    for (const auto language : {"en", "zh-CN"}) {
      const auto& in_language = texts.at(language);
      EXPECT_FALSE(in_language.at("why").as_array().empty()) << id << " " << language;
      EXPECT_FALSE(in_language.at("fix").as_array().empty()) << id << " " << language;
    }
  }
}

TEST_F(ExplainTest, EveryCauseHasAWhyAndAFixWithoutAnyEvidence) {
  const auto data = base::parse_json(catalog::embedded("explanations.json"));
  for (const auto& cause : data->at("causes").as_object()) {
    for (const auto language : {Language::English, Language::Chinese}) {
      const auto explanation =
          explained(entry(identity::find_cause(cause.key()).value(), {}), language);
      EXPECT_FALSE(explanation.at("why").as_string().empty()) << cause.key();
      EXPECT_FALSE(explanation.at("fix").as_array().empty()) << cause.key();
    }
  }
}

TEST(ParseLanguage, ReadsWhatLangHolds) {
  EXPECT_EQ(parse_language("zh_CN.UTF-8"), Language::Chinese);
  EXPECT_EQ(parse_language("zh-CN"), Language::Chinese);
  EXPECT_EQ(parse_language("en"), Language::English);
  EXPECT_EQ(parse_language("C.UTF-8"), Language::English);
}

}  // namespace
}  // namespace jianmen::diagnose
