#pragma once
// The page to look at, /jianmen/: the requests as they come, what became of each, the doctor, the
// endpoint directory. The page itself is data/console/ (no build step, nothing from elsewhere);
// what it shows comes as JSON and server-sent events from /jianmen/data/. Only for this machine:
// guard.hpp. Thread safety: one Console for all loops; its handlers belong to one loop each, and
// what blocks runs on the pool.

#include <atomic>
#include <memory>
#include <string>

#include "http/handler.hpp"
#include "net/blocking.hpp"
#include "server/installation.hpp"

namespace jianmen::app {

class Console {
 public:
  Console(Installation& installation, net::BlockingPool& pool);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // In front of the gateway: looks at the beginning of the path; all that is not the console's, or
  // not for the console's eyes, goes on to `gateway` as if there were none.
  std::unique_ptr<http::Handler> in_front_of(std::unique_ptr<http::Handler> gateway);
  // For a listener of its own: nothing but the console.
  std::unique_ptr<http::Handler> alone();

  // For the handlers.
  net::Task<http::Response> answer(const http::Request& request);

 private:
  net::Task<http::Response> answer_data(const http::Request& request, std::string_view name);
  http::Response open_events(const http::Request& request);

  Installation& installation_;
  net::BlockingPool& pool_;
  // Of this start: positions in the journal mean nothing to the next one.
  const std::string start_;
  std::shared_ptr<std::atomic<int>> streams_;  // open now; streams outlive nobody but themselves
};

}  // namespace jianmen::app
