#include "server/console/data.hpp"

#include <string>

#include "diagnose/doctor.hpp"
#include "service_kind.hpp"

namespace jianmen::app::console {

namespace {

namespace json = base::json;
using base::Code;
using base::fail;

std::optional<json::object> explained(Installation& installation, std::string_view request_id,
                                      diagnose::Language language) {
  const auto entry = installation.journal().find(request_id);
  if (!entry) return std::nullopt;
  const auto finding = installation.investigator().investigate(*entry);
  return diagnose::explain(*entry, installation.catalog(), installation.directory(), language,
                           finding.get());
}

}  // namespace

base::Result<json::value> request_data(Installation& installation, std::string_view request_id,
                                       diagnose::Language language) {
  auto found = explained(installation, request_id, language);
  if (!found) {
    return fail(Code::NotFound,
                "no such request in the journal: it is of another server, or too "
                "long ago");
  }
  return json::value(std::move(*found));
}

base::Result<json::value> doctor_data(Installation& installation, std::string_view body,
                                      diagnose::Language language) {
  const auto asked = base::parse_json(body);
  if (!asked) return fail(Code::InvalidArgument, asked.error().message);
  const auto text = base::find_string(*asked, "text");
  if (!text) return fail(Code::InvalidArgument, "the body is {\"text\": the pasted text}");
  if (text->size() > kMaxPaste) return fail(Code::TooLarge, "the text is longer than 1 MiB");
  return json::value(
      diagnose::doctor(*text, installation.catalog(), language,
                       [&](std::string_view id) { return explained(installation, id, language); }));
}

json::value cause_data(const catalog::Catalog& catalog) {
  json::object causes;
  for (const auto& row : catalog.causes()) {
    json::object cause{{"layer", base::string_or(row, "layer", "")}};
    if (const auto* title = base::find_object(row, "title")) {
      for (const auto& [language, text] : *title) cause[language] = text;
    }
    causes[base::string_or(row, "id", "")] = std::move(cause);
  }
  return causes;
}

json::value endpoint_data(const catalog::Catalog& catalog) {
  json::array regions, services, endpoints;
  for (const auto& region : catalog.regions()) {
    regions.push_back(
        json::object{{"id", region.id}, {"en", region.name_en}, {"zh", region.name_zh}});
  }
  for (const auto& service : catalog.services()) {
    const bool global = service.credential == "GlobalCredentials";
    services.push_back(json::object{{"name", service.name},
                                    {"kind", kind_name(service.kind)},
                                    {"scope", global ? "domain" : "project"},
                                    {"credential", service.credential}});
  }
  for (const auto& endpoint : catalog.endpoints("", "")) {
    const auto service = endpoint.service - catalog.services().data();
    const auto region = endpoint.region ? endpoint.region - catalog.regions().data() : -1;
    endpoints.push_back(json::array{service, region, endpoint.host});
  }
  return json::object{{"regions", std::move(regions)},
                      {"services", std::move(services)},
                      {"endpoints", std::move(endpoints)}};
}

}  // namespace jianmen::app::console
