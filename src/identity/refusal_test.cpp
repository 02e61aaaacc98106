#include "identity/refusal.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "base/json.hpp"

namespace jianmen::identity {
namespace {

using testing::AnyOf;

const base::json::array& published_causes() {
  static const base::json::value data = [] {
    std::ifstream file(JIANMEN_SOURCE_DIR "/data/causes.json");
    std::stringstream text;
    text << file.rdbuf();
    return base::parse_json(text.str()).value();
  }();
  return *base::find_array(data, "causes");
}

TEST(Causes, OfThePublishedListAllExistHere) {
  ASSERT_FALSE(published_causes().empty());
  for (const auto& published : published_causes()) {
    const std::string id = base::string_or(published, "id", "");
    const auto cause = find_cause(id);
    ASSERT_TRUE(cause) << id << " of data/causes.json is no identity::Cause";
    EXPECT_EQ(cause_id(*cause), id);
    EXPECT_EQ(cause_layer(*cause), base::string_or(published, "layer", "")) << id;
  }
}

TEST(Causes, AreAllPublishedOnceWithATitleInBothLanguages) {
  std::set<std::string> ids;
  for (const auto& published : published_causes()) {
    const std::string id = base::string_or(published, "id", "");
    EXPECT_TRUE(ids.insert(id).second) << id << " stands twice in data/causes.json";
    const auto* title = base::find(published, "title");
    ASSERT_NE(title, nullptr) << id;
    EXPECT_NE(base::string_or(*title, "en", ""), "") << id;
    EXPECT_NE(base::string_or(*title, "zh-CN", ""), "") << id;
  }
  // Unknown is the last enumerator: the table behind cause_id is checked against the enum when it
  // is compiled.
  for (int i = 0; i <= static_cast<int>(Cause::Unknown); ++i) {
    const std::string id(cause_id(static_cast<Cause>(i)));
    EXPECT_TRUE(ids.contains(id)) << id << " is missing in data/causes.json";
    EXPECT_EQ(find_cause(id), static_cast<Cause>(i));
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(Cause::Unknown) + 1);
}

TEST(Causes, BelongToOneOfTheLayers) {
  for (int i = 0; i <= static_cast<int>(Cause::Unknown); ++i) {
    EXPECT_THAT(cause_layer(static_cast<Cause>(i)),
                AnyOf("client", "network", "tls", "proxy", "gateway", "service", "iam", "unknown"));
  }
}

TEST(Causes, AreNotFoundByOtherNames) {
  for (const auto* id : {"", "signature", "signature.", "Signature.secret_wrong", "unknown "}) {
    EXPECT_FALSE(find_cause(id)) << id;
  }
}

TEST(Refusal, KeepsItsEvidenceByName) {
  Refusal refusal{Cause::SignatureClockSkew, {}};
  refusal.with("skew", "1200s").with("now", "2026-06-01T12:00:00Z");
  ASSERT_NE(refusal.find("skew"), nullptr);
  EXPECT_EQ(*refusal.find("skew"), "1200s");
  EXPECT_EQ(refusal.find("absent"), nullptr);
}

}  // namespace
}  // namespace jianmen::identity
