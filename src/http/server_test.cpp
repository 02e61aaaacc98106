#include "http/server.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/client.hpp"
#include "net/blocking.hpp"
#include "net/certificate_authority.hpp"
#include "net/loop.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;

// Shows what arrived: "METHOD target [body] peer"; some paths do more.
class EchoHandler final : public Handler {
 public:
  EchoHandler(net::BlockingPool& pool, std::atomic<int>& begun) : pool_(pool), begun_(begun) {}

  net::Task<Response> handle(const Request& request) override {
    ++begun_;
    if (request.path == "/sleep") co_await net::sleep_for(500ms);
    if (request.path == "/sleep-long") co_await net::sleep_for(1h);
    if (request.path == "/blocking") co_await pool_.run([] { return 1; });
    if (request.path == "/throws") throw std::runtime_error("a defect");
    if (request.path == "/large") {
      co_return Response(200, std::string(3'000'000, 'L'), "text/plain");
    }
    if (request.path == "/no-content") co_return Response(204);
    if (request.path == "/close") {
      Response response(200, "bye", "text/plain");
      response.close();
      co_return response;
    }
    std::string text(request.method);
    text.append(" ").append(request.target).append(" [").append(request.body).append("] ");
    text.append(request.peer).append(request.secure ? " secure" : "");
    Response response(200, std::move(text), "text/plain");
    response.add("X-Test", "1");
    co_return response;
  }
  Response refuse(int status, std::string_view reason) override {
    return Response(status, "refused: " + std::string(reason), "text/plain");
  }

 private:
  net::BlockingPool& pool_;
  std::atomic<int>& begun_;
};

// A blocking socket as a rough client has it.
class RawClient {
 public:
  explicit RawClient(const std::string& url) {
    const std::string port = url.substr(url.rfind(':') + 1);
    socket_ = net::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    auto address = net::Address::numeric("127.0.0.1", static_cast<std::uint16_t>(std::stoi(port)));
    EXPECT_EQ(::connect(socket_.get(), address->data(), address->size()), 0);
  }
  RawClient& send(std::string_view text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    return *this;
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  // Until `end` has come; or the other side has closed.
  std::string read_until(std::string_view end) {
    while (text_.find(end) == text_.npos && read_some()) {
    }
    return text_;
  }
  std::string read_all() {
    while (read_some()) {
    }
    return text_;
  }
  std::string read_bytes(std::size_t count) {
    while (text_.size() < count && read_some()) {
    }
    return text_;
  }
  int fd() const { return socket_.get(); }

 private:
  bool read_some() {
    char buffer[65536];
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got > 0) text_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }
  net::Fd socket_;
  std::string text_;
};

std::size_t count(std::string_view text, std::string_view piece) {
  std::size_t found = 0;
  for (auto at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) ++found;
  return found;
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == answer.npos ? "" : answer.substr(end + 4);
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/jianmen-http-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string start(const ServerSettings& settings = {}, unsigned workers = 1,
                    std::vector<std::string> listen = {"http://127.0.0.1:0"},
                    std::shared_ptr<net::TlsServerContext> tls = nullptr) {
    std::vector<ListenAddress> addresses;
    for (const auto& url : listen) addresses.push_back(*parse_listen_url(url));
    auto made = Server::create(settings, addresses, tls, workers, [this](unsigned) {
      return std::make_unique<EchoHandler>(pool_, begun_);
    });
    EXPECT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
    server_->start();
    return server_->urls().front();
  }
  net::TlsIdentity identity() {
    const auto now = std::chrono::floor<base::Duration>(std::chrono::system_clock::now());
    auto authority = net::CertificateAuthority::open_or_create(directory_ / "ca", now);
    ca_pem_ = authority->certificate_pem();
    return *authority->issue({"127.0.0.1"}, now);
  }
  base::Result<ClientResponse> fetch_from(const std::string& url, ClientSettings settings = {}) {
    ClientRequest request;
    request.url = url;
    return fetch_blocking(std::move(request), std::move(settings));
  }
  void wait_until_begun(int number) const {
    while (begun_ < number) std::this_thread::yield();
  }

  std::filesystem::path directory_;
  std::string ca_pem_;
  net::BlockingPool pool_{1};
  std::atomic<int> begun_{0};
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersWithLengthDateAndItsFields) {
  RawClient client(start());
  const std::string answer =
      client.send("GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 21\r\nDate: ")) << answer;
  EXPECT_NE(answer.find(" GMT\r\nConnection: close\r\n"), answer.npos) << answer;
  EXPECT_NE(answer.find("\r\nX-Test: 1\r\n"), answer.npos) << answer;
  EXPECT_EQ(body_of(answer), "GET /a?b [] 127.0.0.1");
}

TEST_F(ServerTest, ReadsBodiesOfEveryMethodAndFraming) {
  const std::string url = start();
  const struct {
    const char* request;
    const char* body;
  } rows[] = {
      {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
       "POST / [hello] 127.0.0.1"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
       "GET / [hello] 127.0.0.1"},
      {"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
       "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n",
       "DELETE / [hello] 127.0.0.1"},
      {"PUT / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", "PUT / [ab] 127.0.0.1"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
       "GET / [] 127.0.0.1"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(body_of(RawClient(url).send(row.request).read_all()), row.body) << row.request;
  }
}

TEST_F(ServerTest, TakesARequestThatComesByteByByte) {
  RawClient client(start());
  const int one = 1;
  ::setsockopt(client.fd(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  for (const char c : std::string(
           "POST /slow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nabc\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) {
    client.send({&c, 1});
  }
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find("POST /slow [abc]"), answer.npos) << answer;
  EXPECT_NE(answer.find("GET /next []"), answer.npos) << answer;
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  RawClient client(start());
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    const char* path = i % 10 == 3 ? "/blocking?" : "/?";
    requests += "POST " + std::string(path) + std::to_string(i) +
                " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  }
  requests += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  auto sender = std::async(std::launch::async, [&] { client.send(requests); });
  const std::string answers = client.read_all();
  sender.get();
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    at = answers.find("?" + std::to_string(i) + " [abc]", at);
    ASSERT_NE(at, answers.npos) << i;
  }
  EXPECT_NE(answers.find("GET /last", at), answers.npos);
}

TEST_F(ServerTest, KeepsAndClosesTheConnectionAsAsked) {
  const std::string url = start();
  EXPECT_EQ(count(RawClient(url).send("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n").read_all(),
                  "HTTP/1.1 200"),
            1U);
  const std::string kept =
      RawClient(url)
          .send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n")
          .read_all();
  EXPECT_EQ(count(kept, "HTTP/1.1 200"), 2U) << kept;
  EXPECT_EQ(count(kept, "Connection: keep-alive"), 1U) << kept;
  EXPECT_EQ(count(kept, "Connection: close"), 1U) << kept;
  const std::string closed =
      RawClient(url)
          .send("GET /close HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
          .read_all();
  EXPECT_EQ(count(closed, "HTTP/1.1 200"), 1U) << closed;
}

TEST_F(ServerTest, AnswersHeadWithTheHeadOnly) {
  const std::string answer = RawClient(start())
                                 .send(
                                     "HEAD /large HTTP/1.1\r\nHost: x\r\n\r\n"
                                     "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                 .read_all();
  EXPECT_EQ(count(answer, "HTTP/1.1 200"), 2U);
  EXPECT_NE(answer.find("Content-Length: 3000000\r\n"), answer.npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, ANoContentAnswerHasNoLength) {
  const std::string answer =
      RawClient(start())
          .send("GET /no-content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          .read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 No Content\r\n")) << answer;
  EXPECT_EQ(count(answer, "Content-Length"), 0U) << answer;
}

TEST_F(ServerTest, SaysContinueWhenTheClientWaitsForIt) {
  RawClient client(start());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_NE(client.read_until("[hello]").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST_F(ServerTest, DoesNotSayContinueToABodyThatIsTooLarge) {
  const std::string answer = RawClient(start())
                                 .send(
                                     "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                     "Content-Length: 99999999\r\n\r\n")
                                 .read_until("refused");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(ServerTest, RefusesAndClosesAndNeverReadsOn) {
  const std::string url = start();
  const struct {
    const char* request;
    const char* status;
  } rows[] = {
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"GET / HTTP/1.1\nHost: x\n\n", "400"},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n", "501"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", "413"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400"},
      {"\x16\x03\x01\x02", "400"},
  };
  for (const auto& row : rows) {
    RawClient client(url);
    client.send(row.request).send("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    client.half_close();
    const std::string answer = client.read_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(row.status))) << answer;
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << row.request << answer;
    EXPECT_EQ(count(answer, "Connection: close\r\n"), 1U) << answer;
  }
  EXPECT_EQ(begun_, 0);
}

TEST_F(ServerTest, TheSenderOfATooLargeBodyStillReadsTheAnswer) {
  ServerSettings settings;
  settings.limits.body = 1000;
  const std::string url = start(settings);
  for (int i = 0; i < 20; ++i) {
    RawClient client(url);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
    client.send(std::string(500'000, 'x'));
    EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 413 "));
  }
}

TEST_F(ServerTest, TakesAnOldTokenOfFortyKilobytes) {
  const std::string token(40'000, 't');
  RawClient client(start());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + token + "\r\n\r\n");
  EXPECT_TRUE(client.read_until("127.0.0.1").starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, EchoesABodyOfTwelveMegabytesAndRefusesMore) {
  const std::string url = start();
  ClientRequest request;
  request.method = "PUT";
  request.url = url + "/";
  request.body = std::string(12 * 1024 * 1024, 'b');
  auto answer = fetch_blocking(request, {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "PUT / [" + request.body + "] 127.0.0.1");
  request.body += "!";
  answer = fetch_blocking(request, {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST_F(ServerTest, SendsALargeAnswerToASlowReader) {
  RawClient client(start());
  const int small = 64 * 1024;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(client.read_all()), std::string(3'000'000, 'L'));
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
  RawClient client(start());
  client.send("GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n");
  client.half_close();
  EXPECT_NE(client.read_all().find("GET /sleep []"), std::string::npos);
}

TEST_F(ServerTest, AHandlerThatThrowsIsAnAnswerAndNoMore) {
  const std::string url = start();
  RawClient client(url);
  client.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
  EXPECT_EQ(count(answer, "a defect"), 0U) << "what went wrong is for the log only";
  EXPECT_EQ(fetch_from(url + "/")->status, 200);
}

TEST_F(ServerTest, GivesUpOnWhoIsTooSlow) {
  ServerSettings settings;
  settings.head_timeout = settings.body_idle_timeout = settings.keep_alive_timeout = 10ms;
  settings.linger_timeout = 10ms;
  const std::string url = start(settings);
  EXPECT_EQ(RawClient(url).read_all(), "") << "nothing was said: nothing is answered";
  EXPECT_TRUE(RawClient(url).send("GET / HT").read_all().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(RawClient(url)
                  .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe")
                  .read_all()
                  .starts_with("HTTP/1.1 408 "));
  const std::string idle = RawClient(url).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").read_all();
  EXPECT_TRUE(idle.starts_with("HTTP/1.1 200 ")) << idle;
  EXPECT_EQ(count(idle, "HTTP/1.1 "), 1U) << "an idle connection just ends";
}

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

TEST_F(ServerTest, WaitsWithNewConnectionsAtTheLimit) {
  ServerSettings settings;
  settings.max_connections = 1;
  const std::string url = start(settings);
  auto first = std::make_unique<RawClient>(url);
  first->send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n").read_until("127.0.0.1");
  RawClient second(url);
  second.send("GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  first->send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(first->read_until("/again").find("/again"), std::string::npos);
  EXPECT_EQ(begun_, 2);
  first.reset();
  EXPECT_NE(second.read_all().find("/second"), std::string::npos);
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
  auto never =
      Server::create({}, {*parse_listen_url("http://127.0.0.1:0")}, nullptr, 2,
                     [this](unsigned) { return std::make_unique<EchoHandler>(pool_, begun_); });
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
      return std::make_unique<EchoHandler>(pool_, begun_);
    });
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::Code::Conflict) << second.error().message;
  }
}

TEST_F(ServerTest, NeedsACertificateForHttps) {
  auto made =
      Server::create({}, {*parse_listen_url("https://127.0.0.1:0")}, nullptr, 1,
                     [this](unsigned) { return std::make_unique<EchoHandler>(pool_, begun_); });
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
