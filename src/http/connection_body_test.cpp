#include "http/connection_body.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/run.hpp"

namespace jianmen::http {
namespace {

using namespace std::chrono_literals;
using Invite = ConnectionBody::Invite;
using State = BodySource::State;

struct Pair {
  Pair() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    near = std::make_unique<net::Stream>(*net::Loop::current(), net::Fd(fds[0]));
    client = std::make_unique<net::Stream>(*net::Loop::current(), net::Fd(fds[1]));
  }
  std::unique_ptr<net::Stream> near, client;
};

struct Seen {
  std::string body;
  State state = State::Open;
  std::string behind;
};

net::Task<void> say(net::Stream& client, std::string first, std::string then, bool ends) {
  EXPECT_EQ(co_await client.write_all(first, {}, {}), net::IoStatus::Ok);
  if (!then.empty()) {
    co_await net::sleep_for(1ms);
    EXPECT_EQ(co_await client.write_all(then, {}, {}), net::IoStatus::Ok);
  }
  if (ends) client.shutdown_write();
}

net::Task<Seen> read_all(ConnectionBody& body) {
  Seen seen;
  while (true) {
    const auto piece = co_await body.next();
    if (piece.empty()) break;
    seen.body += piece;
  }
  seen.state = body.state();
  seen.behind = body.behind();
  co_return seen;
}

struct Row {
  const char* name;
  std::string with_head;         // content that is here already
  std::uint64_t length = 0;      // 0: chunked
  std::string first, then = {};  // what comes
  bool ends = false;
  State state = State::Complete;
  std::string body = {};
  std::string behind = {};
  std::size_t limit = 1'000;
};

net::Task<Seen> seen_of(const Row& row) {
  Pair pair;
  const ServerSettings settings;
  net::spawn(say(*pair.client, row.first, row.then, row.ends), "client");
  if (row.length > 0) {
    ConnectionBody body(*pair.near, settings, row.with_head, row.length, Invite::No);
    EXPECT_EQ(body.length(), row.length);
    co_return co_await read_all(body);
  }
  ConnectionBody body(*pair.near, settings, row.with_head, ChunkedDecoder(row.limit), Invite::No);
  EXPECT_EQ(body.length(), std::nullopt);
  co_return co_await read_all(body);
}

TEST(ConnectionBody, ReadsToTheEndOfTheBodyAndNoFurtherThanItKnows) {
  const Row rows[] = {
      {"all with the head", "hello", 5, "", "", false, State::Complete, "hello"},
      {"the rest comes", "he", 5, "l", "lo", false, State::Complete, "hello"},
      {"the next request stays in the socket", "", 5, "helloGET", "", false, State::Complete,
       "hello"},
      {"the client ends too early", "he", 5, "l", "", true, State::Gone, "hel"},
      {"chunks", "", 0, "5\r\nhel", "lo\r\n0\r\n\r\n", false, State::Complete, "hello"},
      {"behind the chunks", "", 0, "1\r\nh\r\n0\r\n\r\nGET", "", false, State::Complete, "h",
       "GET"},
      {"chunks, first ones with the head", "he", 0, "1\r\nl\r\n0\r\n\r\n", "", false,
       State::Complete, "hel"},
      {"a broken chunk", "", 0, "1\r\nh\r\n", "x\r\n", false, State::Malformed, "h"},
      {"chunks without their end", "", 0, "1\r\nh\r\n", "", true, State::Gone, "h"},
      {"chunks over the limit", "", 0, "1\r\nh\r\n", "3e8\r\n", false, State::TooLarge, "h"},
  };
  for (const Row& row : rows) {
    const Seen seen = net::run(seen_of(row));
    EXPECT_EQ(seen.state, row.state) << row.name;
    EXPECT_EQ(seen.body, row.body) << row.name;
    EXPECT_EQ(seen.behind, row.behind) << row.name;
  }
}

net::Task<std::string> invited() {
  Pair pair;
  const ServerSettings settings;
  ConnectionBody body(*pair.near, settings, {}, 5, Invite::Yes);
  char before[64];
  EXPECT_EQ(pair.client->try_read(before).status, net::IoStatus::WouldBlock);
  net::spawn(say(*pair.client, "hello", "", false), "client");
  EXPECT_TRUE(body.rewind());
  EXPECT_EQ(co_await body.next(), "hello");
  EXPECT_FALSE(body.rewind());
  EXPECT_EQ(body.state(), State::Complete);
  char text[64];
  const auto got = co_await pair.client->read_some(text, net::kNoDeadline);
  co_return std::string(text, got.bytes);
}

TEST(ConnectionBody, InvitesTheClientWhenItIsFirstAskedFor) {
  EXPECT_EQ(net::run(invited()), "HTTP/1.1 100 Continue\r\n\r\n");
}

net::Task<void> interrupt(ConnectionBody& body) {
  co_await net::sleep_for(1ms);
  body.interrupt();
}

net::Task<void> interrupted() {
  Pair pair;
  const ServerSettings settings;
  ConnectionBody body(*pair.near, settings, {}, 5, Invite::No);
  body.interrupt();  // nobody waits: nothing happens
  net::spawn(interrupt(body), "interrupt");
  EXPECT_EQ(co_await body.next(), "");
  EXPECT_EQ(body.state(), State::Open);
  EXPECT_TRUE(body.rewind());
  net::spawn(say(*pair.client, "hello", "", false), "client");
  EXPECT_EQ(co_await body.next(), "hello");
}

TEST(ConnectionBody, GoesOnAfterAnInterruption) { net::run(interrupted()); }

net::Task<State> silent() {
  Pair pair;
  ServerSettings settings;
  settings.body_idle_timeout = 300ms;
  ConnectionBody body(*pair.near, settings, {}, 5, Invite::No);
  EXPECT_EQ(co_await body.next(), "");
  co_return body.state();
}

TEST(ConnectionBody, EndsWithAClientThatIsSilentForTooLong) {
  EXPECT_EQ(net::run(silent()), State::TooSlow);
}

// A client's bytes that are not taken for a while are not late.
net::Task<State> taken_late() {
  Pair pair;
  ServerSettings settings;
  settings.body_idle_timeout = 600ms;
  settings.min_rate = 1'000'000;
  ConnectionBody body(*pair.near, settings, {}, 10, Invite::No);
  net::spawn(say(*pair.client, "hello", "", false), "client");
  EXPECT_EQ(co_await body.next(), "hello");
  co_await net::sleep_for(1s);
  net::spawn(say(*pair.client, "again", "", false), "client");
  EXPECT_EQ(co_await body.next(), "again");
  co_return body.state();
}

TEST(ConnectionBody, CountsOnlyTheTimeThatTheClientIsWaitedFor) {
  EXPECT_EQ(net::run(taken_late()), State::Complete);
}

}  // namespace
}  // namespace jianmen::http
