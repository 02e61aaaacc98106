#include "net/stream.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "net/certificate_authority.hpp"
#include "net/run.hpp"
#include "net/socket.hpp"

namespace jianmen::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    char name[] = "/tmp/jianmen-net-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

Deadline soon() { return SteadyClock::now() + seconds(20); }

struct Pair {
  std::unique_ptr<Stream> near, far;
};

Pair make_pair() {
  int fds[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  Loop& loop = *Loop::current();
  return {std::make_unique<Stream>(loop, Fd(fds[0])), std::make_unique<Stream>(loop, Fd(fds[1]))};
}

// Reads to the end of what comes.
Task<std::string> read_all(Stream& stream) {
  std::string text;
  char buffer[4096];
  while (true) {
    const IoResult got = co_await stream.read_some(buffer, soon());
    if (!got) break;
    text.append(buffer, got.bytes);
  }
  co_return text;
}

Task<void> write_and_end(Stream& stream, std::string first, std::string second) {
  EXPECT_EQ(co_await stream.write_all(first, second, {}), IoStatus::Ok);
  stream.shutdown_write();
}

Task<bool> carries_more_than_the_socket_buffers() {
  auto pair = make_pair();
  const std::string first(3'000'001, 'a');
  const std::string second(2'000'003, 'b');
  spawn(write_and_end(*pair.near, first, second), "write");
  const std::string got = co_await read_all(*pair.far);
  co_return got == first + second;
}

TEST(StreamTest, CarriesMoreThanTheSocketBuffers) {
  EXPECT_TRUE(run(carries_more_than_the_socket_buffers()));
}

// Both write more than the buffers hold before they read: only whoever does both gets on.
Task<std::size_t> moves_both_ways(Stream& stream, std::size_t size) {
  const std::string text(size, 'x');
  std::string_view rest = text;
  std::size_t got = 0;
  char buffer[4096];
  while (!rest.empty()) {
    const Moved moved = co_await stream.write_or_read(rest, buffer, soon());
    if (moved.status != IoStatus::Ok) co_return 0;
    rest.remove_prefix(moved.written);
    got += moved.read;
  }
  while (got < size) {
    const IoResult read = co_await stream.read_some(buffer, soon());
    if (!read) co_return 0;
    got += read.bytes;
  }
  co_return got;
}

Task<void> expect_to_move(Stream& stream, std::size_t size, bool& done) {
  EXPECT_EQ(co_await moves_both_ways(stream, size), size);
  done = true;
}

Task<bool> carries_both_ways_at_once() {
  auto pair = make_pair();
  bool done = false;
  spawn(expect_to_move(*pair.far, 3'000'000, done), "far");
  const std::size_t got = co_await moves_both_ways(*pair.near, 3'000'000);
  // NOLINTNEXTLINE(bugprone-infinite-loop): the other task sets it
  while (!done) co_await sleep_for(milliseconds(1));
  co_return got == 3'000'000;
}

TEST(StreamTest, CarriesBothWaysAtOnce) { EXPECT_TRUE(run(carries_both_ways_at_once())); }

Task<Moved> writes_with_nobody_reading() {
  auto pair = make_pair();
  const std::string text(3'000'000, 'x');
  std::string_view rest = text;
  char buffer[16];
  while (true) {
    const Moved moved =
        co_await pair.near->write_or_read(rest, buffer, SteadyClock::now() + milliseconds(10));
    if (moved.status != IoStatus::Ok) co_return moved;
    rest.remove_prefix(moved.written);
  }
}

TEST(StreamTest, GivesUpWritingWhenNobodyReads) {
  EXPECT_EQ(run(writes_with_nobody_reading()).status, IoStatus::Timeout);
}

Task<IoStatus> read_with_nobody_writing() {
  auto pair = make_pair();
  char buffer[16];
  const IoResult got = co_await pair.near->read_some(buffer, SteadyClock::now() + milliseconds(10));
  co_return got.status;
}

TEST(StreamTest, AReadEndsAtItsDeadline) {
  EXPECT_EQ(run(read_with_nobody_writing()), IoStatus::Timeout);
}

Task<IoStatus> write_with_nobody_reading() {
  auto pair = make_pair();
  const std::string text(10'000'000, 'x');  // NOLINT(bugprone-string-constructor)
  co_return co_await pair.near->write_all(text, {}, {.stall = milliseconds(10)});
}

TEST(StreamTest, AWriteEndsWhenItStalls) {
  EXPECT_EQ(run(write_with_nobody_reading()), IoStatus::Timeout);
}

Task<IoStatus> write_to_one_who_left() {
  auto pair = make_pair();
  pair.far.reset();
  co_return co_await pair.near->write_all("hello", {}, {});
}

TEST(StreamTest, AWriteToOneWhoLeftIsAnErrorNotASignal) {
  EXPECT_EQ(run(write_to_one_who_left()), IoStatus::Closed);
}

Task<void> cancel_it(Stream& stream) {
  stream.cancel();
  co_return;
}

Task<IoStatus> cancelled_read() {
  auto pair = make_pair();
  Loop::current()->post([&] { spawn(cancel_it(*pair.near), "cancel"); });
  co_return co_await pair.near->readable(kNoDeadline);
}

TEST(StreamTest, CancelEndsAWait) { EXPECT_EQ(run(cancelled_read()), IoStatus::Cancelled); }

// A peer that hangs up while nobody waits must not keep the loop busy, and is seen by the next
// read.
Task<IoStatus> hang_up_while_nobody_waits() {
  auto pair = make_pair();
  char buffer[16];
  EXPECT_EQ(co_await pair.far->write_all("x", {}, {}), IoStatus::Ok);
  EXPECT_EQ((co_await pair.near->read_some(buffer, soon())).status, IoStatus::Ok);
  pair.far.reset();
  co_await sleep_for(milliseconds(1));
  co_return (co_await pair.near->read_some(buffer, soon())).status;
}

TEST(StreamTest, SeesAHangUpThatCameWhileNobodyWaited) {
  EXPECT_EQ(run(hang_up_while_nobody_waits()), IoStatus::End);
}

Task<std::string> connect_to_closed_port() {
  auto address = Address::numeric("127.0.0.1", 0);
  auto listening = listen_on(*address, SharePort::No);
  auto local = local_address(*listening);
  listening->reset();
  auto stream = co_await connect(*Loop::current(), *local, soon());
  co_return stream ? "connected" : stream.error().message;
}

TEST(StreamTest, ConnectSaysWhoRefused) {
  const std::string message = run(connect_to_closed_port());
  EXPECT_NE(message.find("cannot connect to 127.0.0.1:"), message.npos) << message;
  EXPECT_NE(message.find("refused"), message.npos) << message;
}

TEST(SocketTest, ASecondServerOnTheSamePortIsRefused) {
  auto address = Address::numeric("127.0.0.1", 0);
  auto first = listen_on(*address, SharePort::First);
  ASSERT_TRUE(first);
  auto taken = local_address(*first);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(listen_on(*taken, SharePort::Another));
  for (const auto share : {SharePort::No, SharePort::First}) {
    auto second = listen_on(*taken, share);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::Code::Conflict);
  }
}

TEST(SocketTest, AUnixSocketIsForItsOwnerOnly) {
  const TemporaryDirectory directory;
  const std::string path = directory / "socket";
  auto address = Address::unix_path(path);
  auto socket = listen_on(*address, SharePort::No);
  ASSERT_TRUE(socket) << socket.error().message;
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_FALSE(listen_on(*address, SharePort::No)) << "someone listens there";
  socket->reset();
  EXPECT_TRUE(listen_on(*address, SharePort::No)) << "left over";
}

TEST(SocketTest, DoesNotReplaceAFileThatIsNoSocket) {
  const TemporaryDirectory directory;
  const std::string path = directory / "precious";
  auto authority = CertificateAuthority::open_or_create(path, base::Time());
  EXPECT_FALSE(listen_on(*Address::unix_path(path), SharePort::No));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(SocketTest, RefusesAUnixPathThatDoesNotFit) {
  EXPECT_FALSE(Address::unix_path(std::string(108, 'x')));
  EXPECT_TRUE(Address::unix_path(std::string(107, 'x')));
  EXPECT_FALSE(Address::unix_path(""));
}

TEST(SocketTest, WritesAddressesAsPeopleDo) {
  EXPECT_EQ(Address::numeric("127.0.0.1", 80)->text(), "127.0.0.1:80");
  EXPECT_EQ(Address::numeric("::1", 443)->text(), "[::1]:443");
  EXPECT_EQ(Address::numeric("::ffff:10.1.2.3", 1)->host(), "10.1.2.3");
  EXPECT_EQ(Address::unix_path("/tmp/x")->text(), "unix:/tmp/x");
  EXPECT_FALSE(Address::numeric("localhost", 80));
  EXPECT_FALSE(Address::numeric("1.2.3", 80));
}

}  // namespace
}  // namespace jianmen::net
