#include "store/detail/watchers.hpp"

#include <algorithm>
#include <utility>

namespace jianmen::store::detail {

struct Watchers::State {
  std::string prefix;
  Revision seen = 0;  // every revision up to this one was delivered
  Sink sink;
};

class Watchers::Handle final : public Watch {
 public:
  Handle(std::shared_ptr<Watchers> watchers, const State* state)
      : watchers_(std::move(watchers)), state_(state) {}
  ~Handle() override { watchers_->remove(state_); }

 private:
  std::shared_ptr<Watchers> watchers_;  // a watch may outlive its store
  const State* state_;
};

Watchers::Watchers(ReadLog read_log, Revision head, Revision trimmed)
    : read_log_(std::move(read_log)), head_(head), trimmed_(trimmed) {
  thread_ = std::thread([this] { run(); });
  thread_id_ = thread_.get_id();
}

Watchers::~Watchers() { stop(); }

void Watchers::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Watch> Watchers::add(std::string prefix, Revision from, Sink sink) {
  auto state = std::make_shared<State>(State{std::move(prefix), from, std::move(sink)});
  {
    std::lock_guard lock(mutex_);
    if (from < trimmed_) return nullptr;
    watches_.push_back(state);
  }
  wake_.notify_all();
  return std::make_unique<Handle>(shared_from_this(), state.get());
}

void Watchers::advance(Revision head) {
  {
    std::lock_guard lock(mutex_);
    head_ = std::max(head_, head);
    trouble_.clear();  // a reason to try again
  }
  wake_.notify_all();
}

Revision Watchers::trim(Revision up_to) {
  std::lock_guard lock(mutex_);
  for (const auto& watch : watches_) up_to = std::min(up_to, watch->seen);
  trimmed_ = std::max(trimmed_, up_to);
  return trimmed_;
}

std::string Watchers::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

void Watchers::remove(const State* watch) {
  std::shared_ptr<State> removed;  // dies after the lock: what its sink holds may end other watches
  std::unique_lock lock(mutex_);
  auto found = std::ranges::find(watches_, watch, [](const auto& other) { return other.get(); });
  if (found != watches_.end()) {
    removed = std::move(*found);
    watches_.erase(found);
  }
  if (std::this_thread::get_id() == thread_id_) return;  // its sink may be below us on this stack
  called_.wait(lock, [&] { return calling_ != watch; });
}

bool Watchers::behind() const {
  return std::ranges::any_of(watches_, [&](const auto& watch) { return watch->seen < head_; });
}

Revision Watchers::slowest() const {
  Revision slowest = head_;
  for (const auto& watch : watches_) slowest = std::min(slowest, watch->seen);
  return slowest;
}

void Watchers::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || (trouble_.empty() && behind()); });
    if (stopping_) return;
    Revision after = slowest();
    lock.unlock();
    auto page = read_log_(after);
    lock.lock();
    if (!page) {
      trouble_ = page.error().message;
    } else if (page->empty()) {
      trouble_ = "the log of the store lacks the revision after " + std::to_string(after);
    } else {
      deliver(*page, after, lock);
    }
  }
}

// A watch that was added meanwhile and stands further back than the page has its turn with a page
// of its own.
void Watchers::deliver(const LogPage& page, Revision after, std::unique_lock<std::mutex>& lock) {
  for (const LoggedRevision& logged : page) {
    auto watches = watches_;  // a sink may add and remove watches
    for (const auto& watch : watches) {
      if (stopping_) return;
      bool removed = std::ranges::find(watches_, watch) == watches_.end();
      bool next = watch->seen >= after && watch->seen < logged.revision;
      if (!removed && next) deliver_to(watch, logged, lock);
    }
    after = logged.revision;
    lock.unlock();
    watches.clear();  // what a sink holds may end watches when it goes
    lock.lock();
  }
}

void Watchers::deliver_to(const std::shared_ptr<State>& watch, const LoggedRevision& logged,
                          std::unique_lock<std::mutex>& lock) {
  Changes matching;
  for (const Change& change : *logged.changes) {
    if (change.entry.key.starts_with(watch->prefix)) matching.push_back(change);
  }
  if (!matching.empty()) {
    calling_ = watch.get();
    lock.unlock();
    watch->sink(logged.revision, matching);
    lock.lock();
    calling_ = nullptr;
    called_.notify_all();
  }
  watch->seen = logged.revision;
}

}  // namespace jianmen::store::detail
