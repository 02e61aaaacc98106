#include "server/operations.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/probes.hpp"
#include "identity/refusal.hpp"
#include "metrics/text.hpp"
#include "version.hpp"

namespace jianmen::app {

namespace {

using gateway::Verdict;
using metrics::Text;

class Alone final : public http::Handler {
 public:
  explicit Alone(const Operations& operations) : operations_(operations) {}
  net::Task<http::Response> handle(const http::Request& request) override {
    if (auto answer = operations_.answer(request)) co_return std::move(*answer);
    co_return http::Response(404, "no such path\n", "text/plain");
  }
  http::Response refuse(int status, std::string_view reason) override {
    return {status, std::string(reason) + "\n", "text/plain"};
  }

 private:
  const Operations& operations_;
};

std::string_view named(std::string_view operation) {
  return operation.empty() ? std::string_view("none") : operation;
}

void write_requests(Text& text, const gateway::Statistics::Totals& totals) {
  text.family("jianmen_requests_total", "counter", "Requests that were answered, by verdict.");
  for (const auto& [id, row] : totals.operations) {
    for (const auto verdict : {Verdict::Allowed, Verdict::Refused, Verdict::Failed}) {
      const auto count = row.verdicts[static_cast<std::size_t>(verdict)];
      if (count == 0) continue;
      text.sample({{"operation", named(id)}, {"verdict", gateway::verdict_name(verdict)}}, count);
    }
  }
  text.family("jianmen_refusals_total", "counter",
              "Requests that were refused or failed, by cause.");
  for (std::size_t i = 0; i < totals.causes.size(); ++i) {
    if (totals.causes[i] == 0) continue;
    text.sample({{"cause", identity::cause_id(static_cast<identity::Cause>(i))}}, totals.causes[i]);
  }
  text.family("jianmen_request_duration_seconds", "histogram",
              "From a request that was read to its answer, without the time to write it.");
  for (const auto& [id, row] : totals.operations) {
    if (row.time.count() > 0) text.histogram({{"operation", named(id)}}, row.time);
  }
}

void write_caches(Text& text, const std::vector<CacheTotals>& caches) {
  text.family("jianmen_cache_lookups_total", "counter", "Questions to a cache, by outcome.");
  for (const auto& cache : caches) {
    text.sample({{"cache", cache.name}, {"outcome", "hit"}}, cache.hits);
    text.sample({{"cache", cache.name}, {"outcome", "miss"}}, cache.misses);
  }
}

void write_connections(Text& text, const http::ServerStatistics& server) {
  text.family("jianmen_connections", "gauge", "Open connections of clients.");
  text.sample({}, server.connections);
  text.family("jianmen_connections_limit", "gauge", "How many there may be.");
  text.sample({}, server.max_connections);
  text.family("jianmen_connections_accepted_total", "counter", "Connections that were taken.");
  text.sample({}, server.accepted);
  text.family("jianmen_connections_refused_total", "counter",
              "Connections beyond the limit, told 503 or closed.");
  text.sample({}, server.refused);
  text.family("jianmen_accept_exhausted_total", "counter",
              "How often no descriptor or memory was left for a connection.");
  text.sample({}, server.exhausted);
}

void write_queues(Text& text, const Installation& installation) {
  text.family("jianmen_queue_waiting", "gauge", "Requests that wait for a thread that may block.");
  text.sample({{"queue", "hashing"}}, std::uint64_t{installation.hashing().waiting()});
  text.sample({{"queue", "writes"}}, std::uint64_t{installation.writes().waiting()});
}

void write_throttle(Text& text, const throttle::Throttle& throttle) {
  text.family("jianmen_throttled_total", "counter", "Requests that came too fast, by the bucket.");
  for (std::size_t i = 0; i < throttle::kKinds; ++i) {
    const auto kind = static_cast<throttle::Kind>(i);
    text.sample({{"bucket", throttle::kind_name(kind)}}, throttle.denied(kind));
  }
}

struct ServerTotals {
  std::uint64_t requests = 0, failures = 0, connections = 0, busy = 0, idle = 0;
};

void write_upstreams(Text& text, const upstream::Table* table) {
  if (!table || table->settings().groups.empty()) return;
  const auto now = net::SteadyClock::now();
  const auto& groups = table->settings().groups;
  std::vector<std::vector<ServerTotals>> totals;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& rows = totals.emplace_back(groups[g].servers.size());
    for (const auto& pool : table->traffic(g)) {
      for (std::size_t s = 0; s < rows.size(); ++s) {
        const auto& one = pool->servers[s];
        rows[s].requests += one.requests.value();
        rows[s].failures += one.failures.value();
        rows[s].connections += one.connections.value();
        rows[s].busy += one.busy.value();
        rows[s].idle += one.idle.value();
      }
    }
  }
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help,
                          auto value) {
    text.family(name, type, help);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (std::size_t s = 0; s < groups[g].servers.size(); ++s) {
        text.sample({{"upstream", groups[g].name}, {"server", groups[g].servers[s].text}},
                    static_cast<std::uint64_t>(value(g, s)));
      }
    }
  };
  family("jianmen_upstream_requests_total", "counter", "Attempts that were put to a server.",
         [&](auto g, auto s) { return totals[g][s].requests; });
  family("jianmen_upstream_failures_total", "counter", "Of those, that the server did not answer.",
         [&](auto g, auto s) { return totals[g][s].failures; });
  family("jianmen_upstream_connects_total", "counter", "Connections that were made.",
         [&](auto g, auto s) { return totals[g][s].connections; });
  family("jianmen_upstream_busy", "gauge", "Requests that a server works on.",
         [&](auto g, auto s) { return totals[g][s].busy; });
  family("jianmen_upstream_idle_connections", "gauge", "Connections that wait for a request.",
         [&](auto g, auto s) { return totals[g][s].idle; });
  family("jianmen_upstream_healthy", "gauge", "1: the server gets traffic.",
         [&](auto g, auto s) { return table->health(g)[s]->is_good(now) ? 1 : 0; });
}

void write_store(Text& text, const store::Health& health) {
  text.family("jianmen_store_bytes", "gauge", "Size of what is stored.");
  text.sample({{"mode", health.mode}}, health.bytes);
  text.family("jianmen_store_revision", "gauge", "Changes that were committed.");
  text.sample({}, static_cast<std::uint64_t>(health.revision));
  text.family("jianmen_store_writable", "gauge", "0: changes are refused (a full disk, perhaps).");
  text.sample({}, std::uint64_t{health.writable ? 1U : 0U});
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (!folder) return 0;
  std::uint64_t count = 0;
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count - 3;  // ".", ".." and the one that reads
}

// What cannot be told (no descriptor is left to read it with) is left out.
void write_process(Text& text) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  text.family("process_cpu_seconds_total", "counter", "Processor time, user and system.");
  text.sample({}, seconds(used.ru_utime) + seconds(used.ru_stime));
  if (const auto bytes = resident_bytes()) {
    text.family("process_resident_memory_bytes", "gauge", "Memory in use.");
    text.sample({}, bytes);
  }
  if (const auto count = open_descriptors()) {
    text.family("process_open_fds", "gauge", "Open file descriptors.");
    text.sample({}, count);
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  text.family("process_max_fds", "gauge", "How many there may be.");
  text.sample({}, static_cast<std::uint64_t>(limit.rlim_cur));
}

}  // namespace

std::string Operations::metrics() const {
  Text text;
  text.family("jianmen_build_info", "gauge", "Always 1.");
  text.sample({{"version", kVersion.substr(kVersion.find(' ') + 1)}}, std::uint64_t{1});
  text.family("jianmen_ready", "gauge", "1: requests may come.");
  text.sample({}, std::uint64_t{installation_.not_ready_because().empty() ? 1U : 0U});
  write_requests(text, installation_.statistics().totals());
  write_throttle(text, installation_.throttle());
  write_connections(text, gateway_.statistics());
  write_queues(text, installation_);
  if (const auto* log = installation_.access_log()) {
    text.family("jianmen_access_log_dropped_total", "counter",
                "Lines that were left out: the disk was full or too slow.");
    text.sample({}, log->dropped());
  }
  write_caches(text, installation_.caches());
  write_upstreams(text, installation_.upstreams().table().get());
  write_store(text, installation_.store().health());
  write_process(text);
  return std::move(text).finish();
}

std::optional<http::Response> Operations::answer(const http::Request& request) const {
  if (auto probed = gateway::answer_probe(request, installation_)) return probed;
  if (request.path != "/metrics" || (request.method != "GET" && request.method != "HEAD")) {
    return std::nullopt;
  }
  return http::Response(200, metrics(), metrics::kContentType);
}

std::unique_ptr<http::Handler> Operations::alone() const { return std::make_unique<Alone>(*this); }

}  // namespace jianmen::app
