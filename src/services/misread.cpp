#include "services/misread.hpp"

#include <string>

namespace jianmen::services {

namespace {

using catalog::SchemaFault;

Fault in_words_of(std::string_view family, const SchemaFault& wrong, Part part) {
  Fault fault;
  fault.kind = part == Part::Query ? FaultKind::Parameter : FaultKind::Malformed;
  if (wrong.key.empty()) return fault;
  const bool missing = part == Part::Body && wrong.kind == SchemaFault::Kind::Missing;
  if (family == "keystone") {
    if (missing) fault.message = "'" + wrong.key + "' is a required property";
    if (part == Part::Query) fault.message = "Request parameter '" + wrong.key + "' is invalid.";
  } else if (family == "iam") {
    if (missing) {
      fault.code = "IAM.0072";
      fault.message = "'" + wrong.key + "' is a required property.";
    } else if (part == Part::Query) {
      fault.code = "IAM.0007";
      fault.message = "Request parameter " + wrong.key + " is invalid.";
    }
  }
  return fault;
}

}  // namespace

Fault misread(const ServiceDefinition& service, const SchemaFault& wrong, Part part,
              std::string_view family) {
  Fault fault = service.misread ? service.misread(wrong) : in_words_of(family, wrong, part);
  const bool query = part == Part::Query;
  identity::Refusal refusal{
      query ? identity::Cause::RequestParameter : identity::Cause::RequestMalformed, {}};
  refusal.with(query ? "parameter" : "member", wrong.where).with("expected", wrong.expected);
  fault.refusal = std::move(refusal);
  return fault;
}

SchemaFault names_no_operation(std::span<const catalog::Operation* const> candidates) {
  SchemaFault wrong;
  wrong.kind = SchemaFault::Kind::NotAllowed;
  for (const auto* operation : candidates) {
    const auto& dispatch = operation->dispatch;
    const bool by_field = dispatch.kind == catalog::Dispatch::Kind::Field;
    if (by_field) wrong.where = wrong.key = dispatch.key;
    wrong.expected += wrong.expected.empty() ? "one of " : ", ";
    wrong.expected += by_field ? dispatch.value : dispatch.key;
  }
  return wrong;
}

}  // namespace jianmen::services
