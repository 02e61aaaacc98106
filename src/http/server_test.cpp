#include "http/server.hpp"

#include <future>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "http/testing/server_fixture.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;
using testing::count;
using testing::EchoHandler;
using testing::RawClient;

using ServerTest = testing::ServerFixture;

TEST_F(ServerTest, GivesUpOnWhoDoesNotRead) {
  ServerSettings settings;
  settings.write_stall_timeout = 10ms;
  RawClient client(start(settings));
  for (int i = 0; i < 4; ++i) client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_begun(2);
  server_->stop(1h);  // ends only because the stalled connection does
}

TEST_F(ServerTest, ServesManyConnectionsOnSeveralWorkersOfOnePort) {
  const std::string url = start({}, 3);
  std::vector<std::future<int>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::async(std::launch::async, [&] {
      int good = 0;
      for (int n = 0; n < 25; ++n) {
        auto answer = fetch_from(url + "/" + std::to_string(n));
        if (answer && answer->body == "GET /" + std::to_string(n) + " [] 127.0.0.1") ++good;
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 25);
}

TEST_F(ServerTest, StopsGracefully) {
  ServerSettings settings;
  settings.linger_timeout = 10ms;
  const std::string url = start(settings, 2);
  RawClient working(url);
  RawClient idle(url);
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").read_until("127.0.0.1");
  working.send("GET /sleep HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_begun(2);
  server_->stop(1h);
  const std::string answer = working.read_all();
  EXPECT_NE(answer.find("Connection: close\r\n"), answer.npos) << answer;
  EXPECT_NE(answer.find("GET /sleep []"), answer.npos) << answer;
  EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << "the next one is not begun";
  EXPECT_EQ(count(idle.read_all(), "HTTP/1.1 "), 1U);
  EXPECT_FALSE(fetch_from(url + "/")) << "nobody listens any more";
}

TEST_F(ServerTest, CutsWhatIsLeftAfterTheGrace) {
  const std::string url = start();
  RawClient client(url);
  client.send("GET /sleep-long HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_begun(1);
  const auto before = std::chrono::steady_clock::now();
  server_->stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
}

TEST_F(ServerTest, IsStoppedTwiceOrNeverStartedWithoutHarm) {
  start();
  server_->stop(1s);
  server_->stop(1s);
  auto never = Server::create(
      {}, {*parse_listen_url("http://127.0.0.1:0")}, nullptr, 2,
      [this](unsigned) { return std::make_unique<EchoHandler>(pool_, begun_, ended_); });
  EXPECT_TRUE(never);
}

TEST_F(ServerTest, AnswersOverTlsToWhoTrustsTheAuthority) {
  auto context = net::TlsServerContext::create(identity());
  ASSERT_TRUE(context) << context.error().message;
  const std::string url = start({}, 1, {"https://127.0.0.1:0"}, *context);
  ClientSettings trusting;
  trusting.tls = *net::TlsClientContext::create({.ca_pem = ca_pem_});
  auto answer = fetch_from(url + "/tls", trusting);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET /tls [] 127.0.0.1 secure");
  auto large = fetch_from(url + "/large", trusting);
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(large->body.size(), 3'000'000U);
  EXPECT_FALSE(fetch_from(url + "/"));
}

TEST_F(ServerTest, NewConnectionsGetTheNewCertificate) {
  const std::string url =
      start({}, 2, {"https://127.0.0.1:0"}, *net::TlsServerContext::create(identity()));
  std::filesystem::remove_all(directory_ / "ca");
  server_->replace_tls(*net::TlsServerContext::create(identity()));
  ClientSettings trusting;
  trusting.tls = *net::TlsClientContext::create({.ca_pem = ca_pem_});
  for (int i = 0; i < 8; ++i) {
    auto answer = fetch_from(url + "/", trusting);
    ASSERT_TRUE(answer) << answer.error().message;
  }
}

TEST_F(ServerTest, ClosesWhoDoesNotSpeakTls) {
  ServerSettings settings;
  settings.handshake_timeout = 10ms;
  const std::string url =
      start(settings, 1, {"https://127.0.0.1:0"}, *net::TlsServerContext::create(identity()));
  RawClient(url).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").read_all();
  EXPECT_EQ(RawClient(url).read_all(), "") << "nor who says nothing";
  EXPECT_EQ(begun_, 0);
}

TEST_F(ServerTest, AnswersOnAUnixSocketAndRemovesIt) {
  const std::string path = directory_ / "admin.sock";
  const std::string url = start({}, 2, {"unix:" + path});
  EXPECT_EQ(url, "unix:" + path);
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ClientSettings settings;
  settings.unix_path = path;
  auto answer = fetch_from("http://admin/x", settings);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "GET /x [] unix");
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ServerTest, TellsOfAPortInUse) {
  const std::string url = start({}, 2);
  for (const unsigned workers : {1U, 2U}) {
    auto second = Server::create({}, {*parse_listen_url(url)}, nullptr, workers, [this](unsigned) {
      return std::make_unique<EchoHandler>(pool_, begun_, ended_);
    });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::Code::Conflict) << second.error().message;
  }
}

TEST_F(ServerTest, NeedsACertificateForHttps) {
  auto made = Server::create(
      {}, {*parse_listen_url("https://127.0.0.1:0")}, nullptr, 1,
      [this](unsigned) { return std::make_unique<EchoHandler>(pool_, begun_, ended_); });
  EXPECT_FALSE(made);
}

TEST(ListenUrlTest, ReadsWhatPeopleWrite) {
  const struct {
    const char* url;
    ListenAddress::Kind kind;
    const char* host;
    int port;
    const char* path;
  } good[] = {
      {"http://127.0.0.1:8080", ListenAddress::Kind::Http, "127.0.0.1", 8080, ""},
      {"http://127.0.0.1:8080/", ListenAddress::Kind::Http, "127.0.0.1", 8080, ""},
      {"https://[::1]:0", ListenAddress::Kind::Https, "::1", 0, ""},
      {"http://localhost:65535", ListenAddress::Kind::Http, "localhost", 65535, ""},
      {"unix:/run/x.sock", ListenAddress::Kind::Unix, "", 0, "/run/x.sock"},
      {"unix:///run/x.sock", ListenAddress::Kind::Unix, "", 0, "/run/x.sock"},
  };
  for (const auto& row : good) {
    auto address = parse_listen_url(row.url);
    ASSERT_TRUE(address) << row.url;
    EXPECT_EQ(address->kind, row.kind) << row.url;
    EXPECT_EQ(address->host, row.host) << row.url;
    EXPECT_EQ(address->port, row.port) << row.url;
    EXPECT_EQ(address->path, row.path) << row.url;
  }
  for (const char* url :
       {"", "127.0.0.1:80", "ftp://a:1", "http://", "http://a", "http://:80",
        "http://a:", "http://a:x", "http://a:65536", "http://a:1/path", "http://[::1]",
        "http://[::1", "http://[::1]x:1", "http://[]:1", "unix:", "http://u@a:1"}) {
    EXPECT_FALSE(parse_listen_url(url)) << url;
  }
}

}  // namespace
}  // namespace jianmen::http
