#include "run/front.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>

#include "base/encoding.hpp"
#include "net/blocking.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "run/names.hpp"

namespace jianmen::app::run {

namespace {

constexpr std::size_t kLongestHead = 16'384;
constexpr std::chrono::seconds kHeadTime{10};
constexpr std::size_t kChunk = 65'536;

net::Deadline in(std::chrono::seconds time) { return net::SteadyClock::now() + time; }

net::Fd duplicate(int fd) { return net::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<HostPort> parse_authority(std::string_view text, std::uint16_t port) {
  HostPort parsed{std::string(text), port};
  const auto colon = text.rfind(':');
  if (colon != text.npos && !text.ends_with(']')) {
    const auto digits = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    parsed.host = text.substr(0, colon);
  }
  if (parsed.host.empty() || parsed.port == 0) return std::nullopt;
  return parsed;
}

struct Asked {
  bool connect = false;
  HostPort to;
};

// "CONNECT host:443 HTTP/1.1" or "GET http://host/path HTTP/1.1".
std::optional<Asked> parse_request_line(std::string_view head) {
  const auto line = head.substr(0, head.find_first_of("\r\n"));
  const auto words = base::split(line, ' ');
  if (words.size() != 3) return std::nullopt;
  Asked asked;
  asked.connect = words[0] == "CONNECT";
  std::string_view target = words[1];
  std::uint16_t port = 443;
  if (!asked.connect) {
    const bool secure = base::equals_ignore_case(target.substr(0, 8), "https://");
    if (!secure && !base::equals_ignore_case(target.substr(0, 7), "http://")) return std::nullopt;
    port = secure ? 443 : 80;
    target.remove_prefix(secure ? 8 : 7);
    target = target.substr(0, target.find_first_of("/?#"));
  }
  auto to = parse_authority(target, port);
  if (!to) return std::nullopt;
  asked.to = std::move(*to);
  return asked;
}

net::Task<void> pump(net::Loop& loop, net::Fd from, net::Fd to) {
  net::Stream source(loop, std::move(from)), sink(loop, std::move(to));
  std::string buffer(kChunk, '\0');
  for (;;) {
    const auto got = co_await source.read_some(buffer, net::kNoDeadline);
    if (!got || got.bytes == 0) break;
    const std::string_view bytes(buffer.data(), got.bytes);
    if (co_await sink.write_all(bytes, {}, {}) != net::IoStatus::Ok) break;
  }
  sink.shutdown_write();
}

}  // namespace

struct Front::State {
  State(const catalog::Catalog& the_catalog, std::unique_ptr<net::Loop> the_loop)
      : catalog(the_catalog), loop(std::move(the_loop)) {}

  const catalog::Catalog& catalog;
  net::BlockingPool pool{1};
  std::unique_ptr<net::Loop> loop;
  std::thread thread;

  net::Task<void> answer_names(net::Fd socket);
  net::Task<void> accept(net::Fd listener, ProxyTargets targets);
  net::Task<void> serve(net::Fd socket, ProxyTargets targets);
};

net::Task<void> Front::State::answer_names(net::Fd socket) {
  net::Stream stream(*loop, std::move(socket));
  while (co_await stream.readable(net::kNoDeadline) == net::IoStatus::Ok) {
    std::array<char, 1500> query{};
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const auto got = ::recvfrom(stream.fd(), query.data(), query.size(), 0,
                                reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) continue;
    const auto answer = answer_query({query.data(), static_cast<std::size_t>(got)},
                                     [&](auto name) { return catalog.is_cloud_host(name); });
    if (answer.empty()) continue;
    (void)::sendto(stream.fd(), answer.data(), answer.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&from), size);
  }
}

net::Task<void> Front::State::accept(net::Fd listener, ProxyTargets targets) {
  net::Stream stream(*loop, std::move(listener));
  while (co_await stream.readable(net::kNoDeadline) == net::IoStatus::Ok) {
    net::Fd socket(::accept4(stream.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      net::spawn(serve(std::move(socket), targets), "proxy");
    } else if (errno != EAGAIN) {
      co_await net::sleep_for(std::chrono::milliseconds(250));
    }
  }
}

net::Task<void> Front::State::serve(net::Fd socket, ProxyTargets targets) {
  const int fd = socket.get();
  net::Stream stream(*loop, std::move(socket));
  const auto limit = in(kHeadTime);
  std::string head(kLongestHead, '\0');
  std::size_t size = 0;
  // Looked at, not taken: what is no CONNECT goes on whole.
  for (;;) {
    if (co_await stream.readable(limit) != net::IoStatus::Ok) co_return;
    const auto got = ::recv(fd, head.data(), head.size(), MSG_PEEK);
    if (got <= 0 && errno != EAGAIN) co_return;
    const auto end =
        std::string_view(head.data(), got > 0 ? static_cast<std::size_t>(got) : 0).find("\r\n\r\n");
    if (end != std::string_view::npos) {
      size = end + 4;
      break;
    }
    if (got == static_cast<ssize_t>(head.size()) || net::SteadyClock::now() > limit) co_return;
    co_await net::sleep_for(std::chrono::milliseconds(1));
  }
  head.resize(size);
  const auto asked = parse_request_line(head);
  const bool cloud = asked && catalog.is_cloud_host(asked->to.host);
  if (!asked || (!cloud && (!targets.others || !asked->connect))) {
    constexpr std::string_view kClosed =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 66\r\n"
        "Connection: close\r\n\r\njianmen run: nothing but the cloud's names is reached without "
        "this\n";
    (void)co_await stream.write_all(kClosed, {}, {});
    co_return;
  }
  net::Address to = asked->to.port == 80 ? targets.plain : targets.secure;
  // A URL in the request line came over no TLS, whatever it says.
  if (!asked->connect) to = targets.plain;
  if (!cloud) {
    const HostPort where = asked->to;
    auto found = co_await pool.run([&] { return net::Address::resolve(where.host, where.port); });
    if (!found) co_return;
    to = found->front();
  }
  auto other = co_await net::connect(*loop, to, in(kHeadTime));
  if (!other) co_return;
  if (asked->connect) {
    if (::recv(fd, head.data(), size, 0) != static_cast<ssize_t>(size)) co_return;
    constexpr std::string_view kConnected = "HTTP/1.1 200 Connection established\r\n\r\n";
    if (co_await stream.write_all(kConnected, {}, {}) != net::IoStatus::Ok) co_return;
  }
  // A direction has its own descriptors: one waits at a time on each.
  net::spawn(pump(*loop, duplicate(fd), duplicate((*other)->fd())), "proxy");
  co_await pump(*loop, duplicate((*other)->fd()), duplicate(fd));
}

base::Result<std::unique_ptr<Front>> Front::create(const catalog::Catalog& catalog) {
  auto loop = net::Loop::create();
  if (!loop) return base::error_of(loop);
  return std::unique_ptr<Front>(new Front(std::make_unique<State>(catalog, std::move(*loop))));
}

Front::Front(std::unique_ptr<State> state) : state_(std::move(state)) {}

Front::~Front() {
  if (!state_->thread.joinable()) return;
  state_->loop->stop();
  state_->thread.join();
}

void Front::serve_names(net::Fd socket) {
  state_->loop->post([state = state_.get(), socket = std::move(socket)]() mutable {
    net::spawn(state->answer_names(std::move(socket)), "names");
  });
}

void Front::serve_proxy(net::Fd listener, ProxyTargets targets) {
  state_->loop->post([state = state_.get(), listener = std::move(listener), targets]() mutable {
    net::spawn(state->accept(std::move(listener), targets), "proxy");
  });
}

void Front::start() {
  state_->thread = std::thread([loop = state_->loop.get()] { loop->run(); });
}

}  // namespace jianmen::app::run
