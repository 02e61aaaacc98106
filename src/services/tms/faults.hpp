#pragma once
// The codes of this service that its functions give, with the documented sentences.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "catalog/schema.hpp"
#include "services/call.hpp"

namespace jianmen::services::tms {

std::unexpected<Fault> tms_fault(std::string_view code);
std::string_view message_of(std::string_view code);

// What does not fit a row's schema, in this service's codes: it has one for each member.
std::unexpected<Fault> misread(const catalog::SchemaFault& wrong);

// TMS.2030 with the action that the caller lacks.
std::string missing_permission(std::string_view action);

}  // namespace jianmen::services::tms
