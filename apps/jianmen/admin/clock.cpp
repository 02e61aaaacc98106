#include "admin/admin.hpp"

namespace jianmen::app::admin {

namespace json = base::json;

void add_clock(CLI::App& admin, Common& common) {
  auto* clock = admin.add_subcommand("clock", "The server's clock: show, move, set back");
  clock->require_subcommand(1);
  clock->footer("Example: jianmen admin clock advance 24h");

  auto* show = clock->add_subcommand("show", "The time there");
  show->footer("Example: jianmen admin clock show");
  add_common_options(*show, common);
  show->callback([&common] { ask(common, "GET", "/clock", nullptr, fields()); });

  auto value = std::make_shared<std::string>();
  auto* advance = clock->add_subcommand("advance", "Move it by a duration");
  advance->add_option("DURATION", *value, "24h, 90m, 1h30m, -15m")->required();
  advance->footer("Example: jianmen admin clock advance 24h");
  add_common_options(*advance, common);
  advance->callback([value, &common] {
    ask(common, "POST", "/clock", json::object{{"advance", *value}}, fields());
  });

  auto* set = clock->add_subcommand("set", "Set it; it goes on from there");
  set->add_option("TIME", *value, "2026-06-01T12:00:00Z")->required();
  set->footer("Example: jianmen admin clock set 2026-06-01T12:00:00Z");
  add_common_options(*set, common);
  set->callback(
      [value, &common] { ask(common, "POST", "/clock", json::object{{"set", *value}}, fields()); });

  auto* reset = clock->add_subcommand("reset", "Back to the system's time");
  reset->footer("Example: jianmen admin clock reset");
  add_common_options(*reset, common);
  reset->callback(
      [&common] { ask(common, "POST", "/clock", json::object{{"reset", true}}, fields()); });
}

}  // namespace jianmen::app::admin
