#include "net/tls.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "net/certificate_authority.hpp"
#include "net/run.hpp"
#include "net/stream.hpp"

namespace jianmen::net {
namespace {

using std::chrono::seconds;

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    char name[] = "/tmp/jianmen-tls-XXXXXX";
    directory_ = ::mkdtemp(name);
    now_ = std::chrono::floor<base::Duration>(std::chrono::system_clock::now());
  }
  ~TlsTest() override { std::filesystem::remove_all(directory_); }

  CertificateAuthority authority(std::string_view name = "ca") {
    auto made = CertificateAuthority::open_or_create(directory_ / name, now_);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  std::shared_ptr<TlsServerContext> server(const std::vector<std::string>& names,
                                           base::Duration age = {}) {
    auto identity = authority().issue(names, now_ - age);
    EXPECT_TRUE(identity) << identity.error().message;
    auto context = TlsServerContext::create(*identity);
    EXPECT_TRUE(context) << context.error().message;
    return *context;
  }
  static std::shared_ptr<TlsClientContext> client(std::string ca_pem, bool verify = true) {
    auto context = TlsClientContext::create(
        {.ca_pem = std::move(ca_pem), .system_authorities = false, .verify = verify});
    EXPECT_TRUE(context) << context.error().message;
    return *context;
  }

  std::filesystem::path directory_;
  base::Time now_;
};

Deadline soon() { return SteadyClock::now() + seconds(20); }

Task<void> echo(std::unique_ptr<Stream> stream, std::shared_ptr<TlsServerContext> context) {
  EXPECT_TRUE(stream->start_tls(*context));
  if (co_await stream->handshake(soon()) != IoStatus::Ok) co_return;
  std::string text(1 << 16, '\0');
  while (true) {
    const IoResult got = co_await stream->read_some(text, soon());
    if (!got) co_return;
    const auto sent =
        co_await stream->write_all(std::string_view(text).substr(0, got.bytes), {}, {});
    if (sent != IoStatus::Ok) co_return;
  }
}

// "ok", or why the handshake or the echo of `size` bytes failed.
Task<std::string> talk(std::shared_ptr<TlsServerContext> server,
                       std::shared_ptr<TlsClientContext> client, std::string name,
                       std::size_t size) {
  int fds[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  Loop& loop = *Loop::current();
  Stream near(loop, Fd(fds[0]));
  spawn(echo(std::make_unique<Stream>(loop, Fd(fds[1])), server), "echo");
  auto started = near.start_tls(*client, name);
  if (!started) co_return started.error().message;
  const auto shaken = co_await near.handshake(soon());
  if (shaken != IoStatus::Ok) co_return near.failure(shaken);
  EXPECT_TRUE(near.secure());
  const std::string sent(size, 'x');
  std::string got;
  std::string buffer(10'000, '\0');
  for (std::size_t at = 0; at < size; at += 50'000) {
    const auto piece = std::string_view(sent).substr(at, 50'000);
    const auto written = co_await near.write_all(piece, {}, {});
    if (written != IoStatus::Ok) co_return near.failure(written);
    while (got.size() < at + piece.size()) {
      const IoResult read = co_await near.read_some(buffer, soon());
      if (!read) co_return near.failure(read.status);
      got.append(buffer, 0, read.bytes);
    }
  }
  co_return got == sent ? "ok" : "other bytes";
}

TEST_F(TlsTest, ServesEveryNameOfTheCertificateAndNoOther) {
  const auto context = server({"localhost", "127.0.0.1", "::1", "*.cn-north-4.myhuaweicloud.com"});
  const auto trusting = client(authority().certificate_pem());
  const struct {
    const char* name;
    bool allowed;
  } rows[] = {
      {"localhost", true},
      {"127.0.0.1", true},
      {"::1", true},
      {"ecs.cn-north-4.myhuaweicloud.com", true},
      {"ecs.cn-north-1.myhuaweicloud.com", false},
      {"a.ecs.cn-north-4.myhuaweicloud.com", false},
      {"127.0.0.2", false},
      {"example.com", false},
  };
  for (const auto& row : rows) {
    const std::string result = run(talk(context, trusting, row.name, 10));
    EXPECT_EQ(result == "ok", row.allowed) << row.name << ": " << result;
  }
}

TEST_F(TlsTest, CarriesMoreThanOneRecord) {
  EXPECT_EQ(run(talk(server({"localhost"}), client(authority().certificate_pem()), "localhost",
                     1'000'000)),
            "ok");
}

TEST_F(TlsTest, RefusesAnAuthorityThatIsNotTrusted) {
  const auto other = client(authority("other").certificate_pem());
  const std::string result = run(talk(server({"localhost"}), other, "localhost", 1));
  EXPECT_NE(result.find("certificate verify failed"), result.npos) << result;
  EXPECT_EQ(run(talk(server({"localhost"}), client(authority("other").certificate_pem(), false),
                     "localhost", 1)),
            "ok")
      << "unless told not to verify";
}

TEST_F(TlsTest, RefusesAnExpiredCertificate) {
  const std::string result = run(talk(server({"localhost"}, std::chrono::days(500)),
                                      client(authority().certificate_pem()), "localhost", 1));
  EXPECT_NE(result.find("expired"), result.npos) << result;
}

TEST_F(TlsTest, RefusesAKeyOfAnotherCertificate) {
  auto one = authority().issue({"localhost"}, now_);
  auto other = authority().issue({"localhost"}, now_);
  EXPECT_FALSE(TlsServerContext::create({one->certificate_chain_pem, other->private_key_pem}));
  EXPECT_FALSE(TlsServerContext::create({"not PEM", one->private_key_pem}));
  EXPECT_FALSE(TlsServerContext::create({one->certificate_chain_pem, base::Secret("not PEM")}));
  EXPECT_TRUE(TlsServerContext::create({one->certificate_chain_pem, one->private_key_pem}));
}

TEST_F(TlsTest, RefusesAnEmptyListOfAuthorities) {
  EXPECT_FALSE(TlsClientContext::create({.ca_pem = "no certificate in here"}));
}

TEST_F(TlsTest, TheAuthorityStaysTheSameAndItsKeyIsPrivate) {
  const std::string first = authority().certificate_pem();
  EXPECT_EQ(authority().certificate_pem(), first);
  struct stat info{};
  ASSERT_EQ(::stat((directory_ / "ca" / "ca.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat((directory_ / "ca").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(TlsTest, AnExpiredAuthorityIsMadeAnew) {
  const std::string first = authority().certificate_pem();
  now_ += std::chrono::days(4000);
  EXPECT_NE(authority().certificate_pem(), first);
}

TEST_F(TlsTest, AKeyThatDoesNotFitIsAnErrorAndNothingIsReplaced) {
  const std::string first = authority().certificate_pem();
  authority("other");
  std::filesystem::copy_file(directory_ / "other" / "ca.key", directory_ / "ca" / "ca.key",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(CertificateAuthority::open_or_create(directory_ / "ca", now_));
  std::ifstream file(directory_ / "ca" / "ca.pem");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), first);
}

TEST_F(TlsTest, AFirstStartThatWasInterruptedIsRepeated) {
  authority();
  std::filesystem::remove(directory_ / "ca" / "ca.pem");
  EXPECT_TRUE(CertificateAuthority::open_or_create(directory_ / "ca", now_));
}

TEST_F(TlsTest, IssuesForNoNamesThatAreNone) {
  const auto ca = authority();
  EXPECT_FALSE(ca.issue({}, now_));
  EXPECT_FALSE(ca.issue({"a b"}, now_));
  EXPECT_FALSE(ca.issue({""}, now_));
  EXPECT_FALSE(ca.issue({"x,DNS:evil"}, now_));
  EXPECT_TRUE(ca.issue({"iam.myhuaweicloud.com", "2001:db8::1"}, now_));
}

}  // namespace
}  // namespace jianmen::net
