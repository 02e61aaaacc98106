#include "server/console/events.hpp"

#include <gtest/gtest.h>

namespace jianmen::app::console {
namespace {

using gateway::Journal;
using gateway::JournalEntry;

constexpr std::string_view kStart = "abc";

void add(Journal& journal, unsigned worker, const std::string& id, int second) {
  journal.shard(worker).add([&](JournalEntry& entry) {
    entry.request_id = id;
    entry.time = base::Time(std::chrono::seconds(second));
  });
}

// Reads on a thread without a loop: waiting is real, so there is none.
class Reader {
 public:
  Reader(const Journal& journal, std::string_view last_id,
         const EventSettings& settings = {.pause = {}, .sign_of_life = {}})
      : stream_(journal, std::string(kStart), last_id, open_, settings) {}

  std::string next() {
    std::string text;
    wait(read(text));
    return text;
  }

 private:
  struct Run {
    struct promise_type {
      Run get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { std::terminate(); }
    };
  };
  net::Task<void> read(std::string& text) {
    auto piece = co_await stream_.next();
    text = piece.value_or("the end");
  }
  static Run wait(net::Task<void> task) { co_await std::move(task); }

  std::shared_ptr<std::atomic<int>> open_ = std::make_shared<std::atomic<int>>(1);
  EventStream stream_;
};

TEST(EventId, IsReadBack) {
  EXPECT_EQ(event_id(kStart, {3, 0, 17}), "abc-3.0.17");
  EXPECT_EQ(parse_event_id(kStart, "abc-3.0.17"), (Journal::Position{3, 0, 17}));
}

TEST(EventId, OfAnotherStartOrNoIdAtAllIsNone) {
  for (const auto* id : {"", "abc", "abc-", "abd-1", "abc1", "abc-x", "abc-1.", "abc-1..2",
                         "abc-99999999999999999999999", "abc-1.2x", "abc--1", "ABC-1"}) {
    EXPECT_FALSE(parse_event_id(kStart, id)) << id;
  }
}

TEST(RowOf, SaysNoMoreThanTheListShows) {
  JournalEntry entry;
  entry.request_id = "0e812a89eee650de8e1f55cdae28b2c9";
  entry.time = base::Time(std::chrono::seconds(1));
  entry.verdict = gateway::Verdict::Refused;
  entry.method = "GET";
  entry.path = "/v3/a\nb";
  entry.status = 401;
  entry.us = 7;
  entry.refusal = identity::Refusal{identity::Cause::SignatureSecretWrong, {}};
  entry.refusal->with("ak", "AK1").with("hash", "00ff");
  EXPECT_EQ(
      base::to_text(row_of(entry)),
      R"({"id":"0e812a89eee650de8e1f55cdae28b2c9","time":"1970-01-01T00:00:01.000Z",)"
      R"("verdict":"refused","status":401,"us":7,"method":"GET","path":"/v3/a\nb","ak":"AK1",)"
      R"("cause":"signature.secret_wrong"})");
}

TEST(EventStream, GreetsWithWhatIsThereAndGoesOn) {
  Journal journal(20, 2);
  add(journal, 0, "a", 1);
  add(journal, 1, "b", 2);
  Reader reader(journal, "");
  const auto first = reader.next();
  EXPECT_TRUE(
      first.starts_with("retry: 1000\n\nevent: hello\ndata: {\"resumed\":false}\n\n"
                        "id: abc-1.1\nevent: requests\ndata: [{\"id\":\"a\""))
      << first;
  EXPECT_TRUE(first.ends_with("}]\n\n")) << first;
  add(journal, 0, "c", 3);
  EXPECT_TRUE(reader.next().starts_with("id: abc-2.1\nevent: requests\ndata: [{\"id\":\"c\""));
}

TEST(EventStream, ResumesWithoutAGapAndWithoutRepeating) {
  Journal journal(20, 2);
  for (int i = 0; i < 6; ++i) add(journal, static_cast<unsigned>(i % 2), std::to_string(i), i);
  Reader reader(journal, "abc-2.1");
  const auto text = reader.next();
  EXPECT_NE(text.find("{\"resumed\":true}"), text.npos);
  for (const auto* id : {"\"3\"", "\"4\"", "\"5\""}) EXPECT_NE(text.find(id), text.npos) << id;
  for (const auto* id : {"\"0\"", "\"1\"", "\"2\""}) EXPECT_EQ(text.find(id), text.npos) << id;
}

TEST(EventStream, TellsWhatAResumedClientMissed) {
  Journal journal(3, 1);
  for (int i = 0; i < 10; ++i) add(journal, 0, std::to_string(i), i);
  Reader resumed(journal, "abc-2");
  EXPECT_NE(resumed.next().find("event: missed\ndata: {\"count\":5}\n\n"), std::string::npos);
  Reader fresh(journal, "abc");
  EXPECT_EQ(fresh.next().find("missed"), std::string::npos) << "what was before is no gap";
}

TEST(EventStream, GivesASignOfLifeWhenNothingComes) {
  Journal journal(3, 1);
  Reader quiet(journal, "", {.pause = {}, .sign_of_life = {}});
  quiet.next();
  EXPECT_EQ(quiet.next(), ": still here\n\n");
  Reader waiting(journal, "", {.pause = {}, .sign_of_life = std::chrono::hours(1)});
  waiting.next();
  EXPECT_EQ(waiting.next(), "");
}

TEST(EventStream, CountsItselfOut) {
  Journal journal(3, 1);
  const auto open = std::make_shared<std::atomic<int>>(1);
  {
    const EventStream stream(journal, "abc", "", open);
  }
  EXPECT_EQ(*open, 0);
}

}  // namespace
}  // namespace jianmen::app::console
