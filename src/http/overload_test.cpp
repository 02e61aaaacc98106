// More connections than there may be, and descriptors that run out: who has a place keeps it, the
// newest is told so at once, and all is well again by itself.

#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "http/server.hpp"
#include "http/testing/server_fixture.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;

constexpr std::string_view kAsk = "GET /asked HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kProbe = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

class OverloadTest : public testing::ServerFixture {
 protected:
  // Tries until a new connection is served; how often it was told 503 before.
  int served_after(const std::string& url) {
    for (int refused = 0; refused < 200; ++refused) {
      RawClient client(url);
      const auto answer = client.send(kAsk).read_until("127.0.0.1");
      if (answer.starts_with("HTTP/1.1 200")) return refused;
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
      std::this_thread::sleep_for(20ms);
    }
    ADD_FAILURE() << "never served";
    return -1;
  }
};

TEST_F(OverloadTest, TheNewestIsRefusedAndTheOthersGoOn) {
  ServerSettings settings;
  settings.max_connections = 2;
  settings.idle_at_limit = 1h;
  const std::string url = start(settings);
  RawClient first(url), second(url);
  for (RawClient* one : {&first, &second}) one->send(kAsk).read_until("127.0.0.1");
  for (int i = 0; i < 20; ++i) {
    const auto answer = RawClient(url).send(kAsk).read_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("Connection: close"), answer.npos);
  }
  EXPECT_EQ(begun_, 2) << "what was refused was not handled";
  first.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(first.read_until("/again").find("/again"), std::string::npos);
  const auto statistics = server_->statistics();
  EXPECT_EQ(statistics.connections, 2U);
  EXPECT_EQ(statistics.accepted, 2U);
  EXPECT_EQ(statistics.refused, 20U);
}

TEST_F(OverloadTest, APlaceThatIsFreeServesAgain) {
  ServerSettings settings;
  settings.max_connections = 1;
  settings.idle_at_limit = 1h;
  const std::string url = start(settings);
  {
    RawClient first(url);
    first.send(kAsk).read_until("127.0.0.1");
    EXPECT_TRUE(RawClient(url).send(kAsk).read_all().starts_with("HTTP/1.1 503 "));
  }
  served_after(url);
}

TEST_F(OverloadTest, WhatIsEssentialIsAnsweredAtTheLimit) {
  ServerSettings settings;
  settings.max_connections = 1;
  settings.idle_at_limit = 1h;
  settings.is_essential = [](const Request& head) { return head.path == "/healthz"; };
  const std::string url = start(settings);
  RawClient first(url);
  first.send(kAsk).read_until("127.0.0.1");
  const auto answer = RawClient(url).send(kProbe).read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  EXPECT_TRUE(RawClient(url).send(kAsk).read_all().starts_with("HTTP/1.1 503 "));
}

TEST_F(OverloadTest, ConnectionsOnWhichNothingHappensMakeRoom) {
  ServerSettings settings;
  settings.max_connections = 3;
  settings.idle_at_limit = 50ms;
  const std::string url = start(settings);
  RawClient never_asked(url), asked(url), busy(url);
  asked.send(kAsk).read_until("127.0.0.1");
  busy.send("GET /sleep-long HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_begun(2);
  served_after(url);
  EXPECT_EQ(never_asked.read_all(), "") << "closed without a word";
  EXPECT_TRUE(asked.read_all().ends_with("127.0.0.1"));
}

TEST_F(OverloadTest, WhoComesBeyondTheSurplusIsTurnedAway) {
  ServerSettings settings;
  settings.max_connections = 1;
  settings.surplus_connections = 2;
  settings.idle_at_limit = 1h;
  const std::string url = start(settings);
  RawClient first(url), silent(url), silent_too(url);
  first.send(kAsk).read_until("127.0.0.1");
  const auto answer = RawClient(url).read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
}

// Every descriptor of this process, but for a few.
class Exhausted {
 public:
  Exhausted() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{.rlim_cur = 256, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC); fd >= 0;
         fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
      held_.emplace_back(fd);
    }
    EXPECT_EQ(errno, EMFILE);
  }
  ~Exhausted() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  void free_one() { held_.pop_back(); }

 private:
  rlimit before_{};
  std::vector<net::Fd> held_;
};

TEST_F(OverloadTest, OutOfDescriptorsTheNewestIsRefusedUntilThereAreSome) {
  ServerSettings settings;
  settings.idle_at_limit = 1h;
  const std::string url = start(settings);
  RawClient old(url);
  old.send(kAsk).read_until("127.0.0.1");
  {
    Exhausted exhausted;
    exhausted.free_one();  // for the client's own
    for (int i = 0; i < 10; ++i) {
      RawClient client(url);
      const auto answer = client.send(kAsk).read_all();
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << i << ": " << answer;
    }
    old.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(old.read_until("/again").find("/again"), std::string::npos);
  }
  EXPECT_GE(server_->statistics().exhausted, 1U);
  served_after(url);
}

TEST_F(OverloadTest, AnEssentialServerServesOutOfDescriptors) {
  ServerSettings settings;
  settings.essential = true;
  const std::string url = start(settings);
  RawClient warm(url);  // the spare ones are there once it serves
  warm.send(kAsk).read_until("127.0.0.1");
  Exhausted exhausted;
  exhausted.free_one();
  for (int i = 0; i < 10; ++i) {
    RawClient client(url);
    const auto answer = client.send(kAsk).read_until("127.0.0.1");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << i << ": " << answer;
  }
  EXPECT_GE(server_->statistics().exhausted, 1U);
}

}  // namespace
}  // namespace jianmen::http
