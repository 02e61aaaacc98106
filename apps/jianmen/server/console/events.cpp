#include "server/console/events.hpp"

#include <charconv>
#include <utility>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "net/loop.hpp"

namespace jianmen::app::console {

namespace {

namespace json = base::json;

std::string event(std::string_view name, const json::value& data, std::string_view id = {}) {
  std::string text;
  if (!id.empty()) text.append("id: ").append(id).append("\n");
  // JSON in one line: line ends inside it are escaped.
  return text.append("event: ").append(name).append("\ndata: ").append(base::to_text(data)) +
         "\n\n";
}

void put(json::object& row, std::string_view name, const std::string& text) {
  if (!text.empty()) row[name] = text;
}

}  // namespace

std::string event_id(std::string_view start, const gateway::Journal::Position& position) {
  std::string id(start);
  char separator = '-';
  for (const auto number : position) {
    id += std::exchange(separator, '.');
    id += std::to_string(number);
  }
  return id;
}

std::optional<gateway::Journal::Position> parse_event_id(std::string_view start,
                                                         std::string_view id) {
  if (!id.starts_with(start) || id.size() < start.size() + 2 || id[start.size()] != '-') {
    return std::nullopt;
  }
  gateway::Journal::Position position;
  for (const auto text : base::split(id.substr(start.size() + 1), '.')) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    position.push_back(number);
  }
  return position;
}

json::object row_of(const gateway::JournalEntry& entry) {
  json::object row{{"id", entry.request_id},
                   {"time", base::to_iso_millis(entry.time)},
                   {"verdict", gateway::verdict_name(entry.verdict)},
                   {"status", entry.status},
                   {"us", entry.us}};
  put(row, "method", entry.method);
  put(row, "host", entry.host);
  put(row, "path", entry.path);
  put(row, "query", entry.query);
  put(row, "code", entry.code);
  if (entry.operation) row["operation"] = entry.operation->id;
  if (entry.principal) {
    put(row, "account", entry.principal->account);
    put(row, "user", entry.principal->user);
    put(row, "ak", entry.principal->access_key_id);
  } else if (entry.refusal) {
    // Nobody is proven; this is who it says it is.
    if (const auto* ak = entry.refusal->find("ak")) put(row, "ak", *ak);
  }
  if (entry.refusal && entry.verdict != gateway::Verdict::Allowed) {
    row["cause"] = identity::cause_id(entry.refusal->cause);
  }
  return row;
}

EventStream::EventStream(const gateway::Journal& journal, std::string start,
                         std::string_view last_id, std::shared_ptr<std::atomic<int>> open,
                         const EventSettings& settings)
    : journal_(journal), start_(std::move(start)), open_(std::move(open)), settings_(settings) {
  if (auto position = parse_event_id(start_, last_id)) {
    position_ = std::move(*position);
    resumed_ = true;
  }
}

EventStream::~EventStream() { open_->fetch_sub(1, std::memory_order_relaxed); }

net::Task<std::optional<std::string>> EventStream::next() {
  if (!std::exchange(greeted_, true)) co_return greeting();
  co_await net::sleep_for(settings_.pause);
  std::string text = news();
  silent_ += settings_.pause;
  if (text.empty() && silent_ >= settings_.sign_of_life) text = ": still here\n\n";
  if (!text.empty()) silent_ = {};
  co_return text;
}

std::string EventStream::greeting() {
  std::string text = "retry: 1000\n\n" + event("hello", json::object{{"resumed", resumed_}});
  text += news();  // from here on it has a place
  return text;
}

std::string EventStream::news() {
  auto batch = journal_.read_on(position_, settings_.batch, settings_.keep_up);
  std::string text;
  const bool gap = batch.missed > 0 && resumed_;
  resumed_ = true;
  const std::string id = event_id(start_, position_);
  if (gap) text = event("missed", json::object{{"count", batch.missed}}, id);
  if (batch.entries.empty()) return text;
  json::array rows;
  rows.reserve(batch.entries.size());
  for (const auto& entry : batch.entries) rows.push_back(row_of(entry));
  return text + event("requests", rows, id);
}

}  // namespace jianmen::app::console
