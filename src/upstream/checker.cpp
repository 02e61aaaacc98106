#include "upstream/checker.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "http/client.hpp"
#include "net/spawn.hpp"
#include "upstream/table.hpp"

namespace jianmen::upstream {

namespace {

using Current = std::shared_ptr<std::atomic<std::uint64_t>>;

constexpr std::size_t kLongestAnswer = 1024 * 1024;

struct Subject {
  std::shared_ptr<const Table> table;
  std::size_t group = 0, server = 0;
};

net::Task<bool> is_good(const Group& group, const Server& server) {
  http::ClientRequest request;
  const std::string host = server.secure ? server.tls_name : server.authority;
  request.url = (server.secure ? "https://" : "http://") + host + group.health.path;
  request.headers = {{"Host", group.host.empty() ? server.authority : group.host},
                     {"User-Agent", "jianmen-health"},
                     {"Connection", "close"}};
  http::ClientSettings settings;
  settings.connect_timeout = settings.timeout = group.health.timeout;
  settings.limits.body = kLongestAnswer;
  settings.address = server.address;
  settings.tls = group.tls;
  const auto answer = co_await http::fetch(std::move(request), std::move(settings));
  co_return answer && answer->status >= 200 && answer->status < 400;
}

net::Task<void> watch(Subject subject, Current current, std::uint64_t mine) {
  const Group& group = subject.table->settings().groups[subject.group];
  const Server& server = group.servers[subject.server];
  Health& health = *subject.table->health(subject.group)[subject.server];
  const auto ended = [&] { return net::Loop::current()->cancelled() || *current != mine; };
  while (!ended()) {
    const bool good = co_await is_good(group, server);
    if (ended()) co_return;
    if (health.checked(group.health, good)) {
      base::log::warning("event=upstream_health upstream=" + group.name + " server=" + server.text +
                         " state=" + (health.is_down() ? "down" : "up"));
    }
    co_await net::sleep_for(group.health.interval);
  }
}

}  // namespace

Checker::Checker() : current_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

Checker::~Checker() {
  if (loop_) loop_->stop();
  if (thread_.joinable()) thread_.join();
}

base::Result<> Checker::check(std::shared_ptr<const Table> table) {
  const std::uint64_t mine = current_->fetch_add(1) + 1;
  const auto& groups = table->settings().groups;
  const bool any =
      std::ranges::any_of(groups, [](const auto& g) { return !g.health.path.empty(); });
  if (!any) return {};
  if (!loop_) {
    auto loop = net::Loop::create();
    if (!loop) return error_of(loop);
    loop_ = std::move(*loop);
    thread_ = std::thread([loop = loop_.get()] { loop->run(); });
  }
  loop_->post([table = std::move(table), current = current_, mine] {
    const auto& all = table->settings().groups;
    for (std::size_t g = 0; g < all.size(); ++g) {
      if (all[g].health.path.empty()) continue;
      for (std::size_t s = 0; s < all[g].servers.size(); ++s) {
        Subject subject{table, g, s};
        net::spawn(watch(std::move(subject), current, mine), "health check");
      }
    }
  });
  return {};
}

}  // namespace jianmen::upstream
