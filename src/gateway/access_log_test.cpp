#include "gateway/access_log.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace jianmen::gateway {
namespace {

namespace fs = std::filesystem;

JournalEntry entry() {
  static const catalog::Operation operation = [] {
    catalog::Operation made;
    made.id = "ecs:List";
    return made;
  }();
  JournalEntry entry;
  entry.request_id = "0123";
  entry.time = base::Time(base::Duration(1'780'000'000'000'000));
  entry.verdict = Verdict::Refused;
  entry.method = "GET";
  entry.host = "a.example.com";
  entry.path = "/v1/x";
  entry.query = "secret=1";
  entry.peer = "192.0.2.1";
  entry.operation = &operation;
  entry.status = 403;
  entry.code = "Ecs.0110";
  entry.refusal = identity::Refusal{identity::Cause::PermissionNotGranted, {}};
  entry.us = 77;
  return entry;
}

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(AccessLine, IsKeyValueOrJson) {
  auto one = entry();
  EXPECT_EQ(access_line(one, LogFormat::KeyValue),
            "time=2026-05-28T20:26:40.000000Z request_id=0123 peer=192.0.2.1 method=GET "
            "host=a.example.com path=/v1/x status=403 verdict=refused operation=ecs:List "
            "code=Ecs.0110 cause=permission.not_granted us=77\n");
  const auto parsed = base::parse_json(access_line(one, LogFormat::Json));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(base::string_or(*parsed, "cause", ""), "permission.not_granted");
  EXPECT_EQ(parsed->as_object().at("us").to_number<int>(), 77);
  EXPECT_EQ(base::string_or(*parsed, "account", "none"), "none");
}

TEST(AccessLine, ACallerCannotForgeAnother) {
  auto one = entry();
  one.path = "/x\" status=200\nrequest_id=9";
  const auto line = access_line(one, LogFormat::KeyValue);
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_NE(line.find(R"(path="/x\" status=200)"), line.npos) << line;
  EXPECT_EQ(std::ranges::count(access_line(one, LogFormat::Json), '\n'), 1);
}

TEST(AccessLine, HoldsNoQuery) {
  for (const auto format : {LogFormat::KeyValue, LogFormat::Json}) {
    EXPECT_EQ(access_line(entry(), format).find("secret"), std::string::npos);
  }
}

class AccessLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/jianmen-log-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(AccessLogTest, WritesEveryLineAndAppends) {
  for (int round = 0; round < 2; ++round) {
    auto log = AccessLog::open(folder_ / "access", LogFormat::Json);
    ASSERT_TRUE(log);
    for (int i = 0; i < 500; ++i) (*log)->add(entry());
    EXPECT_EQ((*log)->dropped(), 0U);
    log->reset();
    EXPECT_EQ(std::ranges::count(read(folder_ / "access"), '\n'), 500 * (round + 1));
  }
}

TEST_F(AccessLogTest, GoesOnInANewFileAfterTheOldOneWasMoved) {
  auto log = AccessLog::open(folder_ / "access", LogFormat::KeyValue);
  (*log)->add(entry());
  fs::rename(folder_ / "access", folder_ / "old");
  (*log)->reopen();
  while (!fs::exists(folder_ / "access")) std::this_thread::yield();
  (*log)->add(entry());
  log->reset();
  EXPECT_EQ(std::ranges::count(read(folder_ / "old"), '\n'), 1);
  EXPECT_EQ(std::ranges::count(read(folder_ / "access"), '\n'), 1);
}

TEST_F(AccessLogTest, AFullDiskLeavesLinesOutAndCountsThem) {
  auto log = AccessLog::open("/dev/full", LogFormat::KeyValue);
  ASSERT_TRUE(log);
  for (int i = 0; i < 10; ++i) (*log)->add(entry());
  while ((*log)->dropped() < 10) std::this_thread::yield();
  EXPECT_EQ((*log)->dropped(), 10U);
}

TEST_F(AccessLogTest, AFileThatCannotBeIsNamed) {
  const auto log = AccessLog::open(folder_ / "no" / "access", LogFormat::Json);
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("no/access"), std::string::npos);
}

}  // namespace
}  // namespace jianmen::gateway
