#pragma once
// A job: what an asynchronous call set going, for one or more servers. Its status is a function of
// the time; nothing runs. Ids carry the time of their making, so that old jobs sort first and an
// expired one is known as such. Thread safety: values and pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "services/ecs/life.hpp"

namespace jianmen::services::ecs {

inline constexpr base::Duration kJobKept = std::chrono::hours(24);

struct JobFailure {
  std::size_t part = 0;  // index into `servers`
  std::string code, reason;
};

struct Job {
  std::string id;
  Event event = Event::Build;
  base::Time began{}, due{};
  std::vector<std::string> servers;
  std::vector<JobFailure> failures;
};

// ff8080 + time + random + 0000; the parts of a job differ in the last four digits alone.
std::string make_job_id(base::Random& random, base::Time now);
std::string part_id(std::string_view job_id, std::size_t index);
std::optional<base::Time> time_of_job_id(std::string_view id);
std::string oldest_job_id(base::Time time);  // sorts before every job made at `time` or later
// The job that a part's or a job's id names, and the part's index.
struct JobName {
  std::string job;
  std::optional<std::size_t> part;
};
std::optional<JobName> parse_job_id(std::string_view id);

std::string to_record(const Job& job);
std::optional<Job> job_from_record(std::string_view id, std::string_view record);

// The answer of ShowJob.
base::json::object job_view(const Job& job, base::Time now);
base::json::object part_view(const Job& job, std::size_t index, base::Time now);

}  // namespace jianmen::services::ecs
