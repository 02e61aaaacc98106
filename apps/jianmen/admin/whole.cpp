#include <fstream>
#include <iostream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.hpp"
#include "fixture_file.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;

// An export holds password hashes and perhaps keys: only its owner reads it.
bool write_private(const std::string& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool good = ::fchmod(fd, 0600) == 0;
  for (std::size_t at = 0; good && at < text.size();) {
    const auto written = ::write(fd, text.data() + at, text.size() - at);
    good = written > 0;
    if (good) at += static_cast<std::size_t>(written);
  }
  return ::close(fd) == 0 && good;
}

void export_to(const std::string& file, bool secrets, Common& common) {
  auto answer = AdminClient(common).call("GET", secrets ? "/export?secrets=true" : "/export");
  if (!answer) return report(answer.error(), common);
  const std::string text = base::to_pretty_text(*answer) + "\n";
  if (file.empty() || file == "-") {
    std::cout << text;
  } else if (!write_private(file, text)) {
    report({base::Code::InvalidArgument, "cannot write " + file}, common);
  }
}

void import_from(const std::string& file, Common& common) {
  auto fixture = read_fixture_file(file);
  if (!fixture) return report(fixture.error(), common);
  ask(common, "POST", "/import", *fixture, fields());
}

}  // namespace

void add_whole(CLI::App& admin, Common& common) {
  auto* reset = admin.add_subcommand("reset", "Back to the demo data or the loaded fixtures");
  add_common_options(*reset, common);
  reset->footer("Example: jianmen admin reset");
  reset->callback([&common] { ask(common, "POST", "/reset", nullptr, fields()); });

  auto file = std::make_shared<std::string>();
  auto secrets = std::make_shared<bool>(false);
  auto* exporting = admin.add_subcommand("export", "Everything as one fixture file");
  exporting->add_option("FILE", *file, "Where to (default: standard output)");
  exporting->add_flag("--secrets", *secrets, "Secret keys in clear: for another installation");
  add_common_options(*exporting, common);
  exporting->footer("Example: jianmen admin export backup.json");
  exporting->callback([file, secrets, &common] { export_to(*file, *secrets, common); });

  auto* importing = admin.add_subcommand("import", "Load a fixture file, on top of what is there");
  importing->add_option("FILE", *file, "YAML or JSON")->required();
  add_common_options(*importing, common);
  importing->footer("Example: jianmen admin import backup.json");
  importing->callback([file, &common] { import_from(*file, common); });

  auto* ca = admin.add_subcommand("ca", "The certificate authority of https listeners, PEM");
  add_common_options(*ca, common);
  ca->footer("Example: jianmen admin ca > ca.pem");
  ca->callback([&common] {
    ask(common, "GET", "/ca", nullptr,
        [](const json::value& answer) { std::cout << base::string_or(answer, "certificate", ""); });
  });
}

}  // namespace jianmen::app::admin
