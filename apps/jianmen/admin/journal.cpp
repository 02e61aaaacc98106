#include <chrono>
#include <iostream>
#include <thread>

#include "admin/admin.hpp"
#include "language.hpp"

namespace jianmen::app::admin {

namespace {

struct JournalOptions {
  bool refused = false, follow = false;
  unsigned limit = 20;
};

void print(const base::json::array& entries, const Common& common) {
  for (const auto& entry : entries) {
    std::cout << (common.json ? base::to_text(entry) : diagnose::to_line(entry)) << "\n";
  }
  std::cout << std::flush;
}

void run(const JournalOptions& options, Common& common) {
  const AdminClient client(common);
  std::string after;
  do {
    std::string path = "/journal?limit=" + std::to_string(after.empty() ? options.limit : 1000) +
                       "&lang=" + language_code(common);
    if (options.refused) path += "&refused=true";
    if (!after.empty()) path += "&after=" + after;
    auto answer = client.call("GET", path);
    if (!answer) return report(answer.error(), common);
    if (const auto* entries = base::find_array(*answer, "entries")) print(*entries, common);
    after = base::string_or(*answer, "next", after);
    if (options.follow) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  } while (options.follow);
}

}  // namespace

void add_journal(CLI::App& admin, Common& common) {
  auto* journal = admin.add_subcommand("journal", "What happened to the last requests");
  auto options = std::make_shared<JournalOptions>();
  journal->add_flag("--refused", options->refused, "Only what was refused or failed");
  journal->add_flag("--follow", options->follow, "Go on with new ones");
  journal->add_option("--limit", options->limit, "How many (default 20)")
      ->check(CLI::Range(1U, 100'000U));
  add_common_options(*journal, common);
  journal->footer("Example: jianmen admin journal --refused --follow");
  journal->callback([options, &common] { run(*options, common); });
}

}  // namespace jianmen::app::admin
