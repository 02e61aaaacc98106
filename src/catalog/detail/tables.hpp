#pragma once
// What Catalog::create() makes of data/*.json. Everything points into it; it never moves and never
// changes.

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/detail/router.hpp"

namespace jianmen::catalog::detail {

// A row's path in pieces, for "did you mean".
struct Template {
  const Operation* operation = nullptr;
  std::vector<std::string_view> segments;
};

// The operations of one service.
struct ServiceTable {
  const ServiceEntry* service = nullptr;
  const base::json::object* schemas = nullptr;
  Router router;
  std::vector<Template> templates;
};

struct LazyDocument {
  std::once_flag once;
  base::json::array rows;
};

struct Tables {
  std::deque<base::json::value> documents;  // parsed data/*.json: rows and shapes point into them
  std::vector<Region> regions;
  std::vector<ServiceEntry> services;
  std::unordered_map<std::string_view, const Region*> region_of;
  std::unordered_map<std::string_view, const ServiceEntry*> service_of;

  std::vector<std::string> domains;  // "myhuaweicloud.com"
  std::vector<Endpoint> endpoints;   // in the order of the services
  std::unordered_multimap<std::string_view, const Endpoint*> endpoint_of;  // by host

  std::deque<Shape> shapes;
  std::vector<Operation> operations;
  std::unordered_map<std::string, const Operation*> operation_of;  // by id, also by Operation::also
  std::deque<ServiceTable> tables;  // IAM first, then STS: plain addresses
  // What a service's hosts answer: its own operations, then those of the services that it serves
  // too.
  std::unordered_map<const ServiceEntry*, std::vector<const ServiceTable*>> tables_of;
  std::vector<std::pair<const ServiceEntry*, std::string>> also_serves;

  std::vector<identity::Role> system_roles;
  mutable LazyDocument errors, causes;
};

// Each fills its part from the embedded files; an error names the file and the row.
base::Result<> load_endpoints(Tables& tables);
base::Result<> load_operations(Tables& tables);
base::Result<> load_system_roles(Tables& tables);
// Parses an embedded file into tables.documents.
base::Result<const base::json::value*> load_document(Tables& tables, std::string_view name);

// Why `path` does not fit, with what may have been meant. `tried`: the tables that the host stands
// for.
NoRoute explain_path(const Tables& tables, const std::vector<const ServiceTable*>& tried,
                     std::string_view method, std::string_view raw_path);
// Why the catalogue lacks `host` (lower case, no port), a name inside the cloud's domains.
NoRoute explain_host(const Tables& tables, std::string_view host);

}  // namespace jianmen::catalog::detail
