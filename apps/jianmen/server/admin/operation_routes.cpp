#include <charconv>

#include "base/time_text.hpp"
#include "diagnose/explain.hpp"
#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using base::Code;
using base::error_of;
using base::fail;

// --- clock

Answer show_clock(Asked& asked) {
  auto& clock = asked.installation.clock();
  return json::object{{"now", base::to_iso_millis(clock.now())},
                      {"offset_seconds", clock.offset().count() / 1'000'000}};
}

Answer move_clock(Asked& asked) {
  auto& clock = asked.installation.clock();
  if (const auto by = base::find_string(asked.body, "advance")) {
    const auto duration = base::parse_duration(*by);
    if (!duration) {
      return fail(Code::InvalidArgument, "not a duration such as 24h or 90m: " + std::string(*by));
    }
    clock.advance(*duration);
  } else if (const auto to = base::find_string(asked.body, "set")) {
    auto time = base::parse_iso(*to);
    if (!time) time = base::parse_sdk_date(*to);
    if (!time) {
      return fail(Code::InvalidArgument,
                  "not a time such as 2026-06-01T12:00:00Z: " + std::string(*to));
    }
    clock.set(*time);
  } else if (base::find_bool(asked.body, "reset").value_or(false)) {
    clock.reset();
  } else {
    return fail(Code::InvalidArgument, "one of advance, set and reset is needed");
  }
  return show_clock(asked);
}

// --- journal

// `search`: for one entry that somebody asked for, not for a list.
enum class Search { No, Yes };

json::object explained(Asked& asked, const gateway::JournalEntry& entry, Search search) {
  const auto finding =
      search == Search::Yes ? asked.installation.investigator().investigate(entry) : nullptr;
  return diagnose::explain(entry, asked.installation.catalog(), asked.installation.directory(),
                           diagnose::parse_language(asked.parameter("lang")), finding.get());
}

Answer list_journal(Asked& asked) {
  gateway::Journal::Filter filter;
  filter.refused_only = asked.parameter("refused") == "true";
  if (const auto limit = asked.parameter("limit"); !limit.empty()) {
    const auto [end, trouble] =
        std::from_chars(limit.data(), limit.data() + limit.size(), filter.limit);
    if (trouble != std::errc() || end != limit.data() + limit.size() || filter.limit == 0) {
      return fail(Code::InvalidArgument, "limit is a number from 1");
    }
  }
  if (const auto after = asked.parameter("after"); !after.empty()) {
    std::int64_t us = 0;
    const auto [end, trouble] = std::from_chars(after.data(), after.data() + after.size(), us);
    if (trouble != std::errc() || end != after.data() + after.size()) {
      return fail(Code::InvalidArgument, "after is what an earlier answer called \"next\"");
    }
    filter.after = base::Time(base::Duration(us));
  }
  json::array entries;
  base::Time newest = filter.after;
  for (const auto& entry : asked.installation.journal().list(filter)) {
    newest = std::max(newest, entry.time);
    entries.push_back(explained(asked, entry, Search::No));
  }
  return json::object{{"entries", std::move(entries)},
                      {"next", std::to_string(newest.time_since_epoch().count())}};
}

Answer show_last(Asked& asked) {
  const auto entry = asked.installation.journal().last(asked.parameter("refused") == "true");
  if (!entry) return fail(Code::NotFound, "the journal is empty");
  return explained(asked, *entry, Search::Yes);
}

Answer show_entry(Asked& asked) {
  const auto entry = asked.installation.journal().find(asked.values[0]);
  if (!entry) {
    return fail(Code::NotFound, "no request " + asked.values[0] +
                                    " in the journal: it is of another server, or too long ago");
  }
  return explained(asked, *entry, Search::Yes);
}

// --- the whole

Answer reset(Asked& asked) {
  if (auto cleared = asked.installation.clear(); !cleared) return error_of(cleared);
  asked.installation.clock().reset();
  for (const auto& fixture : asked.settings.fixtures) {
    if (auto loaded = asked.installation.load(fixture); !loaded) return error_of(loaded);
  }
  return json::object{{"fixtures", asked.settings.fixtures.size()}};
}

Answer export_all(Asked& asked) {
  return asked.installation.export_all(asked.parameter("secrets") == "true");
}

Answer import(Asked& asked) {
  if (auto loaded = asked.installation.load(asked.body); !loaded) return error_of(loaded);
  return json::object{{"imported", true}};
}

Answer show_ca(Asked& asked) {
  if (asked.settings.ca_pem.empty()) {
    return fail(Code::NotFound, "this server has no https listener with a certificate of its own");
  }
  return json::object{{"certificate", asked.settings.ca_pem}};
}

Answer show_server(Asked& asked) {
  json::array urls;
  for (const auto& url : asked.settings.urls) urls.emplace_back(url);
  const bool demo = asked.installation.directory().find_account_by_name("demo").has_value();
  return json::object{{"urls", std::move(urls)}, {"demo", demo}};
}

constexpr Route kRoutes[] = {
    {"GET", "/clock", show_clock},
    {"POST", "/clock", move_clock},
    {"GET", "/journal", list_journal},
    {"GET", "/journal/last", show_last},
    {"GET", "/journal/{}", show_entry},
    {"POST", "/reset", reset},
    {"GET", "/export", export_all},
    {"POST", "/import", import},
    {"GET", "/ca", show_ca},
    {"GET", "/server", show_server},
};

}  // namespace

std::span<const Route> operation_routes() { return kRoutes; }

}  // namespace jianmen::app::admin
