#pragma once
// What one worker's pool did, a row a server of its group. Written by the worker, read by any
// thread.

#include <cstddef>
#include <deque>

#include "metrics/counter.hpp"

namespace jianmen::upstream {

struct ServerTraffic {
  metrics::Counter requests;     // put to the server, each attempt for itself
  metrics::Counter failures;     // of those, by the server's or the network's fault
  metrics::Counter connections;  // made for them: the others went over one that was idle
  metrics::Gauge busy;           // requests at work now
  metrics::Gauge idle;           // connections that wait for one
};

struct PoolTraffic {
  explicit PoolTraffic(std::size_t count) : servers(count) {}
  std::deque<ServerTraffic> servers;
};

}  // namespace jianmen::upstream
