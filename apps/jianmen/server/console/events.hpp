#pragma once
// The journal as server-sent events: `hello` {resumed}, then `requests` [one row a request …] as
// they come, `missed` {count} when more came than a page can show; every batch has an id, with
// which a client that was cut off goes on without a gap (Last-Event-ID). Nothing is waited for on
// the way of a request: the stream looks at the journal four times a second. Thread safety: a
// stream belongs to one loop.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "gateway/journal.hpp"
#include "http/body_stream.hpp"

namespace jianmen::app::console {

// "START-3.0.17": how far in each shard; nullopt for what is of another start or no position at
// all.
std::string event_id(std::string_view start, const gateway::Journal::Position& position);
std::optional<gateway::Journal::Position> parse_event_id(std::string_view start,
                                                         std::string_view id);

// One line of the list: what happened, to whom, why; no more than the list shows.
base::json::object row_of(const gateway::JournalEntry& entry);

struct EventSettings {
  std::size_t batch = 500;       // rows at a time, of one shard
  std::size_t keep_up = 10'000;  // rows that a page keeps
  std::chrono::milliseconds pause{250};
  std::chrono::milliseconds sign_of_life{5'000};  // so that a client that has gone is noticed
};

class EventStream final : public http::BodyStream {
 public:
  // `last_id`: of the last event that the client has seen, if any. `open` is counted down at the
  // end.
  EventStream(const gateway::Journal& journal, std::string start, std::string_view last_id,
              std::shared_ptr<std::atomic<int>> open, const EventSettings& settings = {});
  ~EventStream() override;
  net::Task<std::optional<std::string>> next() override;

 private:
  std::string greeting();
  std::string news();

  const gateway::Journal& journal_;
  const std::string start_;
  const std::shared_ptr<std::atomic<int>> open_;
  const EventSettings settings_;
  gateway::Journal::Position position_;
  bool resumed_ = false;  // has a place in the journal: what is missed from there on is a gap
  bool greeted_ = false;
  std::chrono::milliseconds silent_{0};
};

}  // namespace jianmen::app::console
