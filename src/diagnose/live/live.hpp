#pragma once
// `jianmen doctor --live`: the way to an endpoint step by step — environment, proxy, dns, tcp, tls,
// gateway, clock, route, credentials, project, scope, permission. It stops at the first break and
// names its cause and fix; the later steps are told as not checked. Nothing is changed over there:
// only GET and HEAD are sent. No secret is in the report. Blocks the calling thread, at most a few
// times Settings::limit.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "catalog/catalog.hpp"
#include "diagnose/live/environment.hpp"
#include "diagnose/print.hpp"

namespace jianmen::diagnose::live {

struct Settings {
  std::string endpoint;              // an absolute URL
  std::string try_method, try_path;  // GET or HEAD, may hold {project_id} and {domain_id}; or empty
  std::string region;                // empty: from the endpoint's name, the environment, cn-north-4
  std::string ca_pem;                // trusted beside the system's authorities
  std::chrono::milliseconds limit{10'000};  // of each step
  Language language = Language::English;
};

// What a journal knows of a request (an object as of explain()); may be empty.
using JournalLookup = std::function<std::optional<base::json::object>(std::string_view request_id)>;

struct Outside {
  client::Environment environment;
  ReadFile read_file;
  JournalLookup journal;
  const base::Clock& clock;
};

// The object of `doctor --json`: verdict ("allowed", "refused": an answer said no, "failed": the
// way broke), cause, why, fix, evidence, steps ({step, outcome: ok|warning|broken|skipped, us,
// detail, fix}). InvalidArgument: the settings can never work.
base::Result<base::json::object> test_way(const Settings& settings, const Outside& outside,
                                          const catalog::Catalog& catalog);

// The report for people: one line a step, then the break.
std::string to_text(const base::json::value& report, Language language, Colour colour);

// Did the break happen before anybody answered (network.*)?
bool is_unreached(const base::json::value& report);

}  // namespace jianmen::diagnose::live
