#pragma once
// What does not fit a row's schema, as a fault in the words of the row's family. A service whose
// codes tell more has its own way (ServiceDefinition::misread). Thread safety: pure.

#include <span>
#include <string_view>

#include "catalog/catalog.hpp"
#include "catalog/schema.hpp"
#include "services/definition.hpp"

namespace jianmen::services {

enum class Part { Query, Body };

Fault misread(const ServiceDefinition& service, const catalog::SchemaFault& wrong, Part part,
              std::string_view family);

// The body names none of the operations that share its method and path.
catalog::SchemaFault names_no_operation(std::span<const catalog::Operation* const> candidates);

}  // namespace jianmen::services
