#include "http/server.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "http/session.hpp"
#include "metrics/counter.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"

namespace jianmen::http {

namespace {

constexpr int kAcceptsPerTurn = 32;
constexpr std::chrono::milliseconds kAcceptPause{250};
constexpr std::chrono::seconds kWarnPause{10};

// A listening socket of one worker. The stream serves to wait: readable means that someone is there
// to be accepted.
struct Listener {
  Listener(net::Loop& loop, net::Fd socket, bool is_secure)
      : stream(loop, std::move(socket)), secure(is_secure) {}
  net::Stream stream;
  bool secure;
};

// Descriptors held back, so that a connection can be taken although the process may open no more.
class SpareDescriptors {
 public:
  explicit SpareDescriptors(std::size_t count) : count_(count) { refill(); }
  bool release_one() {
    if (held_.empty()) return false;
    held_.pop_back();
    return true;
  }
  bool any() const { return !held_.empty(); }
  void refill() {
    while (held_.size() < count_) {
      net::Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) return;
      held_.push_back(std::move(fd));
    }
  }

 private:
  std::size_t count_;
  std::vector<net::Fd> held_;
};

struct Worker {
  Worker(std::unique_ptr<net::Loop> the_loop, std::unique_ptr<Handler> the_handler,
         const ServerSettings& settings, std::atomic<std::size_t>& all_connections)
      : loop(std::move(the_loop)),
        handler(std::move(the_handler)),
        context(*handler, settings),
        connections(all_connections),
        spares(settings.spare_descriptors) {}

  void end_if_drained() {
    if (context.draining && !context.sessions) loop->stop();
  }

  std::unique_ptr<net::Loop> loop;
  std::unique_ptr<Handler> handler;
  SessionContext context;
  std::atomic<std::size_t>& connections;  // of all workers, without surplus ones
  SpareDescriptors spares;
  std::size_t surplus = 0;
  std::shared_ptr<net::TlsServerContext> tls;
  std::vector<std::unique_ptr<Listener>> listeners;
  metrics::Counter accepted, refused, exhausted;
  net::Deadline made_room_at{}, warned_at{};
  std::thread thread;
};

net::Task<void> serve(Worker& worker, net::Fd socket, std::string peer,
                      std::shared_ptr<net::TlsServerContext> tls, Place place) {
  {
    Session session(worker.context, *worker.loop, std::move(socket), std::move(peer), place);
    co_await session.run(std::move(tls));
  }
  if (place == Place::Regular) {
    worker.connections.fetch_sub(1, std::memory_order_relaxed);
  } else {
    --worker.surplus;
  }
  worker.spares.refill();
  worker.end_if_drained();
}

// One line, however often it comes: a flood must not fill the log, too.
void warn(Worker& worker, std::string_view what) {
  const auto now = worker.loop->now();
  if (now < net::after(worker.warned_at, kWarnPause)) return;
  worker.warned_at = now;
  base::log::warning(what);
}

// At the limit: connections on which nothing happens make room for those that want something.
void make_room(Worker& worker) {
  const auto now = worker.loop->now();
  if (now < net::after(worker.made_room_at, kAcceptPause)) return;
  worker.made_room_at = now;
  worker.context.end_idle(now - worker.context.settings.idle_at_limit);
}

// Too many for even a 503 of its own: the same words without looking at the request.
void turn_away(Worker& worker, net::Fd socket, bool secure) {
  static constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
      "Connection: close\r\n\r\n";
  worker.refused.add();
  if (!secure) {  // the handshake would cost what is scarce
    // What has come is read, or closing would take the answer back.
    std::array<char, 16'384> ignored;
    (void)!::recv(socket.get(), ignored.data(), ignored.size(), MSG_DONTWAIT);
    (void)!::send(socket.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket.get(), SHUT_WR);
  }
  socket = net::Fd();
  worker.spares.refill();
}

net::Fd accept_on(const Listener& listener, sockaddr_storage& storage, socklen_t& size) {
  size = sizeof storage;
  return net::Fd(::accept4(listener.stream.fd(), reinterpret_cast<sockaddr*>(&storage), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC));
}

enum class Accepted { One, None, Exhausted };

Accepted accept_one(Worker& worker, Listener& listener) {
  const ServerSettings& settings = worker.context.settings;
  sockaddr_storage storage{};
  socklen_t size = 0;
  net::Fd socket = accept_on(listener, storage, size);
  bool exhausted = false;
  if (!socket) {
    if (errno == EAGAIN) return Accepted::None;
    // Of the others, these last a while; the rest concern one connection that is gone already.
    const int error = errno;
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) {
      return Accepted::One;
    }
    // Whether anybody waits at all shows only with a descriptor in hand.
    const bool spared = worker.spares.release_one();
    if (spared) socket = accept_on(listener, storage, size);
    const bool nobody = spared && !socket && errno == EAGAIN;
    if (!socket) worker.spares.refill();
    if (nobody) return Accepted::None;
    exhausted = true;
    worker.exhausted.add();
    warn(worker,
         std::string("event=accept outcome=exhausted error=\"") + std::strerror(error) + "\"");
    make_room(worker);
    if (!socket) return Accepted::Exhausted;
  }
  auto place = Place::Regular;
  if (exhausted && !settings.essential) {
    // The last spare serves to turn away, one after the other.
    if (!worker.spares.any()) {
      turn_away(worker, std::move(socket), listener.secure);
      return Accepted::One;
    }
    place = Place::Surplus;
  }
  if (worker.connections.load(std::memory_order_relaxed) >= settings.max_connections) {
    warn(worker, "event=accept outcome=refused error=\"as many connections as there may be\"");
    make_room(worker);
    place = Place::Surplus;
  }
  if (place == Place::Regular) {
    worker.connections.fetch_add(1, std::memory_order_relaxed);
    worker.accepted.add();
  } else if (worker.surplus >= settings.surplus_connections) {
    turn_away(worker, std::move(socket), listener.secure);
    return Accepted::One;
  } else {
    ++worker.surplus;
    worker.refused.add();
  }
  auto tls = listener.secure ? worker.tls : nullptr;
  net::spawn(serve(worker, std::move(socket), net::Address::of(storage, size).host(),
                   std::move(tls), place),
             "session");
  return Accepted::One;
}

net::Task<void> accept_loop(Worker& worker, Listener& listener) {
  while (!worker.context.draining) {
    const auto status = co_await listener.stream.readable(net::kNoDeadline);
    if (status != net::IoStatus::Ok) break;
    auto accepted = Accepted::One;
    for (int i = 0; i < kAcceptsPerTurn && accepted == Accepted::One; ++i) {
      accepted = accept_one(worker, listener);
    }
    if (accepted == Accepted::Exhausted) co_await net::sleep_for(kAcceptPause);
  }
  std::erase_if(worker.listeners, [&](const auto& mine) { return mine.get() == &listener; });
}

net::Task<void> stop_after(Worker& worker, std::chrono::milliseconds grace) {
  co_await net::sleep_for(grace);
  worker.loop->stop();
}

void drain(Worker& worker, std::chrono::milliseconds grace) {
  worker.context.drain();
  // Backwards: cancel() ends the accept loop, which takes its listener out of the list.
  for (std::size_t i = worker.listeners.size(); i-- > 0;) worker.listeners[i]->stream.cancel();
  if (grace > std::chrono::milliseconds(0)) {
    net::spawn(stop_after(worker, grace), "grace");
    worker.end_if_drained();
  } else {
    worker.loop->stop();
  }
}

base::Result<net::Address> address_of(const ListenAddress& listen) {
  if (listen.kind == ListenAddress::Kind::Unix) return net::Address::unix_path(listen.path);
  auto address =
      net::Address::numeric(listen.host == "localhost" ? "127.0.0.1" : listen.host, listen.port);
  if (address) return address;
  auto resolved = net::Address::resolve(listen.host, listen.port);
  if (!resolved) return error_of(resolved);
  return resolved->front();
}

}  // namespace

struct Server::State {
  ServerSettings settings;
  std::vector<ListenAddress> addresses;
  std::vector<std::string> urls;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<std::size_t> connections{0};
  bool running = false;

  base::Result<> listen(const ListenAddress& listen);
  base::Result<> take(const ListenAddress& listen);
};

base::Result<> Server::State::take(const ListenAddress& listen) {
  const bool secure = listen.kind == ListenAddress::Kind::Https;
  for (auto& worker : workers) {
    net::Fd socket(::fcntl(listen.listening, F_DUPFD_CLOEXEC, 0));
    if (!socket) return base::fail(base::Code::Internal, "a listening socket is gone");
    auto local = net::local_address(socket);
    if (!local) return error_of(local);
    if (worker == workers.front()) {
      urls.push_back((secure ? "https://" : "http://") + local->text());
    }
    worker->listeners.push_back(
        std::make_unique<Listener>(*worker->loop, std::move(socket), secure));
  }
  return {};
}

base::Result<> Server::State::listen(const ListenAddress& listen) {
  if (listen.listening >= 0) return take(listen);
  auto address = address_of(listen);
  if (!address) return error_of(address);
  const bool secure = listen.kind == ListenAddress::Kind::Https;
  // A Unix socket has no SO_REUSEPORT and little traffic: the first worker takes it.
  const std::size_t count = address->is_unix() ? 1 : workers.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto share = net::SharePort::No;
    if (count > 1) share = i == 0 ? net::SharePort::First : net::SharePort::Another;
    auto socket = net::listen_on(*address, share);
    if (!socket) return error_of(socket);
    auto local = net::local_address(*socket);
    if (!local) return error_of(local);
    if (!address->is_unix()) address = std::move(local);
    Worker& worker = *workers[i];
    worker.listeners.push_back(
        std::make_unique<Listener>(*worker.loop, std::move(*socket), secure));
  }
  if (address->is_unix()) {
    urls.push_back("unix:" + listen.path);
  } else {
    urls.push_back((secure ? "https://" : "http://") + address->text());
  }
  return {};
}

base::Result<std::unique_ptr<Server>> Server::create(ServerSettings settings,
                                                     std::vector<ListenAddress> addresses,
                                                     std::shared_ptr<net::TlsServerContext> tls,
                                                     unsigned workers, MakeHandler make_handler) {
  auto state = std::make_unique<State>();
  state->settings = settings;
  state->addresses = std::move(addresses);
  for (unsigned i = 0; i < std::max(workers, 1U); ++i) {
    auto loop = net::Loop::create();
    if (!loop) return error_of(loop);
    state->workers.push_back(std::make_unique<Worker>(std::move(*loop), make_handler(i),
                                                      state->settings, state->connections));
    state->workers.back()->tls = tls;
  }
  for (const ListenAddress& address : state->addresses) {
    if (address.kind == ListenAddress::Kind::Https && !tls) {
      return base::fail(base::Code::InvalidArgument, "an https listener needs a certificate");
    }
    auto listening = state->listen(address);
    if (!listening) return error_of(listening);
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
  for (const ListenAddress& address : state_->addresses) {
    if (address.kind == ListenAddress::Kind::Unix) ::unlink(address.path.c_str());
  }
}

void Server::start() {
  if (state_->running) return;
  state_->running = true;
  for (auto& worker : state_->workers) {
    worker->loop->post([&worker = *worker] {
      for (std::size_t i = worker.listeners.size(); i-- > 0;) {
        net::spawn(accept_loop(worker, *worker.listeners[i]), "accept");
      }
    });
    worker->thread = std::thread([loop = worker->loop.get()] { loop->run(); });
  }
}

std::vector<std::string> Server::urls() const { return state_->urls; }

ServerStatistics Server::statistics() const {
  ServerStatistics statistics{
      .connections = state_->connections.load(std::memory_order_relaxed),
      .max_connections = state_->settings.max_connections,
      .accepted = 0,
      .refused = 0,
      .exhausted = 0,
  };
  for (const auto& worker : state_->workers) {
    statistics.accepted += worker->accepted.value();
    statistics.refused += worker->refused.value();
    statistics.exhausted += worker->exhausted.value();
  }
  return statistics;
}

void Server::replace_tls(const std::shared_ptr<net::TlsServerContext>& tls) {
  for (auto& worker : state_->workers) {
    worker->loop->post([&worker = *worker, tls] { worker.tls = tls; });
  }
}

void Server::stop(std::chrono::milliseconds grace) {
  if (!std::exchange(state_->running, false)) return;
  for (auto& worker : state_->workers) {
    worker->loop->post([&worker = *worker, grace] { drain(worker, grace); });
  }
  for (auto& worker : state_->workers) worker->thread.join();
}

}  // namespace jianmen::http
