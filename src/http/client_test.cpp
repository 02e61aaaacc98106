#include "http/client.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "http/response_parser.hpp"
#include "net/fd.hpp"
#include "net/run.hpp"
#include "net/socket.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

enum class Then { Close, Wait };

// Accepts one connection and, for each request, says the next of its answers, whatever was asked.
class ScriptedServer {
 public:
  ScriptedServer(std::vector<std::string> answers, Then then)
      : socket_(*net::listen_on(*net::Address::numeric("127.0.0.1", 0), net::SharePort::No)),
        url_("http://" + net::local_address(socket_)->text()),
        thread_([this, answers = std::move(answers), then] { serve(answers, then); }) {}
  ~ScriptedServer() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  const std::string& url() const { return url_; }
  const std::string& received() const { return received_; }

 private:
  void serve(const std::vector<std::string>& answers, Then then) {
    wait_readable(socket_.get());
    const net::Fd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) return;
    for (const std::string& answer : answers) {
      read_head(connection.get());
      ::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    if (then == Then::Wait) read_head(connection.get());
  }
  static void wait_readable(int fd) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    ::select(fd + 1, &set, nullptr, nullptr, nullptr);
  }
  void read_head(int fd) {
    const std::size_t from = received_.size();
    char buffer[4096];
    while (received_.find("\r\n\r\n", from) == received_.npos) {
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      received_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  net::Fd socket_;
  std::string url_, received_;
  std::thread thread_;
};

base::Result<ClientResponse> ask(const std::string& answer, Then then,
                                 const std::string& method = "GET", ClientSettings settings = {}) {
  const ScriptedServer server({answer}, then);
  ClientRequest request;
  request.method = method;
  request.url = server.url() + "/x";
  return fetch_blocking(std::move(request), std::move(settings));
}

TEST(ClientTest, ReadsAnswersOfEveryFraming) {
  const struct {
    const char* name;
    std::string answer;
    Then then;
    const char* body;
  } rows[] = {
      {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Then::Wait, "hello"},
      {"no content at all", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Then::Wait, ""},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
       Then::Wait, "hello"},
      {"until the end", "HTTP/1.1 200 OK\r\n\r\nhello", Then::Close, "hello"},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", Then::Close, "hello"},
      {"no reason phrase", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", Then::Wait, "x"},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", Then::Wait, ""},
      {"after 100 and 103",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       Then::Wait, "ok"},
  };
  for (const auto& row : rows) {
    auto answer = ask(row.answer, row.then);
    ASSERT_TRUE(answer) << row.name << ": " << answer.error().message;
    EXPECT_EQ(answer->body, row.body) << row.name;
  }
}

TEST(ClientTest, AnAnswerToHeadHasNoBody) {
  auto answer = ask("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", Then::Wait, "HEAD");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->find("content-length"), "500");
}

TEST(ClientTest, RefusesAnswersThatCannotBeTrusted) {
  const std::pair<const char*, std::string> rows[] = {
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"},
      {"another version", "HTTP/2.0 200 OK\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"},
      {"length and chunked",
       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
      {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
      {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"},
      {"a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n"},
      {"a bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"},
      {"NUL in a value", "HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n"s},
      {"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"},
      {"cut in the head", "HTTP/1.1 200 OK\r\nContent-"},
      {"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"},
      {"cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"},
      {"an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {"nothing", ""},
  };
  for (const auto& [name, text] : rows) {
    auto answer = ask(text, Then::Close);
    EXPECT_FALSE(answer) << name;
  }
}

TEST(ClientTest, RefusesAnAnswerOverTheLimit) {
  ClientSettings settings;
  settings.limits.body = 4;
  for (const auto* answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello"}) {
    auto result = ask(answer, Then::Close, "GET", settings);
    ASSERT_FALSE(result) << answer;
    EXPECT_EQ(result.error().code, base::Code::TooLarge) << answer;
  }
}

TEST(ClientTest, GivesUpAfterItsTimeout) {
  ClientSettings settings;
  settings.timeout = 10ms;
  auto answer = ask("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Then::Wait, "GET", settings);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "reading the answer: timed out");
}

TEST(ClientTest, RefusesToSendWhatWouldBeAnotherRequest) {
  ClientRequest good;
  good.url = "http://127.0.0.1:1/";
  std::vector<ClientRequest> bad(5, good);
  bad[0].method = "GET / HTTP/1.1\r\n";
  bad[1].headers = {{"X", "a\r\nY: b"}};
  bad[2].headers = {{"X Y", "a"}};
  bad[3].headers = {{"Transfer-Encoding", "chunked"}};
  bad[4].headers = {{"Content-Length", "7"}};
  const ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, Then::Wait);
  for (ClientRequest& request : bad) {
    request.url = server.url() + "/";
    auto answer = fetch_blocking(request, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::Code::InvalidArgument) << answer.error().message;
  }
}

net::Task<std::vector<std::string>> ask_twice(std::string url) {
  std::vector<std::string> said;
  auto parsed = parse_url(url);
  ClientSettings settings;
  auto connection = co_await ClientConnection::open(*parsed, settings);
  if (!connection) co_return said;
  for (int i = 0; i < 2; ++i) {
    ClientRequest request;
    request.method = "PUT";
    request.url = url + "/" + std::to_string(i);
    request.headers = {{"X-Test", "y"}};
    request.body = "b" + std::to_string(i);
    auto answer = co_await (*connection)->exchange(std::move(request));
    said.push_back(answer ? answer->body : answer.error().message);
    said.push_back((*connection)->is_reusable() ? "reusable" : "used up");
  }
  co_return said;
}

TEST(ClientTest, UsesAConnectionAgain) {
  std::string received;
  {
    const ScriptedServer server(
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none",
         "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo"},
        Then::Close);
    EXPECT_EQ(net::run(ask_twice(server.url())),
              (std::vector<std::string>{"one", "reusable", "two", "used up"}));
    received = server.received();
  }
  EXPECT_TRUE(received.starts_with("PUT /0 HTTP/1.1\r\nHost: 127.0.0.1:")) << received;
  EXPECT_NE(received.find("\r\nX-Test: y\r\nContent-Length: 2\r\n\r\nb0"), received.npos)
      << received;
}

TEST(ClientTest, DoesNotUseAConnectionAgainThatSaidTooMuch) {
  const ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 200 "
                               "OK\r\nContent-Length: 4\r\n\r\nevil"},
                              Then::Close);
  const auto said = net::run(ask_twice(server.url()));
  EXPECT_EQ(said[0], "one");
  EXPECT_EQ(said[1], "used up");
}

TEST(ResponseParserTest, SaysTheSameHoweverTheBytesArrive) {
  const std::string text = "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nContent-Length: 10\r\n\r\n";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    auto head = parse_response_head(text.substr(0, cut), false, {});
    ASSERT_TRUE(head) << cut;
    EXPECT_EQ(head->size, 0U) << cut;
  }
  auto head = parse_response_head(text + "body", false, {});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size, text.size());
  EXPECT_EQ(head->response.status, 404);
  EXPECT_EQ(head->response.reason, "Not Found");
  EXPECT_EQ(head->content_length, 10U);
  EXPECT_FALSE(parse_response_head(std::string(70'000, 'x'), false, {}));
}

}  // namespace
}  // namespace jianmen::http
