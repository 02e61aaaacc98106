#include "http/h2/connection.hpp"

#include <future>

#include <gtest/gtest.h>

#include "http/testing/h2_client.hpp"

namespace jianmen::http::h2 {
namespace {

using namespace std::chrono_literals;
using http::testing::H2Client;

using ConnectionTest = http::testing::ServerFixture;

TEST_F(ConnectionTest, AnswersAsHttp1Does) {
  H2Client client(start());
  const auto& answer = client.fetch("/a?b", "POST", "hello");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /a?b [hello] 127.0.0.1");
  EXPECT_EQ(answer.fields.at("content-length"), std::to_string(answer.body.size()));
  EXPECT_EQ(answer.fields.at("x-test"), "1");
  EXPECT_TRUE(answer.fields.at("date").ends_with(" GMT"));
  EXPECT_EQ(client.fetch("/second").body, "GET /second [] 127.0.0.1");
}

TEST_F(ConnectionTest, SlowStreamsDoNotHoldUpTheOthers) {
  H2Client client(start());
  const auto slow = client.ask("/sleep");
  const auto blocking = client.ask("/blocking");
  const auto quick = client.ask("/");
  EXPECT_EQ(client.wait(slow).status, 200);
  EXPECT_EQ(client.wait(blocking).status, 200);
  EXPECT_EQ(client.order.front(), quick);
  EXPECT_EQ(client.order.back(), slow);
}

TEST_F(ConnectionTest, AThousandRequestsOfOneConnection) {
  H2Client client(start());
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 1000; ++i) {
    ids.push_back(client.ask(i % 10 == 3 ? "/blocking" : "/" + std::to_string(i), "POST", "abc"));
  }
  for (int i = 0; i < 1000; ++i) {
    const auto& answer = client.wait(ids[i]);
    ASSERT_EQ(answer.status, 200) << i << " error " << answer.error;
    if (i % 10 != 3) {
      ASSERT_EQ(answer.body, "POST /" + std::to_string(i) + " [abc] 127.0.0.1");
    }
  }
}

TEST_F(ConnectionTest, LargeBodiesGoBothWays) {
  H2Client client(start(), 20'000);
  const std::string body(5'000'000, 'b');
  EXPECT_EQ(client.fetch("/up", "PUT", body).body, "PUT /up [" + body + "] 127.0.0.1");
  EXPECT_EQ(client.fetch("/large").body, std::string(3'000'000, 'L'));
}

TEST_F(ConnectionTest, HeadAndNoContentHaveNoBody) {
  H2Client client(start());
  const auto& head = client.fetch("/large", "HEAD");
  EXPECT_EQ(head.fields.at("content-length"), "3000000");
  EXPECT_EQ(head.body, "");
  const auto& none = client.fetch("/no-content");
  EXPECT_EQ(none.status, 204);
  EXPECT_FALSE(none.fields.contains("content-length"));
}

TEST_F(ConnectionTest, RefusesAStreamAndKeepsTheConnection) {
  ServerSettings settings;
  settings.limits.body = 1000;
  settings.linger_timeout = 10ms;
  H2Client client(start(settings));
  const auto mixed = client.ask("/", "GET", "", H2Client::Body::Whole, {{"host", "other"}});
  EXPECT_EQ(client.wait(mixed).status, 400);
  EXPECT_EQ(client.wait(mixed).body, "refused: Host differs from the target's");
  const auto large = client.ask("/", "PUT", std::string(1001, 'x'), H2Client::Body::Open);
  EXPECT_EQ(client.wait(large).status, 413);
  EXPECT_EQ(client.wait(large).error, NGHTTP2_NO_ERROR) << "the rest need not come";
  EXPECT_EQ(client.fetch("/throws").status, 500);
  EXPECT_EQ(client.fetch("/close").body, "bye") << "to close is the connection's, not a stream's";
  EXPECT_EQ(client.fetch("/").status, 200);
  EXPECT_TRUE(client.goaways.empty());
}

TEST_F(ConnectionTest, AsksForABodyThatWaits) {
  H2Client client(start());
  const auto id = client.ask("/", "PUT", "", H2Client::Body::Open, {{"expect", "100-continue"}});
  EXPECT_EQ(client.wait_for_interim(id).interim, std::vector<int>{100});
}

TEST_F(ConnectionTest, AnswersOfStreamsThatAreGoneAreDropped) {
  const std::string url = start();
  H2Client client(url);
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(client.ask(i % 2 ? "/sleep" : "/blocking", "POST", std::string(1000, 'x')));
  }
  client.flush();
  wait_until_begun(20);
  for (const auto id : ids) client.reset(id);
  EXPECT_EQ(client.fetch("/sleep").status, 200);
  H2Client gone(url);
  for (int i = 0; i < 20; ++i) gone.ask("/sleep");
  gone.flush();
  wait_until_begun(41);
  ::shutdown(gone.raw().fd(), SHUT_RDWR);
  EXPECT_EQ(client.fetch("/sleep").status, 200);
}

TEST_F(ConnectionTest, ResetStreamsKeepTheirPlaceWhileTheirHandlersRun) {
  ServerSettings settings;
  settings.http2.streams = 5;
  H2Client client(start(settings));
  std::vector<std::int32_t> ids;
  EXPECT_EQ(client.fetch("/").status, 200);
  for (int i = 0; i < 5; ++i) ids.push_back(client.ask("/sleep"));
  client.flush();
  wait_until_begun(6);
  for (const auto id : ids) client.reset(id);
  const auto& answer = client.fetch("/");
  EXPECT_EQ(answer.error, NGHTTP2_REFUSED_STREAM);
  EXPECT_EQ(begun_, 6);
}

TEST_F(ConnectionTest, EndsAConnectionThatOnlyResets) {
  H2Client client(start());
  client.fetch("/");
  for (int i = 0; i < 1000 && client.goaways.empty(); ++i) {
    const auto id = client.ask("/sleep-long");
    client.flush();
    client.reset(id);
    client.flush();
  }
  client.drain();
  ASSERT_FALSE(client.goaways.empty());
  EXPECT_NE(client.goaways.back().first, NGHTTP2_NO_ERROR);
  EXPECT_LE(begun_, 101) << "so many handlers at most, whatever is reset";
  server_->stop(0ms);
}

TEST_F(ConnectionTest, EndsAConnectionThatFloodsWithPings) {
  H2Client client(start());
  EXPECT_EQ(client.fetch("/").status, 200);
  for (int i = 0; i < 5000; ++i) client.ping();
  client.drain();
  ASSERT_FALSE(client.goaways.empty());
  EXPECT_EQ(client.goaways.back().first, NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_F(ConnectionTest, EndsAConnectionOfEndlessContinuations) {
  const std::string url = start();
  http::testing::RawClient client(url);
  std::string frames(kPreface);
  frames += std::string("\0\0\0\4\0\0\0\0\0", 9);       // SETTINGS
  frames += std::string("\0\0\1\1\0\0\0\0\1\x82", 10);  // HEADERS, not their end
  for (int i = 0; i < 20; ++i) frames += std::string("\0\0\1\x09\0\0\0\0\1\x84", 10);
  client.send(frames);
  EXPECT_NE(client.read_all().find(std::string("\0\0\0\0\0", 5)), std::string::npos);
  EXPECT_EQ(begun_, 0);
}

TEST_F(ConnectionTest, GivesUpOnWhoIsTooSlow) {
  ServerSettings settings;
  settings.head_timeout = settings.body_idle_timeout = settings.keep_alive_timeout = 10ms;
  settings.write_stall_timeout = settings.linger_timeout = 10ms;
  const std::string url = start(settings);
  H2Client idle(url);
  idle.drain();
  ASSERT_FALSE(idle.goaways.empty());
  EXPECT_EQ(idle.goaways.back().first, NGHTTP2_NO_ERROR);
  H2Client slow_body(url);
  const auto body = slow_body.ask("/", "PUT", "abc", H2Client::Body::Open);
  EXPECT_EQ(slow_body.wait(body).status, 408);
  H2Client no_window(url, 0);
  EXPECT_EQ(no_window.fetch("/large").error, NGHTTP2_CANCEL);
  http::testing::RawClient half_a_head(url);
  half_a_head.send(std::string(kPreface) + std::string("\0\0\0\4\0\0\0\0\0", 9) +
                   std::string("\0\0\1\1\0\0\0\0\1\x82", 10));
  EXPECT_NE(half_a_head.read_all(), "") << "ends";
}

TEST_F(ConnectionTest, StopFinishesWhatRunsAndSaysWhichWasLast) {
  H2Client client(start());
  const auto id = client.ask("/sleep");
  client.flush();
  wait_until_begun(1);
  auto stopped = std::async(std::launch::async, [&] { server_->stop(1h); });
  const auto& answer = client.wait(id);
  EXPECT_EQ(answer.status, 200);
  client.drain();
  stopped.get();
  ASSERT_EQ(client.goaways.size(), 2U) << "a notice, then the number of the last stream";
  EXPECT_EQ(client.goaways[0], std::pair(0U, 0x7fff'ffff));
  EXPECT_EQ(client.goaways[1], std::pair(0U, id));
}

TEST_F(ConnectionTest, StopEndsIdleConnections) {
  H2Client client(start());
  EXPECT_EQ(client.fetch("/").status, 200);
  server_->stop(1h);
}

TEST_F(ConnectionTest, StopWithoutGraceEndsWhatRuns) {
  H2Client client(start());
  for (int i = 0; i < 10; ++i) client.ask(i % 2 ? "/sleep-long" : "/blocking");
  client.flush();
  wait_until_begun(10);
  server_->stop(0ms);
}

TEST_F(ConnectionTest, HoldsNoMoreBodiesThanThereIsRoomFor) {
  ServerSettings settings;
  settings.max_buffered = 100'000;
  settings.linger_timeout = 10ms;
  H2Client client(start(settings));
  const auto first = client.ask("/", "PUT", std::string(80'000, 'x'), H2Client::Body::Open);
  const auto second = client.ask("/", "PUT", std::string(80'000, 'x'), H2Client::Body::Open);
  client.flush();
  while (client.order.empty() && client.turn()) {
  }
  ASSERT_EQ(client.order.size(), 1U);
  const auto refused = client.order.front(), kept = refused == first ? second : first;
  EXPECT_EQ(client.wait(refused).status, 503);
  client.reset(kept);
  EXPECT_EQ(client.fetch("/", "PUT", std::string(80'000, 'x')).status, 200) << "the room is free";
}

TEST_F(ConnectionTest, IsSpokenOnlyWhereItIsEnabled) {
  ServerSettings settings;
  settings.http2.enabled = false;
  http::testing::RawClient client(start(settings));
  EXPECT_TRUE(client.send(kPreface).read_all().starts_with("HTTP/1.1 505 "));
}

TEST_F(ConnectionTest, APrefaceThatIsNoneIsHttp1) {
  const std::string url = start();
  EXPECT_TRUE(http::testing::RawClient(url)
                  .send("PRI * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .read_all()
                  .starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(http::testing::RawClient(url)
                  .send("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
                  .read_all()
                  .starts_with("HTTP/1.1 200 "));
}

TEST_F(ConnectionTest, SendsABodyThatIsMadeOnTheWay) {
  H2Client client(start());
  const auto stream = client.ask("/stream");
  EXPECT_EQ(client.fetch("/").status, 200) << "others go on beside it";
  const auto& answer = client.wait(stream);
  EXPECT_EQ(answer.body, "piece 1\npiece 2\npiece 3\n");
  EXPECT_EQ(answer.error, 0U);
  EXPECT_FALSE(answer.fields.contains("content-length"));
  EXPECT_EQ(client.fetch("/stream", "HEAD").body, "");
  wait_until_ended(2);
}

TEST_F(ConnectionTest, EndsAStreamThatTheClientResetsOrLeaves) {
  auto client = std::make_unique<H2Client>(start());
  const auto first = client->ask("/stream-for-ever"), second = client->ask("/stream-for-ever");
  client->flush();
  wait_until_begun(2);
  client->reset(first);
  client->wait(first);
  wait_until_ended(1);
  (void)second;
  client.reset();
  wait_until_ended(2);
}

TEST_F(ConnectionTest, EndsAStreamWhoseClientLetsNothingThrough) {
  ServerSettings settings;
  settings.write_stall_timeout = 10ms;
  H2Client client(start(settings), 20);  // a window of two pieces
  const auto id = client.ask("/stream-large");
  client.flush();
  wait_until_begun(1);
  wait_until_ended(1);
  (void)id;
}

TEST_F(ConnectionTest, StopEndsBodiesThatAreMadeOnTheWay) {
  H2Client client(start());
  const auto id = client.ask("/stream-for-ever");
  client.flush();
  wait_until_begun(1);
  auto stopped = std::async(std::launch::async, [&] { server_->stop(1h); });
  const auto& answer = client.wait(id);
  client.drain();
  stopped.get();
  EXPECT_TRUE(answer.closed);
  EXPECT_EQ(answer.error, 0U) << "a whole body";
}

}  // namespace
}  // namespace jianmen::http::h2
