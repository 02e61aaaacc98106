#pragma once
// The watches of one store and the thread that calls their sinks. The thread reads the store's log
// of revisions from where the slowest watch stands and hands each revision to every watch that has
// not had it: a new watch that starts in the past and one that waits for the next commit are the
// same thing. A revision leaves the log only through trim(), which never passes a live watch.
// Thread safety: every function from any thread, stop() once.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/detail/apply.hpp"
#include "store/store.hpp"

namespace jianmen::store::detail {

struct LoggedRevision {
  Revision revision = 0;
  std::shared_ptr<const Changes> changes;
};
using LogPage = std::vector<LoggedRevision>;

class Watchers final : public std::enable_shared_from_this<Watchers> {
 public:
  using Sink = std::function<void(Revision, const std::vector<Change>&)>;
  // Whole revisions after the given one, ascending, at least one when there is one, a page at a
  // time.
  using ReadLog = std::function<base::Result<LogPage>(Revision after)>;

  Watchers(ReadLog read_log, Revision head, Revision trimmed);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  std::unique_ptr<Watch> add(std::string prefix, Revision from, Sink sink);
  void advance(Revision head);    // revisions up to `head` can be read from the log
  Revision trim(Revision up_to);  // promises: no watch will ask for revisions <= the result
  std::string trouble() const;    // why the log cannot be read, empty when it can
  void stop();                    // no sink is called afterwards

 private:
  struct State;
  class Handle;

  void run();
  bool behind() const;
  Revision slowest() const;
  void deliver(const LogPage& page, Revision after, std::unique_lock<std::mutex>& lock);
  void deliver_to(const std::shared_ptr<State>& watch, const LoggedRevision& logged,
                  std::unique_lock<std::mutex>& lock);
  void remove(const State* watch);

  const ReadLog read_log_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, called_;
  std::vector<std::shared_ptr<State>> watches_;
  const State* calling_ = nullptr;
  Revision head_, trimmed_;
  std::string trouble_;
  bool stopping_ = false;
  std::thread thread_;
  std::thread::id thread_id_;
};

}  // namespace jianmen::store::detail
