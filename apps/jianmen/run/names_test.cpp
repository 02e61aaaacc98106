#include "run/names.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace jianmen::app::run {

namespace {

std::string name_of(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto dot = std::min(text.find('.'), text.size());
    out += static_cast<char>(dot);
    out += text.substr(0, dot);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return out + '\0';
}

std::string query(std::string_view name, char type = 1) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  return out + name_of(name) + std::string({'\0', type, '\0', '\1'});
}

bool is_cloud(std::string_view name) { return name.ends_with("myhuaweicloud.com"); }

unsigned outcome(const std::string& answer) { return static_cast<unsigned char>(answer[3]) & 0xFU; }
unsigned answers(const std::string& answer) { return static_cast<unsigned char>(answer[7]); }

TEST(AnswerQuery, GivesTheDoorForEveryCloudName) {
  for (const auto* name : {"ecs.cn-north-4.myhuaweicloud.com", "a.b.obs.MyHuaweiCloud.COM"}) {
    const auto answer = answer_query(query(name), is_cloud);
    ASSERT_GT(answer.size(), 16U) << name;
    EXPECT_EQ(answer.substr(0, 2), "\x12\x34");
    EXPECT_EQ(outcome(answer), 0U);
    EXPECT_EQ(answers(answer), 1U);
    const auto* at = reinterpret_cast<const unsigned char*>(answer.data() + answer.size() - 4);
    std::string door;
    for (int i = 0; i < 4; ++i) door += (i ? "." : "") + std::to_string(at[i]);
    EXPECT_EQ(door, kDoor);
  }
}

TEST(AnswerQuery, SaysThatOtherNamesDoNotExist) {
  const auto answer = answer_query(query("example.com"), is_cloud);
  EXPECT_EQ(outcome(answer), 3U);
  EXPECT_EQ(answers(answer), 0U);
}

TEST(AnswerQuery, HasNoIpv6ButTheNameExists) {
  const auto answer = answer_query(query("iam.myhuaweicloud.com", 28), is_cloud);
  EXPECT_EQ(outcome(answer), 0U);
  EXPECT_EQ(answers(answer), 0U);
}

TEST(AnswerQuery, AnswersNoAnswersAndNoScraps) {
  auto response = query("iam.myhuaweicloud.com");
  response[2] = '\x81';
  EXPECT_EQ(answer_query(response, is_cloud), "");
  EXPECT_EQ(answer_query("", is_cloud), "");
  EXPECT_EQ(answer_query("\x12\x34", is_cloud), "");
}

TEST(AnswerQuery, HoldsOutWhateverIsCutOrBent) {
  const auto whole = query("ecs.cn-north-4.myhuaweicloud.com");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto answer = answer_query(whole.substr(0, size), is_cloud);
    if (size >= 12) {
      EXPECT_EQ(outcome(answer), 1U) << size;
    }
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto bent = whole;
      bent[at] = static_cast<char>(byte);
      EXPECT_LE(answer_query(bent, is_cloud).size(), whole.size() + 16);
    }
  }
}

TEST(HostsText, LeadsTheCataloguesHostsToTheDoor) {
  const auto catalog = catalog::Catalog::create();
  ASSERT_TRUE(catalog);
  const auto closed = hosts_text(**catalog, kDoor, "machine", "");
  EXPECT_NE(closed.find("127.86.0.1 ecs.cn-north-4.myhuaweicloud.com\n"), std::string::npos);
  EXPECT_NE(closed.find("127.0.1.1 machine\n"), std::string::npos);
  // Ours come first: the first line that fits is taken.
  const auto open = hosts_text(**catalog, kDoor, "machine", "10.0.0.9 iam.myhuaweicloud.com\n");
  EXPECT_LT(open.find("127.86.0.1 iam.myhuaweicloud.com"), open.find("10.0.0.9"));
}

TEST(NameSourcesText, AsksFilesAndTheRoomsServerOnly) {
  EXPECT_EQ(name_sources_text("passwd: files\nhosts: files resolve [!UNAVAIL=return] dns\n"),
            "passwd: files\nhosts: files dns\n");
  EXPECT_EQ(name_sources_text(""), "hosts: files dns\n");
}

TEST(RegionsText, ListsAServiceInItsRegions) {
  const auto catalog = catalog::Catalog::create();
  ASSERT_TRUE(catalog);
  const auto text = "\n" + regions_text(**catalog, "https://127.0.0.1:4443");
  const auto ecs = text.find("\nECS:\n");
  ASSERT_NE(ecs, std::string::npos);
  EXPECT_NE(text.find("  - id: cn-north-4\n    endpoint: https://127.0.0.1:4443\n", ecs),
            std::string::npos);
  EXPECT_LT(text.size(), 64U * 1024);
}

}  // namespace

}  // namespace jianmen::app::run
