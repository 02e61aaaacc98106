#include <iostream>

#include "admin_client.hpp"
#include "catalog/catalog.hpp"
#include "service_kind.hpp"
#include "table.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;

struct EndpointOptions {
  std::string service, region;
};

// What a token for it is scoped to, and an SDK's credential class.
json::object row(const catalog::Endpoint& endpoint) {
  const auto& service = *endpoint.service;
  return {{"service", service.name},
          {"region", endpoint.region ? json::value(endpoint.region->id) : json::value(nullptr)},
          {"kind", kind_name(service.kind)},
          {"host", endpoint.host},
          {"scope", service.credential == "GlobalCredentials" ? "domain" : "project"},
          {"credential", service.credential}};
}

base::Result<json::array> find(const EndpointOptions& options) {
  auto catalog = catalog::Catalog::create();
  if (!catalog) return error_of(catalog);
  if (!options.service.empty() && !(*catalog)->find_service(options.service)) {
    return base::fail(base::Code::NotFound, "no service \"" + options.service + "\"");
  }
  if (!options.region.empty() && !(*catalog)->find_region(options.region)) {
    return base::fail(base::Code::NotFound, "no region \"" + options.region + "\"");
  }
  json::array rows;
  for (const auto& endpoint : (*catalog)->endpoints(options.service, options.region)) {
    rows.push_back(row(endpoint));
  }
  if (rows.empty()) {
    return base::fail(base::Code::NotFound,
                      "no endpoint of " + options.service + " in " + options.region);
  }
  return rows;
}

}  // namespace

void add_endpoints(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("endpoints", "Services, regions, hosts and scopes");
  auto options = std::make_shared<EndpointOptions>();
  command->add_option("SERVICE", options->service, "ecs, iam, tms, …");
  command->add_option("REGION", options->region, "cn-north-4, …");
  add_common_options(*command, common);
  command->footer("Example: jianmen endpoints ecs cn-north-4");
  command->callback([options, &common] {
    auto rows = find(*options);
    if (!rows) return report(rows.error(), common);
    if (common.json) {
      std::cout << base::to_pretty_text(*rows) << "\n";
    } else {
      std::cout << to_table(*rows, {"service", "region", "kind", "scope", "credential", "host"});
    }
  });
}

}  // namespace jianmen::app
