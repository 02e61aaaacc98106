#include "diagnose/signature/investigate.hpp"

#include <gtest/gtest.h>

#include "authn/detail/test_world.hpp"
#include "diagnose/explain.hpp"
#include "diagnose/refine.hpp"
#include "gateway/journal.hpp"

namespace jianmen::diagnose::signature {
namespace {

using authn::Sent;

// Requests that the authenticator refused, in a journal with their evidence.
class InvestigatorTest : public authn::World {
 protected:
  // Signed with the path's last slash left out, unless `secret` is another one.
  Sent sent_by_viewer(const std::string& path, std::string body = {},
                      std::string secret = kSecret) {
    Sent sent = signed_request(kAccess, std::move(secret));
    sent.method = body.empty() ? "GET" : "POST";
    sent.target = path;
    sent.body = std::move(body);
    return sent;
  }

  gateway::JournalEntry refused(Sent sent, const std::string& id) {
    const auto& request = sent.request();
    const auto answer = authenticator.authenticate(request);
    EXPECT_FALSE(answer);
    journal.shard(0).add_with_evidence(request, clock.now(), [&](gateway::JournalEntry& entry) {
      entry = {};
      entry.request_id = id;
      entry.time = clock.now();
      entry.method = request.method;
      entry.host = "ecs.cn-north-4.myhuaweicloud.com";
      entry.path = request.path;
      entry.verdict = gateway::Verdict::Refused;
      entry.refusal = answer.error();
    });
    return *journal.find(id);
  }

  gateway::Journal journal{100, 1};
  Investigator investigator{
      catalog(),
      directory,
      ring,
      journal,
      clock,
      {.search = {.time = std::chrono::seconds(20), .wall_time = std::chrono::minutes(5)},
       .searches_a_minute = 3,
       .kept = 2}};
};

// test_world signs `/v1/x`; what arrives is another path.
TEST_F(InvestigatorTest, FindsTheFaultOfARequestThatTheAuthenticatorRefused) {
  const auto entry = refused(sent_by_viewer("/api/v1/x"), "r1");
  ASSERT_EQ(entry.refusal->cause, identity::Cause::SignatureSecretWrong);
  const auto finding = investigator.investigate(entry);
  ASSERT_TRUE(finding && finding->proof);
  EXPECT_EQ(finding->proof->cause, identity::Cause::SignaturePathChanged);
}

TEST_F(InvestigatorTest, KnowsTheSecretOfTemporaryKeysFromTheirToken) {
  const auto caller = authenticator.authenticate(signed_by_viewer().request());
  const auto temporary = must(issuer.key_from(**caller, std::chrono::minutes(15)));
  auto sent = signed_by(temporary);
  sent.target = "/api/v1/x";
  const auto finding = investigator.investigate(refused(sent, "r1"));
  ASSERT_TRUE(finding && finding->proof);
  EXPECT_EQ(finding->proof->cause, identity::Cause::SignaturePathChanged);

  auto other = signed_request(temporary.access, kSecret, temporary.security_token);
  const auto wrong = investigator.investigate(refused(other, "r2"));
  ASSERT_TRUE(wrong && wrong->proof);
  EXPECT_EQ(wrong->proof->cause, identity::Cause::SignatureSecretPrevious);  // of another key
}

TEST_F(InvestigatorTest, SearchesAKeySoManyTimesAMinute) {
  for (int i = 0; i < 3; ++i) {
    const auto finding =
        investigator.investigate(refused(sent_by_viewer("/a/v1/x"), "r" + std::to_string(i)));
    EXPECT_EQ(finding->skipped, Skipped::No) << i;
  }
  const auto fourth = refused(sent_by_viewer("/a/v1/x"), "r3");
  EXPECT_EQ(investigator.investigate(fourth)->skipped, Skipped::Limit);
  EXPECT_FALSE(investigator.investigate(fourth)->proof);

  // Another key is not held back, and the first one again has a third of its searches after a third
  // of the minute.
  directory::NewAccessKey second{identity::AccessKeyId("JIANMENTESTVIEWER002"),
                                 base::Secret("anotherTestSecretKeyForTestsOnly00000000")};
  must(directory.create_access_key(viewer.id, "", second));
  auto other = signed_request("JIANMENTESTVIEWER002", "anotherTestSecretKeyForTestsOnly00000000");
  other.target = "/a/v1/x";
  EXPECT_EQ(investigator.investigate(refused(other, "r4"))->skipped, Skipped::No);
  clock.advance(std::chrono::seconds(21));
  EXPECT_EQ(investigator.investigate(fourth)->skipped, Skipped::No);
  EXPECT_EQ(investigator.investigate(refused(sent_by_viewer("/b/v1/x"), "r5"))->skipped,
            Skipped::Limit);
}

TEST_F(InvestigatorTest, ALimitIsSaidInWords) {
  Finding finding;
  finding.skipped = Skipped::Limit;
  auto entry = refused(sent_by_viewer("/a/v1/x"), "r1");
  const auto refined = refine(entry, &finding);
  EXPECT_EQ(*refined.refusal.find("not_searched"), "limit");
  EXPECT_LT(refined.confidence, 0.7);
  const auto text =
      base::to_text(explain(entry, catalog(), directory, Language::English, &finding));
  EXPECT_TRUE(text.contains("too many searches for this access key within a minute")) << text;
}

// A kept finding costs the key none of its searches; the oldest gives way.
TEST_F(InvestigatorTest, KeepsWhatItFound) {
  const auto first = refused(sent_by_viewer("/a/v1/x"), "r1");
  const auto found = investigator.investigate(first);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(investigator.investigate(first), found);
  const auto second = investigator.investigate(refused(sent_by_viewer("/b/v1/x"), "r2"));
  EXPECT_EQ(investigator.investigate(first), found);
  const auto third = refused(sent_by_viewer("/c/v1/x"), "r3");
  EXPECT_EQ(investigator.investigate(third)->skipped, Skipped::No);  // and r1 is forgotten
  EXPECT_NE(investigator.investigate(first), found);
  EXPECT_EQ(investigator.investigate(first)->skipped, Skipped::Limit);
}

TEST_F(InvestigatorTest, WhatWasSkippedIsNotKept) {
  const auto entry = refused(sent_by_viewer("/a/v1/x"), "r1");
  clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(investigator.investigate(entry)->skipped, Skipped::EvidenceGone);
  auto fine = entry;
  fine.refusal.reset();
  EXPECT_EQ(investigator.investigate(fine), nullptr);
}

// 64 KiB of a body are kept; of a longer one its digest is known, which tells that it was not
// hashed at all, or that the path is another one, and not how it was written.
TEST_F(InvestigatorTest, ABodyThatWasNotKeptLimitsTheSearchAndIsSaid) {
  const std::string body = "{\"x\":\"" + std::string(gateway::kEvidenceBody, 'a') + "\"}";
  authn::signature::SignInput input;
  input.access_key_id = kAccess;
  input.secret = base::Secret(kSecret);
  input.method = "POST";
  input.target = "/v1/x";
  input.host = "ecs.cn-north-4.myhuaweicloud.com";
  input.body = body;
  input.now = clock.now();
  const auto sent = [&](const std::string& path, const std::string& arrived) {
    Sent out;
    out.method = "POST";
    out.target = path;
    out.body = arrived;
    out.fields = must(authn::signature::sign(input)).headers;
    return out;
  };
  const auto path = investigator.investigate(refused(sent("/api/v1/x", body), "r1"));
  ASSERT_TRUE(path && path->proof);
  EXPECT_EQ(path->proof->cause, identity::Cause::SignaturePathChanged);

  const auto entry = refused(sent("/v1/x", body + " "), "r2");
  const auto changed = investigator.investigate(entry);
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->proof);
  EXPECT_FALSE(changed->body_whole);
  EXPECT_EQ(*refine(entry, changed.get()).refusal.find("body"), "not_kept");

  input.body.clear();
  const auto unhashed = investigator.investigate(refused(sent("/v1/x", body), "r3"));
  ASSERT_TRUE(unhashed && unhashed->proof);
  EXPECT_EQ(unhashed->proof->cause, identity::Cause::SignatureBodyNotHashed);
}

}  // namespace
}  // namespace jianmen::diagnose::signature
