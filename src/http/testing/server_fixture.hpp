#pragma once
// For the tests of the server: one on a free port with a handler that shows what arrived, and a
// client that sends whatever bytes it is given.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "http/body_stream.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "net/blocking.hpp"
#include "net/certificate_authority.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"

namespace jianmen::http::testing {
// "piece 1\n", "piece 2\n" …, each after a turn of waiting; with `padding` at once, and so much
// longer.
class CountingStream final : public BodyStream {
 public:
  CountingStream(int pieces, std::size_t padding, std::atomic<int>& ended)
      : pieces_(pieces), padding_(padding), ended_(ended) {}
  ~CountingStream() override { ++ended_; }
  net::Task<std::optional<std::string>> next() override {
    if (number_ == pieces_) co_return std::nullopt;
    if (waits_ = !waits_ && padding_ == 0; waits_) {
      co_await net::sleep_for(std::chrono::milliseconds(1));
      co_return std::string();
    }
    ++number_;
    co_return "piece " + std::to_string(number_) + std::string(padding_, '.') + "\n";
  }

 private:
  const int pieces_;
  const std::size_t padding_;
  std::atomic<int>& ended_;
  int number_ = 0;
  bool waits_ = false;
};

// Shows what arrived: "METHOD target [body] peer"; some paths do more.
class EchoHandler final : public Handler {
 public:
  EchoHandler(net::BlockingPool& pool, std::atomic<int>& begun, std::atomic<int>& ended)
      : pool_(pool), begun_(begun), ended_(ended) {}

  net::Task<Response> handle(const Request& request) override {
    ++begun_;
    if (request.path == "/sleep") co_await net::sleep_for(std::chrono::milliseconds(500));
    if (request.path == "/sleep-long") co_await net::sleep_for(std::chrono::hours(1));
    if (request.path == "/blocking") co_await pool_.run([] { return 1; });
    if (request.path == "/throws") throw std::runtime_error("a defect");
    if (request.path == "/large") {
      co_return Response(200, std::string(3'000'000, 'L'), "text/plain");
    }
    if (request.path.starts_with("/stream")) {
      const int pieces = request.path == "/stream" ? 3 : 1'000'000;
      const std::size_t padding = request.path == "/stream-large" ? 1'000'000 : 0;
      Response response(200);
      response.set_stream(std::make_shared<CountingStream>(pieces, padding, ended_), "text/plain");
      co_return response;
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
  std::atomic<int>& ended_;
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

inline std::size_t count(std::string_view text, std::string_view piece) {
  std::size_t found = 0;
  for (auto at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) ++found;
  return found;
}

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == answer.npos ? "" : answer.substr(end + 4);
}

class ServerFixture : public ::testing::Test {
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
                    const std::vector<std::string>& listen = {"http://127.0.0.1:0"},
                    std::shared_ptr<net::TlsServerContext> tls = nullptr) {
    std::vector<ListenAddress> addresses;
    for (const auto& url : listen) addresses.push_back(*parse_listen_url(url));
    auto made = Server::create(settings, addresses, tls, workers, [this](unsigned) {
      return std::make_unique<EchoHandler>(pool_, begun_, ended_);
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
  void wait_until_ended(int number) const {
    while (ended_ < number) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  void wait_until_begun(int number) const {
    while (begun_ < number) std::this_thread::yield();
  }

  std::filesystem::path directory_;
  std::string ca_pem_;
  net::BlockingPool pool_{1};
  std::atomic<int> begun_{0};
  std::atomic<int> ended_{0};  // body streams that are gone
  std::unique_ptr<Server> server_;
};

}  // namespace jianmen::http::testing
