#include "http/server.hpp"

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

// A listening socket of one worker. The stream serves to wait: readable means that someone is there
// to be accepted.
struct Listener {
  Listener(net::Loop& loop, net::Fd socket, bool is_secure)
      : stream(loop, std::move(socket)), secure(is_secure) {}
  net::Stream stream;
  bool secure;
};

struct Worker {
  Worker(std::unique_ptr<net::Loop> the_loop, std::unique_ptr<Handler> the_handler,
         const ServerSettings& settings)
      : loop(std::move(the_loop)), handler(std::move(the_handler)), context(*handler, settings) {}

  void end_if_drained() {
    if (context.draining && !context.sessions) loop->stop();
  }

  std::unique_ptr<net::Loop> loop;
  std::unique_ptr<Handler> handler;
  SessionContext context;
  std::shared_ptr<net::TlsServerContext> tls;
  std::vector<std::unique_ptr<Listener>> listeners;
  metrics::Counter accepted;
  std::thread thread;
};

net::Task<void> serve(Worker& worker, std::atomic<std::size_t>& connections, net::Fd socket,
                      std::string peer, std::shared_ptr<net::TlsServerContext> tls) {
  {
    Session session(worker.context, *worker.loop, std::move(socket), std::move(peer));
    co_await session.run(std::move(tls));
  }
  connections.fetch_sub(1, std::memory_order_relaxed);
  worker.end_if_drained();
}

enum class Accepted { One, None, Exhausted };

Accepted accept_one(Worker& worker, Listener& listener, std::atomic<std::size_t>& connections) {
  if (connections.load(std::memory_order_relaxed) >= worker.context.settings.max_connections) {
    return Accepted::Exhausted;
  }
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  net::Fd socket(::accept4(listener.stream.fd(), reinterpret_cast<sockaddr*>(&storage), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    if (errno == EAGAIN) return Accepted::None;
    // Of the others, these last a while; the rest concern one connection that is gone already.
    const bool lasting = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (lasting)
      base::log::warning(std::string("accept paused error=\"") + std::strerror(errno) + "\"");
    return lasting ? Accepted::Exhausted : Accepted::One;
  }
  connections.fetch_add(1, std::memory_order_relaxed);
  worker.accepted.add();
  auto tls = listener.secure ? worker.tls : nullptr;
  net::spawn(serve(worker, connections, std::move(socket), net::Address::of(storage, size).host(),
                   std::move(tls)),
             "session");
  return Accepted::One;
}

net::Task<void> accept_loop(Worker& worker, Listener& listener,
                            std::atomic<std::size_t>& connections) {
  while (!worker.context.draining) {
    const auto status = co_await listener.stream.readable(net::kNoDeadline);
    if (status != net::IoStatus::Ok) break;
    auto accepted = Accepted::One;
    for (int i = 0; i < kAcceptsPerTurn && accepted == Accepted::One; ++i) {
      accepted = accept_one(worker, listener, connections);
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
    state->workers.push_back(
        std::make_unique<Worker>(std::move(*loop), make_handler(i), state->settings));
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
    worker->loop->post([&worker = *worker, &connections = state_->connections] {
      for (std::size_t i = worker.listeners.size(); i-- > 0;) {
        net::spawn(accept_loop(worker, *worker.listeners[i], connections), "accept");
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
  };
  for (const auto& worker : state_->workers) statistics.accepted += worker->accepted.value();
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
