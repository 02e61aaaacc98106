#include "admin/admin.hpp"

namespace jianmen::app::admin {

namespace json = base::json;

namespace {

struct Planned {
  std::string operation, code, message, delay;
  int status = 0;
  int times = 0;
  bool reset = false;

  json::object as_json() const {
    json::object out{{"operation", operation}};
    if (status != 0) out["status"] = status;
    if (!code.empty()) out["code"] = code;
    if (!message.empty()) out["message"] = message;
    if (!delay.empty()) out["delay"] = delay;
    if (reset) out["reset"] = true;
    if (times != 0) out["times"] = times;
    return out;
  }
};

void add_add(CLI::App& fault, Common& common) {
  const auto planned = std::make_shared<Planned>();
  auto* command = fault.add_subcommand("add", "Plan one for an operation");
  command->footer(
      "Example: jianmen admin fault add --operation ecs:ListServersDetails --status 503 "
      "--code Ecs.0000 --times 2\n"
      "         jianmen admin fault add --operation ecs:ListServersDetails --delay 2s\n"
      "         jianmen admin fault add --operation ecs:ListServersDetails --reset");
  command->add_option("--operation", planned->operation, "Of the catalogue: ecs:ListServersDetails")
      ->required();
  auto* status = command->add_option("--status", planned->status, "Status of the answer")
                     ->check(CLI::Range(400, 599));
  auto* code = command->add_option("--code", planned->code, "Its error code")->needs(status);
  status->needs(code);
  command->add_option("--message", planned->message, "Its text")->needs(status);
  auto* delay =
      command->add_option("--delay", planned->delay, "Answer, but so much later")->excludes(status);
  command->add_flag("--reset", planned->reset, "No answer: reset the connection")
      ->excludes(status)
      ->excludes(delay);
  command->add_option("--times", planned->times, "How often (default: until it is cleared)")
      ->check(CLI::Range(1, 1'000'000'000));
  add_common_options(*command, common);
  command->callback([planned, &common] {
    if (planned->status == 0 && planned->delay.empty() && !planned->reset) {
      throw CLI::RequiredError("one of --status with --code, --delay and --reset");
    }
    ask(common, "POST", "/faults", planned->as_json(), fields());
  });
}

}  // namespace

void add_fault(CLI::App& admin, Common& common) {
  auto* fault =
      admin.add_subcommand("fault", "Faults of operations, to see how a program takes them");
  fault->require_subcommand(1);
  fault->footer(
      "A planned fault meets requests that would have been served; `explain` says that it was "
      "planned.\n"
      "Example: jianmen admin fault add --operation ecs:ListServersDetails --status 503 "
      "--code Ecs.0000");
  add_add(*fault, common);

  const auto list = add_verb(*fault, common, "list", "What is planned", "", false);
  list.command->callback([&common] {
    ask(common, "GET", "/faults", nullptr,
        table({"operation", "status", "code", "delay_ms", "reset", "left"}));
  });

  const auto clear = add_verb(*fault, common, "clear", "Take all of them away", "", false);
  clear.command->callback([&common] { ask(common, "DELETE", "/faults", nullptr, fields()); });
}

}  // namespace jianmen::app::admin
