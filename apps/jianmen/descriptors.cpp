#include "descriptors.hpp"

#include <algorithm>
#include <string>

#include <sys/resource.h>

#include "base/log.hpp"

namespace jianmen::app {

namespace {

// The store, listeners, loops, administration, spare ones, surplus connections.
constexpr std::size_t kOwn = 256;

}  // namespace

std::size_t connections_for(std::size_t descriptors, bool with_upstreams) {
  // Where there are few, half are the program's own.
  const std::size_t own = std::min(kOwn, descriptors / 2);
  return std::max<std::size_t>((descriptors - own) / (with_upstreams ? 2 : 1), 1);
}

void fit_to_descriptors(http::ServerSettings& settings, bool with_upstreams) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return;
  const auto fit = connections_for(limit.rlim_cur, with_upstreams);
  if (settings.max_connections <= fit) return;
  base::log::warning("event=limits connections=" + std::to_string(fit) +
                     " wanted=" + std::to_string(settings.max_connections) +
                     " open_files=" + std::to_string(limit.rlim_cur));
  settings.max_connections = fit;
}

}  // namespace jianmen::app
