// Planned faults: what `jianmen admin fault` asks for.

#include "base/time_text.hpp"
#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using base::Code;
using base::fail;
using services::PlannedFault;

constexpr base::Duration kLongestDelay = std::chrono::minutes(10);
constexpr std::size_t kLongestText = 256;

json::value as_json(const PlannedFault& fault) {
  json::object row{{"operation", fault.operation}};
  switch (fault.kind) {
    case PlannedFault::Kind::Answer:
      row["status"] = fault.status;
      row["code"] = fault.code;
      row["message"] = fault.message;
      break;
    case PlannedFault::Kind::Delay:
      row["delay_ms"] = std::chrono::ceil<std::chrono::milliseconds>(fault.delay).count();
      break;
    case PlannedFault::Kind::Reset:
      row["reset"] = true;
      break;
  }
  row["left"] = fault.left ? json::value(*fault.left) : json::value(nullptr);
  return row;
}

base::Result<> read_answer(const base::json::value& body, PlannedFault& fault) {
  const auto status = base::find_int(body, "status");
  if (!status || *status < 400 || *status > 599) {
    return fail(Code::InvalidArgument, "status is a number from 400 to 599");
  }
  const auto code = base::string_or(body, "code", "");
  if (code.empty() || code.size() > kLongestText) {
    return fail(Code::InvalidArgument, "a status needs a code, such as Ecs.0000");
  }
  fault.kind = PlannedFault::Kind::Answer;
  fault.status = static_cast<int>(*status);
  fault.code = code;
  fault.message = base::string_or(body, "message", "This fault was planned by an administrator.");
  if (fault.message.size() > kLongestText) {
    return fail(Code::InvalidArgument, "the message is longer than 256 bytes");
  }
  return {};
}

base::Result<> read_delay(std::string_view text, PlannedFault& fault) {
  const auto delay = base::parse_duration(text);
  if (!delay || *delay <= base::Duration(0) || *delay > kLongestDelay) {
    return fail(Code::InvalidArgument,
                "not a duration such as 2s, of 10m at most: " + std::string(text));
  }
  fault.kind = PlannedFault::Kind::Delay;
  fault.delay = *delay;
  return {};
}

Answer list(Asked& asked) {
  json::array rows;
  for (const auto& fault : asked.installation.faults().list()) rows.push_back(as_json(fault));
  return rows;
}

Answer add(Asked& asked) {
  PlannedFault fault;
  fault.operation = base::string_or(asked.body, "operation", "");
  if (!asked.installation.catalog().find_operation(fault.operation)) {
    return fail(Code::NotFound, "no operation " + fault.operation +
                                    " in the catalogue: they are written SERVICE:NAME, as "
                                    "ecs:ListServersDetails (the journal shows them)");
  }
  const bool answers = base::find(asked.body, "status") || base::find(asked.body, "code");
  const auto delay = base::find_string(asked.body, "delay");
  const bool resets = base::find_bool(asked.body, "reset").value_or(false);
  if (int{answers} + int{delay.has_value()} + int{resets} != 1) {
    return fail(Code::InvalidArgument, "one of status with code, delay and reset is needed");
  }
  if (answers) {
    if (auto read = read_answer(asked.body, fault); !read) return error_of(read);
  } else if (delay) {
    if (auto read = read_delay(*delay, fault); !read) return error_of(read);
  } else {
    fault.kind = PlannedFault::Kind::Reset;
    fault.status = 502;  // what the journal shows of an answer that nobody gets
    fault.code = "JIANMEN.0502";
    fault.message = "No answer: the connection was reset, as planned.";
  }
  if (base::find(asked.body, "times")) {
    const auto times = base::find_int(asked.body, "times");
    if (!times || *times < 1 || *times > 1'000'000'000) {
      return fail(Code::InvalidArgument, "times is a number from 1");
    }
    fault.left = static_cast<std::uint32_t>(*times);
  }
  auto row = as_json(fault);
  asked.installation.faults().add(std::move(fault));
  return row;
}

Answer clear(Asked& asked) {
  const auto cleared = asked.installation.faults().list().size();
  asked.installation.faults().clear();
  return json::object{{"cleared", cleared}};
}

constexpr Route kRoutes[] = {
    {"GET", "/faults", list},
    {"POST", "/faults", add},
    {"DELETE", "/faults", clear},
};

}  // namespace

std::span<const Route> fault_routes() { return kRoutes; }

}  // namespace jianmen::app::admin
