#include "catalog/catalog.hpp"

#include <algorithm>

#include "catalog/detail/tables.hpp"
#include "catalog/embedded.hpp"

namespace jianmen::catalog {

namespace {

using base::error_of;
using base::Result;

// A file that only explanations need: parsed by whoever asks first.
const base::json::array& rows_of(detail::LazyDocument& document, std::string_view file,
                                 std::string_view key) {
  std::call_once(document.once, [&] {
    base::json::error_code error;
    base::json::value value = base::json::parse(embedded(file), error);
    if (error) return;
    if (!key.empty() && value.is_object()) {
      base::json::value inner = value.get_object()[key];
      value = std::move(inner);
    }
    if (value.is_array()) document.rows = std::move(value.get_array());
  });
  return document.rows;
}

}  // namespace

namespace detail {

Result<const base::json::value*> load_document(Tables& tables, std::string_view name) {
  const std::string_view text = embedded(name);
  if (text.empty())
    return base::fail(base::Code::Internal, "data/" + std::string(name) + " is missing");
  // One block instead of thousands of small ones: the documents live as long as the process.
  auto storage = base::json::make_shared_resource<base::json::monotonic_resource>(text.size() * 3);
  base::json::error_code error;
  base::json::value value = base::json::parse(text, error, storage);
  if (error) {
    return base::fail(base::Code::Internal,
                      "data/" + std::string(name) + " is not JSON: " + error.message());
  }
  return &tables.documents.emplace_back(std::move(value));
}

}  // namespace detail

Result<std::unique_ptr<const Catalog>> Catalog::create() {
  auto tables = std::make_unique<detail::Tables>();
  if (auto loaded = detail::load_endpoints(*tables); !loaded) return error_of(loaded);
  if (auto loaded = detail::load_operations(*tables); !loaded) return error_of(loaded);
  if (auto loaded = detail::load_system_roles(*tables); !loaded) return error_of(loaded);
  return std::unique_ptr<const Catalog>(new Catalog(std::move(tables)));
}

Catalog::Catalog(std::unique_ptr<detail::Tables> tables) : tables_(std::move(tables)) {}
Catalog::~Catalog() = default;

std::span<const Region> Catalog::regions() const { return tables_->regions; }
std::span<const ServiceEntry> Catalog::services() const { return tables_->services; }
std::span<const Operation> Catalog::operations() const { return tables_->operations; }

const Region* Catalog::find_region(std::string_view id) const {
  const auto found = tables_->region_of.find(id);
  return found == tables_->region_of.end() ? nullptr : found->second;
}

const ServiceEntry* Catalog::find_service(std::string_view name) const {
  const auto found = tables_->service_of.find(name);
  return found == tables_->service_of.end() ? nullptr : found->second;
}

const Operation* Catalog::find_operation(std::string_view id) const {
  const auto found = tables_->operation_of.find(std::string(id));
  return found == tables_->operation_of.end() ? nullptr : found->second;
}

std::vector<Endpoint> Catalog::endpoints(std::string_view service, std::string_view region) const {
  std::vector<Endpoint> found;
  std::ranges::copy_if(
      tables_->endpoints, std::back_inserter(found), [&](const Endpoint& endpoint) {
        const bool of_service = service.empty() || endpoint.service->name == service;
        return of_service &&
               (region.empty() || endpoint.region == nullptr || endpoint.region->id == region);
      });
  return found;
}

const std::vector<identity::Role>& Catalog::system_roles() const { return tables_->system_roles; }

const base::json::object* Catalog::find_schema(std::string_view service,
                                               std::string_view name) const {
  const auto table = std::ranges::find(
      tables_->tables, service, [](const auto& t) -> std::string_view { return t.service->name; });
  if (table == tables_->tables.end()) return nullptr;
  const base::json::value* schema = table->schemas->if_contains(name);
  return schema == nullptr ? nullptr : schema->if_object();
}

const base::json::array& Catalog::error_catalogue() const {
  return rows_of(tables_->errors, "errors.json", "");
}

const base::json::array& Catalog::causes() const {
  return rows_of(tables_->causes, "causes.json", "causes");
}

}  // namespace jianmen::catalog
