#include "gateway/signature_evidence.hpp"

#include <array>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "gateway/journal.hpp"

namespace jianmen::gateway {
namespace {

using std::chrono::minutes;

const http::Header kHeaders[] = {
    {"Host", "h:1", http::HeaderId::Host},
    {"X-Security-Token", "THE-TOKEN", http::HeaderId::XSecurityToken},
    {"Cookie", "THE-COOKIE", http::HeaderId::Other},
    {"X-Empty", "", http::HeaderId::Other},
};

http::Request request_with(std::string_view body, std::optional<std::string_view> query) {
  http::Request request;
  request.method = "POST";
  request.path = "/v1/x";
  request.query = query;
  request.headers = kHeaders;
  request.body = body;
  return request;
}

base::Time at(int minute) { return base::Time(minutes(minute)); }

class SignatureEvidenceTest : public ::testing::Test {
 protected:
  base::SequenceRandom random_;
  crypto::Vault vault_{std::array<std::uint8_t, 32>{}, random_};
  std::shared_ptr<const SignatureEvidence> evidence(int minute, std::string_view body = "b") {
    return std::make_shared<const SignatureEvidence>(request_with(body, "q=1"), at(minute), vault_);
  }
};

TEST_F(SignatureEvidenceTest, GivesBackTheRequestAsItArrived) {
  const std::string body("a\0b", 3);
  for (const auto query : {std::optional<std::string_view>(), std::optional<std::string_view>(""),
                           std::optional<std::string_view>("a=1?&")}) {
    const auto opened = SignatureEvidence(request_with(body, query), at(0), vault_).open(vault_);
    EXPECT_EQ(opened.method, "POST");
    EXPECT_EQ(opened.path, "/v1/x");
    EXPECT_EQ(opened.query, query);
    EXPECT_EQ(opened.body, body);
    ASSERT_EQ(opened.headers.size(), 4U);
    EXPECT_EQ(opened.headers[1],
              (std::pair<std::string, std::string>("X-Security-Token", "THE-TOKEN")));
    EXPECT_EQ(opened.headers[2].second, "THE-COOKIE");
    EXPECT_EQ(opened.headers[3].second, "");
  }
}

TEST_F(SignatureEvidenceTest, OpensCredentialsWithItsOwnKeyOnly) {
  const crypto::Vault other(std::array<std::uint8_t, 32>{1}, random_);
  const auto opened = SignatureEvidence(request_with("", {}), at(0), vault_).open(other);
  EXPECT_EQ(opened.headers[0].second, "h:1");
  EXPECT_EQ(opened.headers[1].second, "");
}

TEST_F(SignatureEvidenceTest, KeepsNoBodyThatIsTooLong) {
  EXPECT_TRUE(evidence(0, std::string(kEvidenceBody, 'x'))->open(vault_).body_whole);
  const auto opened = evidence(0, std::string(kEvidenceBody + 1, 'x'))->open(vault_);
  EXPECT_FALSE(opened.body_whole);
  EXPECT_TRUE(opened.body.empty());
}

TEST_F(SignatureEvidenceTest, AShelfIsBoundedInCountBytesAndAge) {
  EvidenceShelf shelf({.count = 2, .bytes = 3000, .age = minutes(30)});
  const auto first = shelf.put(evidence(0));
  const auto second = shelf.put(evidence(1));
  const auto third = shelf.put(evidence(2));
  EXPECT_TRUE(first.expired());
  EXPECT_FALSE(second.expired());
  const auto big = shelf.put(evidence(3, std::string(2800, 'x')));
  EXPECT_TRUE(third.expired());
  EXPECT_FALSE(big.expired());
  shelf.drop_old(at(34));
  EXPECT_TRUE(big.expired());
  EXPECT_EQ(shelf.count(), 0U);
}

TEST_F(SignatureEvidenceTest, AJournalKeepsItBesideTheEntryAndASlotUsedAgainHasNone) {
  Journal journal(1, 1);
  journal.shard(0).add_with_evidence(request_with("b", {}), at(0),
                                     [](JournalEntry& entry) { entry.request_id = "one"; });
  const auto kept = journal.find("one")->evidence.lock();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->open(journal.evidence_vault()).headers[1].second, "THE-TOKEN");
  journal.shard(0).add([](JournalEntry& entry) { entry.request_id = "two"; });
  EXPECT_TRUE(journal.find("two")->evidence.expired());
  journal.clear();
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace jianmen::gateway
