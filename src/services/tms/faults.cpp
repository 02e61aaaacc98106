#include "services/tms/faults.hpp"

namespace jianmen::services::tms {

namespace {

struct Row {
  std::string_view code;
  FaultKind kind;
  int status;
  std::string_view message;
};

constexpr Row kRows[] = {
    {"TMS.0002", FaultKind::Malformed, 400, "Bad request."},
    {"TMS.0004", FaultKind::Denied, 403, "Permission error."},
    {"TMS.0005", FaultKind::NotFound, 404, "Requested resources not found."},
    {"TMS.0007", FaultKind::Parameter, 400, "Limit is invalid."},
    {"TMS.0008", FaultKind::Parameter, 400, "Marker is invalid."},
    {"TMS.0009", FaultKind::Parameter, 400, "Key is invalid."},
    {"TMS.0010", FaultKind::Parameter, 400, "Value is invalid."},
    {"TMS.0011", FaultKind::Parameter, 400, "Action is invalid."},
    {"TMS.0012", FaultKind::Parameter, 400, "Tags is empty."},
    {"TMS.0013", FaultKind::Parameter, 400, "Empty element in tags."},
    {"TMS.0016", FaultKind::Parameter, 400, "Values is too much."},
    {"TMS.0017", FaultKind::Parameter, 400, "Offset is invalid."},
    {"TMS.1001", FaultKind::Quota, 400, "The number of predefine tag exceeds the upper limit."},
    {"TMS.1002", FaultKind::Parameter, 400, "Old_tag cannot be found."},
    {"TMS.1003", FaultKind::Conflict, 400, "New_tag already exists."},
    {"TMS.1004", FaultKind::Parameter, 400, "Old_tag is empty."},
    {"TMS.1005", FaultKind::Parameter, 400, "Invalid key in old_tag."},
    {"TMS.1006", FaultKind::Parameter, 400, "Invalid value in old_tag."},
    {"TMS.1007", FaultKind::Parameter, 400, "New_tag is empty."},
    {"TMS.1008", FaultKind::Parameter, 400, "Invalid key in new_tag."},
    {"TMS.1009", FaultKind::Parameter, 400, "Invalid value in new_tag."},
    {"TMS.1010", FaultKind::Parameter, 400, "Order_field is invalid."},
    {"TMS.1011", FaultKind::Parameter, 400, "Order_method is invalid."},
    {"TMS.2011", FaultKind::Parameter, 400, "Project_id is invalid."},
    {"TMS.5027", FaultKind::Parameter, 400, "Invalid resource type."},
};

// By where the fault is, without the numbers in brackets.
struct Misread {
  std::string_view where, code;
};
constexpr Misread kMisread[] = {
    {"limit", "TMS.0007"},         {"marker", "TMS.0008"},         {"key", "TMS.0009"},
    {"tags[].key", "TMS.0009"},    {"tags[].value", "TMS.0010"},   {"action", "TMS.0011"},
    {"tags", "TMS.0012"},          {"tags[]", "TMS.0013"},         {"offset", "TMS.0017"},
    {"old_tag", "TMS.1004"},       {"old_tag.key", "TMS.1005"},    {"old_tag.value", "TMS.1006"},
    {"new_tag", "TMS.1007"},       {"new_tag.key", "TMS.1008"},    {"new_tag.value", "TMS.1009"},
    {"order_field", "TMS.1010"},   {"order_method", "TMS.1011"},   {"project_id", "TMS.2011"},
    {"resource_type", "TMS.5027"}, {"resource_types", "TMS.5027"}, {"resource_types[]", "TMS.5027"},
};

std::string without_numbers(std::string_view where) {
  std::string plain;
  for (const char c : where) {
    const bool inside = !plain.empty() && plain.back() == '[';
    if (!inside || c == ']') plain += c;
  }
  return plain;
}

}  // namespace

std::unexpected<Fault> misread(const catalog::SchemaFault& wrong) {
  const std::string where = without_numbers(wrong.where);
  for (const Misread& row : kMisread) {
    if (row.where == where) return tms_fault(row.code);
  }
  return tms_fault("TMS.0002");
}

std::unexpected<Fault> tms_fault(std::string_view code) {
  for (const Row& row : kRows) {
    if (row.code == code)
      return fault(row.kind, std::string(code), std::string(row.message), row.status);
  }
  return fault(FaultKind::Internal);
}

std::string_view message_of(std::string_view code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row.message;
  }
  return {};
}

std::string missing_permission(std::string_view action) {
  return "You do not have the required permission to perform this operation. The required "
         "permission is: *" +
         std::string(action) + "*.";
}

}  // namespace jianmen::services::tms
