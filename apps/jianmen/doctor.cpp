#include "diagnose/doctor.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "admin_client.hpp"
#include "doctor_live.hpp"
#include "language.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;

constexpr std::streamsize kMaxPaste = 16 << 20;

std::string read_all(std::istream& in) {
  std::string text(static_cast<std::size_t>(kMaxPaste), '\0');
  in.read(text.data(), kMaxPaste);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// No server, or one that does not know the id: the text alone has to do.
std::optional<json::object> ask_journal(const Common& common, std::string_view request_id) {
  const auto found = AdminClient(common).call(
      "GET", "/journal/" + AdminClient::encode(request_id) + "?lang=" + language_code(common));
  if (!found || !found->is_object()) return std::nullopt;
  return found->get_object();
}

void diagnose_paste(const std::string& file, Common& common) {
  std::string text;
  if (file.empty() || file == "-") {
    text = read_all(std::cin);
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in.is_open()) {
      report({base::Code::InvalidArgument, file + ": cannot be read"}, common);
      common.exit = Exit::Usage;
      return;
    }
    text = read_all(in);
  }
  const auto catalog = catalog::Catalog::create();
  if (!catalog) return report(catalog.error(), common);
  const json::value found =
      diagnose::doctor(text, **catalog, language(common),
                       [&common](std::string_view id) { return ask_journal(common, id); });
  const auto* cause = base::find(found, "cause");
  if (!cause || base::string_or(*cause, "id", "unknown") == "unknown") common.exit = Exit::Refused;
  if (common.json) {
    std::cout << base::to_pretty_text(found) << "\n";
  } else {
    std::cout << diagnose::to_text(found, language(common), colour());
  }
}

}  // namespace

void add_doctor(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand(
      "doctor",
      "A pasted error (trace, JSON body, curl -v, log), or the way to an endpoint tested step by "
      "step: the one cause, what to change");
  auto file = std::make_shared<std::string>();
  auto live = std::make_shared<LiveOptions>();
  auto* pasted = command->add_option("FILE", *file, "The pasted text; standard input without it");
  add_live_options(*command, live)->excludes(pasted);
  add_common_options(*command, common);
  command->footer(
      "Example: jianmen doctor error.txt\n         curl -sv URL 2>&1 | jianmen doctor\n         "
      "jianmen doctor --live --try \"GET /v1/{project_id}/cloudservers/detail\"");
  command->callback([file, live, &common] {
    if (live->live) {
      common.exit = doctor_live(*live, common);
    } else {
      diagnose_paste(*file, common);
    }
  });
}

}  // namespace jianmen::app
