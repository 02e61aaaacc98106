#include "upstream/upload.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "http/connection_body.hpp"
#include "net/run.hpp"

namespace jianmen::upstream {
namespace {

using namespace std::chrono_literals;
using http::ConnectionBody;
using State = http::BodySource::State;

std::unique_ptr<net::Stream> stream(int fd) {
  return std::make_unique<net::Stream>(*net::Loop::current(), net::Fd(fd));
}

// A server at the far end of `connection`, and a client at the far end of `gateway`.
struct Ends {
  Ends() {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    connection = std::make_unique<Connection>(stream(fds[0]));
    server = stream(fds[1]);
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    gateway = stream(fds[0]);
    client = stream(fds[1]);
  }
  std::unique_ptr<Connection> connection;
  std::unique_ptr<net::Stream> server, gateway, client;
  http::ServerSettings settings;
};

net::Task<void> say(net::Stream& stream, std::string text) {
  EXPECT_EQ(co_await stream.write_all(text, {}, {}), net::IoStatus::Ok);
}

net::Task<std::string> read_all(net::Stream& stream) {
  std::string text;
  std::vector<char> buffer(65'536);
  const std::span<char> room(buffer);
  while (true) {
    const auto deadline = net::after(stream.loop().now(), 250ms);
    const auto got = co_await stream.read_some(room, deadline);
    if (!got) break;
    text.append(buffer.data(), got.bytes);
  }
  co_return text;
}

struct Outcome {
  Upload::End end;
  std::string arrived, input;
  State cut;
};

net::Task<Outcome> outcome_of(Ends& ends, http::BodySource& source,
                              std::chrono::milliseconds total = 20s) {
  const auto deadline = net::after(net::Loop::current()->now(), total);
  Upload upload(*ends.connection, source, 5s, deadline);
  Outcome out{};
  out.end = co_await upload.run();
  out.cut = upload.cut();
  out.input = ends.connection->input();
  out.arrived = co_await read_all(*ends.server);
  co_return out;
}

net::Task<void> sends_all() {
  Ends ends;
  WholeBody whole("hello");
  auto out = co_await outcome_of(ends, whole);
  EXPECT_EQ(out.end, Upload::End::Sent);
  EXPECT_EQ(out.arrived, "hello");
  EXPECT_TRUE(whole.rewind());
  out = co_await outcome_of(ends, whole);
  EXPECT_EQ(out.arrived, "hello");

  ConnectionBody chunks(*ends.gateway, ends.settings, "abc", http::ChunkedDecoder(100),
                        ConnectionBody::Invite::No);
  co_await say(*ends.client, "10\r\n0123456789abcdef\r\n0\r\n\r\n");
  out = co_await outcome_of(ends, chunks);
  EXPECT_EQ(out.end, Upload::End::Sent);
  EXPECT_EQ(out.arrived, "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

TEST(Upload, SendsAllWithALengthOrInChunks) { net::run(sends_all()); }

net::Task<void> answered_while_waiting(std::string answer, Upload::End end) {
  Ends ends;
  ConnectionBody body(*ends.gateway, ends.settings, "he", 5, ConnectionBody::Invite::No);
  net::spawn(say(*ends.server, answer), "server");
  const auto out = co_await outcome_of(ends, body, 600ms);
  EXPECT_EQ(out.end, end) << answer;
  EXPECT_EQ(out.arrived, "he");
  EXPECT_EQ(out.input, end == Upload::End::Answered ? answer : "");
}

TEST(Upload, EndsWithAnAnswerThatComesWhileTheClientIsWaitedFor) {
  net::run(answered_while_waiting("HTTP/1.1 413 Too Much\r\n\r\n", Upload::End::Answered));
  net::run(answered_while_waiting("no HTTP\r\n\r\n", Upload::End::Answered));
  net::run(answered_while_waiting("HTTP/1.1 100 Continue\r\n\r\n", Upload::End::Cut));
}

net::Task<void> interim_answers() {
  Ends ends;
  ConnectionBody body(*ends.gateway, ends.settings, "he", 5, ConnectionBody::Invite::No);
  net::spawn(say(*ends.server, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Ea"), "server");
  net::spawn(say(*ends.client, "llo"), "client");
  const auto out = co_await outcome_of(ends, body);
  EXPECT_EQ(out.end, Upload::End::Sent);
  EXPECT_EQ(out.arrived, "hello");
}

TEST(Upload, GoesOnAfterInterimAnswers) { net::run(interim_answers()); }

net::Task<void> answered_while_sending() {
  Ends ends;
  const std::string large(8'000'000, 'x');
  WholeBody body(large);
  const std::string answer = "HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n";
  net::spawn(say(*ends.server, answer), "server");
  const auto out = co_await outcome_of(ends, body);
  EXPECT_EQ(out.end, Upload::End::Answered);
  EXPECT_EQ(out.input, answer);
  EXPECT_LT(out.arrived.size(), large.size());
}

TEST(Upload, EndsWithAnAnswerThatComesWhileTheServerTakesNothing) {
  net::run(answered_while_sending());
}

net::Task<void> cut() {
  Ends ends;
  ConnectionBody body(*ends.gateway, ends.settings, "he", 5, ConnectionBody::Invite::No);
  ends.client.reset();
  auto out = co_await outcome_of(ends, body);
  EXPECT_EQ(out.end, Upload::End::Cut);
  EXPECT_EQ(out.cut, State::Gone);

  Ends slow;
  ConnectionBody late(*slow.gateway, slow.settings, "he", 5, ConnectionBody::Invite::No);
  out = co_await outcome_of(slow, late, 300ms);
  EXPECT_EQ(out.end, Upload::End::Cut);
  EXPECT_EQ(out.cut, State::TooSlow);
}

TEST(Upload, TellsWhenTheClientDidNotSendAll) { net::run(cut()); }

net::Task<void> hung_up() {
  Ends ends;
  ConnectionBody body(*ends.gateway, ends.settings, "he", 5, ConnectionBody::Invite::No);
  ends.server->shutdown_write();
  const auto out = co_await outcome_of(ends, body);
  EXPECT_EQ(out.end, Upload::End::Failed);
}

TEST(Upload, FailsWhenTheServerHangsUp) { net::run(hung_up()); }

}  // namespace
}  // namespace jianmen::upstream
