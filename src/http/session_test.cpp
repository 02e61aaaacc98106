#include "http/session.hpp"

#include <future>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "http/testing/server_fixture.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;
using testing::body_of;
using testing::count;
using testing::RawClient;

using SessionTest = testing::ServerFixture;

TEST_F(SessionTest, AnswersWithLengthDateAndItsFields) {
  RawClient client(start());
  const std::string answer =
      client.send("GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 21\r\nDate: ")) << answer;
  EXPECT_NE(answer.find(" GMT\r\nConnection: close\r\n"), answer.npos) << answer;
  EXPECT_NE(answer.find("\r\nX-Test: 1\r\n"), answer.npos) << answer;
  EXPECT_EQ(body_of(answer), "GET /a?b [] 127.0.0.1");
}

TEST_F(SessionTest, ReadsBodiesOfEveryMethodAndFraming) {
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

TEST_F(SessionTest, TakesARequestThatComesByteByByte) {
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

TEST_F(SessionTest, AnswersPipelinedRequestsInOrder) {
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

TEST_F(SessionTest, KeepsAndClosesTheConnectionAsAsked) {
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

TEST_F(SessionTest, AnswersHeadWithTheHeadOnly) {
  const std::string answer = RawClient(start())
                                 .send(
                                     "HEAD /large HTTP/1.1\r\nHost: x\r\n\r\n"
                                     "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                 .read_all();
  EXPECT_EQ(count(answer, "HTTP/1.1 200"), 2U);
  EXPECT_NE(answer.find("Content-Length: 3000000\r\n"), answer.npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(SessionTest, ANoContentAnswerHasNoLength) {
  const std::string answer =
      RawClient(start())
          .send("GET /no-content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          .read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 No Content\r\n")) << answer;
  EXPECT_EQ(count(answer, "Content-Length"), 0U) << answer;
}

TEST_F(SessionTest, SaysContinueWhenTheClientWaitsForIt) {
  RawClient client(start());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_NE(client.read_until("[hello]").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST_F(SessionTest, DoesNotSayContinueToABodyThatIsTooLarge) {
  const std::string answer = RawClient(start())
                                 .send(
                                     "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                     "Content-Length: 99999999\r\n\r\n")
                                 .read_until("refused");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(SessionTest, RefusesAndClosesAndNeverReadsOn) {
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

TEST_F(SessionTest, TheSenderOfATooLargeBodyStillReadsTheAnswer) {
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

TEST_F(SessionTest, TakesAnOldTokenOfFortyKilobytes) {
  const std::string token(40'000, 't');
  RawClient client(start());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + token + "\r\n\r\n");
  EXPECT_TRUE(client.read_until("127.0.0.1").starts_with("HTTP/1.1 200"));
}

TEST_F(SessionTest, EchoesABodyOfTwelveMegabytesAndRefusesMore) {
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

TEST_F(SessionTest, SendsALargeAnswerToASlowReader) {
  RawClient client(start());
  const int small = 64 * 1024;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(client.read_all()), std::string(3'000'000, 'L'));
}

TEST_F(SessionTest, AnswersAClientThatHasFinishedSending) {
  RawClient client(start());
  client.send("GET /sleep HTTP/1.1\r\nHost: x\r\n\r\n");
  client.half_close();
  EXPECT_NE(client.read_all().find("GET /sleep []"), std::string::npos);
}

TEST_F(SessionTest, AHandlerThatThrowsIsAnAnswerAndNoMore) {
  const std::string url = start();
  RawClient client(url);
  client.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
  EXPECT_EQ(count(answer, "a defect"), 0U) << "what went wrong is for the log only";
  EXPECT_EQ(fetch_from(url + "/")->status, 200);
}

TEST_F(SessionTest, GivesUpOnWhoIsTooSlow) {
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

TEST_F(SessionTest, TakesALargeBodyInTinyChunks) {
  std::string request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 50'000; ++i) request += "1;ex\r\nc\r\n";
  const std::string answer = RawClient(start()).send(request).read_until("\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << "that much overhead is no honest client's";
  request = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 50'000; ++i) request += "1\r\nc\r\n";
  request += "0\r\n\r\n";
  const std::string good = RawClient(start()).send(request).read_all();
  EXPECT_EQ(body_of(good), "POST / [" + std::string(50'000, 'c') + "] 127.0.0.1");
}

TEST_F(SessionTest, HoldsNoMoreBodiesThanThereIsRoomFor) {
  ServerSettings settings;
  settings.max_buffered = 100'000;
  const std::string url = start(settings);
  RawClient first(url);
  first.send("POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
  first.send(std::string(299'999, 'x'));
  EXPECT_TRUE(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 503 "));
  RawClient second(url);
  second.send("POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n");
  second.send(std::string(50'000, 'x'));
  EXPECT_TRUE(second.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(SessionTest, SendsABodyThatIsMadeOnTheWayInChunks) {
  RawClient client(start());
  client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n").read_until("0\r\n\r\n");
  const std::string answer =
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: "))
      << answer;
  EXPECT_NE(answer.find("\r\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n8\r\npiece 3\n\r\n0\r\n\r\n"
                        "HTTP/1.1 200 OK\r\n"),
            answer.npos)
      << answer;
  EXPECT_EQ(ended_, 1);
}

TEST_F(SessionTest, SendsABodyThatIsMadeOnTheWayToAnOldClientUntilItCloses) {
  const std::string answer = RawClient(start()).send("GET /stream HTTP/1.0\r\n\r\n").read_all();
  EXPECT_EQ(body_of(answer), "piece 1\npiece 2\npiece 3\n");
  EXPECT_EQ(answer.find("Content-Length"), answer.npos) << answer;
  EXPECT_EQ(answer.find("Transfer-Encoding"), answer.npos) << answer;
}

TEST_F(SessionTest, SendsNoBodyToHead) {
  const std::string answer =
      RawClient(start())
          .send("HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          .read_all();
  EXPECT_EQ(body_of(answer), "") << answer;
  EXPECT_EQ(ended_, 1);
}

TEST_F(SessionTest, EndsAStreamWhoseClientHasGone) {
  auto client = std::make_unique<RawClient>(start());
  client->send("GET /stream-for-ever HTTP/1.1\r\nHost: x\r\n\r\n").read_until("piece 5");
  client.reset();
  wait_until_ended(1);
}

TEST_F(SessionTest, EndsAStreamWhoseClientDoesNotRead) {
  ServerSettings settings;
  settings.write_stall_timeout = 10ms;
  RawClient client(start(settings));
  client.send("GET /stream-large HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_until_ended(1);
}

TEST_F(SessionTest, EndsAStreamWithItsLastChunkWhenTheServerStops) {
  RawClient client(start());
  client.send("GET /stream-for-ever HTTP/1.1\r\nHost: x\r\n\r\n").read_until("piece 5");
  auto stopped = std::async(std::launch::async, [&] { server_->stop(1h); });
  EXPECT_TRUE(client.read_all().ends_with("\r\n0\r\n\r\n"));
  stopped.get();
}

}  // namespace
}  // namespace jianmen::http
