#include "services/ecs/job.hpp"

#include <algorithm>
#include <cstdio>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::string_view kPrefix = "ff8080";
constexpr std::size_t kTimeDigits = 11, kIdSize = 32, kPartDigits = 4;

std::string hex(std::uint64_t value, int digits) {
  char text[20];
  const int size =
      std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(value));
  return std::string(text, static_cast<std::size_t>(size));
}

std::uint64_t parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    value = value * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return value;
}

std::string stamp(base::Time time) {
  const auto millis =
      std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  return hex(static_cast<std::uint64_t>(std::max<std::int64_t>(millis, 0)) & 0xfffffffffffULL,
             kTimeDigits);
}

const JobFailure* find_failure(const Job& job, std::size_t part) {
  const auto found = std::ranges::find(job.failures, part, &JobFailure::part);
  return found == job.failures.end() ? nullptr : &*found;
}

// What a job and its parts have in common. error_code and fail_reason exist only once it has ended.
json::object frame(const Job& job, std::string id, std::string_view type, const JobFailure* failure,
                   base::Time now) {
  const bool ended = now >= job.due;
  json::object view{{"status", !ended    ? "RUNNING"
                               : failure ? "FAIL"
                                         : "SUCCESS"},
                    {"job_id", std::move(id)},
                    {"job_type", type},
                    {"begin_time", base::to_iso_millis(job.began)},
                    {"end_time", ended ? base::to_iso_millis(job.due) : std::string()}};
  if (!ended) return view;
  view["error_code"] = failure ? json::value(failure->code) : json::value(nullptr);
  view["fail_reason"] = failure ? json::value(failure->reason) : json::value(nullptr);
  return view;
}

}  // namespace

std::string make_job_id(base::Random& random, base::Time now) {
  const std::size_t filled = kPrefix.size() + kTimeDigits + kPartDigits;
  return std::string(kPrefix) + stamp(now) + base::make_hex_id(random).substr(0, kIdSize - filled) +
         std::string(kPartDigits, '0');
}

std::string part_id(std::string_view job_id, std::size_t index) {
  return std::string(job_id.substr(0, kIdSize - kPartDigits)) + hex(index + 1, kPartDigits);
}

std::string oldest_job_id(base::Time time) { return std::string(kPrefix) + stamp(time); }

std::optional<JobName> parse_job_id(std::string_view id) {
  if (id.size() != kIdSize || !id.starts_with(kPrefix) || !base::is_lower_hex(id))
    return std::nullopt;
  const std::uint64_t part = parse_hex(id.substr(kIdSize - kPartDigits));
  JobName name{std::string(id.substr(0, kIdSize - kPartDigits)) + std::string(kPartDigits, '0'),
               {}};
  if (part > 0) name.part = part - 1;
  return name;
}

std::optional<base::Time> time_of_job_id(std::string_view id) {
  if (!parse_job_id(id)) return std::nullopt;
  const std::uint64_t millis = parse_hex(id.substr(kPrefix.size(), kTimeDigits));
  return base::Time(std::chrono::milliseconds(millis));
}

std::string to_record(const Job& job) {
  json::array servers, failures;
  for (const std::string& id : job.servers) servers.emplace_back(id);
  for (const JobFailure& failure : job.failures) {
    failures.emplace_back(json::array{failure.part, failure.code, failure.reason});
  }
  return base::to_text(json::object{{"event", transition(job.event).name},
                                    {"began", job.began.time_since_epoch().count()},
                                    {"due", job.due.time_since_epoch().count()},
                                    {"servers", std::move(servers)},
                                    {"failures", std::move(failures)}});
}

std::optional<Job> job_from_record(std::string_view id, std::string_view record) {
  const base::Result<json::value> value = base::parse_json(record);
  if (!value) return std::nullopt;
  const std::optional<Event> event = find_event(base::string_or(*value, "event", ""));
  const json::array* servers = base::find_array(*value, "servers");
  if (!event || !servers) return std::nullopt;
  Job job;
  job.id = id;
  job.event = *event;
  job.began = base::Time(base::Duration(base::find_int(*value, "began").value_or(0)));
  job.due = base::Time(base::Duration(base::find_int(*value, "due").value_or(0)));
  for (const json::value& server : *servers) {
    if (server.is_string()) job.servers.emplace_back(server.get_string());
  }
  if (const json::array* failures = base::find_array(*value, "failures")) {
    for (const json::value& failure : *failures) {
      const json::array* row = failure.if_array();
      if (!row || row->size() != 3 || !(*row)[1].is_string() || !(*row)[2].is_string()) continue;
      job.failures.push_back(
          {(*row)[0].is_int64() ? static_cast<std::size_t>((*row)[0].get_int64()) : 0,
           std::string((*row)[1].get_string()), std::string((*row)[2].get_string())});
    }
  }
  return job;
}

json::object part_view(const Job& job, std::size_t index, base::Time now) {
  const JobFailure* failure = find_failure(job, index);
  json::object view =
      frame(job, part_id(job.id, index), transition(job.event).sub_job, failure, now);
  json::object entities{{"server_id", job.servers[index]}};
  if (failure && now >= job.due) entities["errorcode_message"] = failure->reason;
  view["entities"] = std::move(entities);
  return view;
}

json::object job_view(const Job& job, base::Time now) {
  static const JobFailure part_failed{0, "Common.0021", "Sub job fail!"};
  const JobFailure* failure = job.failures.empty()      ? nullptr
                              : job.servers.size() == 1 ? &job.failures.front()
                                                        : &part_failed;
  json::object view = frame(job, job.id, transition(job.event).job, failure, now);
  json::array parts;
  for (std::size_t i = 0; i < job.servers.size(); ++i) parts.emplace_back(part_view(job, i, now));
  view["entities"] =
      json::object{{"sub_jobs_total", job.servers.size()}, {"sub_jobs", std::move(parts)}};
  return view;
}

}  // namespace jianmen::services::ecs
