#include "machine.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace jianmen::app {

namespace {

namespace fs = std::filesystem;

// The store, listeners, loops, administration, spare ones, surplus connections.
constexpr std::size_t kOwnDescriptors = 256;
constexpr std::size_t kConnection = 64 * 1024;

std::size_t raised_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Machine::kUnlimited;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? Machine::kUnlimited : limit.rlim_cur;
}

// "max" and what cannot be read are no limit.
std::size_t number_in(const fs::path& file) {
  std::ifstream stream(file);
  std::string text;
  stream >> text;
  std::size_t value = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
  return trouble == std::errc() && !text.empty() ? value : Machine::kUnlimited;
}

std::string first_line(const char* file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::size_t connections_for(const Machine& machine, bool with_upstreams) {
  // Where there are few, half are the program's own.
  const std::size_t own = std::min(kOwnDescriptors, machine.descriptors / 2);
  const std::size_t by_descriptors = (machine.descriptors - own) / (with_upstreams ? 2 : 1);
  return std::max<std::size_t>(std::min(by_descriptors, machine.memory / 4 / kConnection), 1);
}

}  // namespace

std::size_t cgroup_memory(std::string_view own, const std::string& root) {
  std::size_t least = Machine::kUnlimited;
  if (!own.starts_with("0::/")) return least;
  const fs::path top(root);
  for (fs::path at = top / fs::path(own.substr(4)); at.native().size() >= top.native().size();
       at = at.parent_path()) {
    least = std::min({least, number_in(at / "memory.max"), number_in(at / "memory.high")});
    if (at == top || at == at.parent_path()) break;
  }
  return least;
}

Machine look_at_machine() {
  Machine machine{.descriptors = raised_descriptors(),
                  .memory = cgroup_memory(first_line("/proc/self/cgroup"), "/sys/fs/cgroup")};
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && size > 0) {
    machine.memory =
        std::min(machine.memory, static_cast<std::size_t>(pages) * static_cast<std::size_t>(size));
  }
  return machine;
}

std::string fit(http::ServerSettings& settings, const Machine& machine, unsigned workers,
                bool with_upstreams) {
  std::string lowered;
  const auto lower = [&lowered](std::string_view name, std::size_t& value, std::size_t most) {
    if (value <= most) return;
    lowered.append(lowered.empty() ? "" : " ").append(name).append("=");
    lowered += std::to_string(most) + " instead_of=" + std::to_string(value);
    value = most;
  };
  lower("connections", settings.max_connections, connections_for(machine, with_upstreams));
  // One body of the largest size there must be room for.
  lower("buffered", settings.max_buffered,
        std::max(machine.memory / 2 / std::max(workers, 1U), settings.limits.body));
  return lowered;
}

}  // namespace jianmen::app
