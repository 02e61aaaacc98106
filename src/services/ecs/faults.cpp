#include "services/ecs/faults.hpp"

namespace jianmen::services::ecs {

namespace {

struct Row {
  std::string_view code;
  FaultKind kind;
  int status;
  std::string_view message;
};

constexpr Row kRows[] = {
    {"Common.0002", FaultKind::Malformed, 400, "The request body cannot be left blank."},
    {"Common.0011", FaultKind::Parameter, 400, "Failed to query system tasks."},
    {"Ecs.0001", FaultKind::Quota, 400,
     "Insufficient ECS quota. Contact customer service to increase quota."},
    {"Ecs.0005", FaultKind::Parameter, 400, "request body is illegal."},
    {"Ecs.0009", FaultKind::Parameter, 400, "Another flavor must be used for resizing."},
    {"Ecs.0010", FaultKind::Conflict, 400,
     "The private IP address is already being used. Select another IP address."},
    {"Ecs.0011", FaultKind::Parameter, 400,
     "Ensure the password meets the password complexity requirements."},
    {"Ecs.0012", FaultKind::Quota, 400,
     "The subnet does not contain enough IP addresses. Release some IP addresses or select a "
     "different subnet."},
    {"Ecs.0014", FaultKind::Parameter, 400,
     "Incorrect VPC, subnet, or security group parameter values."},
    {"Ecs.0018", FaultKind::Quota, 400,
     "The selected flavor has been sold out. Try another flavor."},
    {"Ecs.0019", FaultKind::Parameter, 400,
     "The selected flavor has been canceled. Try another flavor."},
    {"Ecs.0022", FaultKind::Quota, 400,
     "Insufficient ECS group quota. Contact customer service to increase quota."},
    {"Ecs.0029", FaultKind::Parameter, 400, "The flavor does not exist."},
    {"Ecs.0031", FaultKind::Parameter, 400, "The image does not exist."},
    {"Ecs.0038", FaultKind::Parameter, 400, "The subnet does not exist."},
    {"Ecs.0041", FaultKind::Parameter, 400, "Invalid description field."},
    {"Ecs.0042", FaultKind::Parameter, 400,
     "The number of attached data disks exceeds the maximum allowed limit."},
    {"Ecs.0043", FaultKind::Parameter, 400, "The disk type does not exist."},
    {"Ecs.0050", FaultKind::Parameter, 400,
     "The number of NICs attached to the ECS exceeds the quota."},
    {"Ecs.0064", FaultKind::Parameter, 400,
     "The VPC ID in the request is inconsistent with that in the main subnet ID."},
    {"Ecs.0100", FaultKind::State, 400,
     "The ECS status does not meet requirements. Make the ECS in the required status and try "
     "again."},
    {"Ecs.0114", FaultKind::NotFound, 404, "The ECS does not exist."},
    {"Ecs.0118", FaultKind::Parameter, 400,
     "The number of ECSs exceeds the maximum allowed limit."},
    {"Ecs.0122", FaultKind::Conflict, 400,
     "The X-Client-Token was used before with different parameters."},
    {"Ecs.0123", FaultKind::Parameter, 400,
     "The X-Client-Token is not a UUID of lower-case hexadecimal digits."},
    {"Ecs.0124", FaultKind::Parameter, 400, "The X-Client-Token is older than 8 hours."},
    {"Ecs.0513", FaultKind::State, 400,
     "server %s is the cycle order and not be deleted by ordinary user"},
    {"Ecs.0605", FaultKind::State, 400, "ECS locked."},
    {"Ecs.0804", FaultKind::Parameter, 400,
     "The ECS flavor cannot be switched to the target flavor. Change the target flavor."},
    {"Ecs.0905", FaultKind::Quota, 400, "The number of tags exceeds the maximum allowed limit."},
    {"Ecs.0906", FaultKind::Parameter, 400,
     "Failed to comply with tag character set specifications."},
    {"Ecs.0907", FaultKind::Parameter, 400, "Invalid tag character set."},
    {"Ecs.0908", FaultKind::Parameter, 400, "The tag key cannot be duplicate."},
    {"Ecs.0913", FaultKind::Parameter, 400,
     "The number of ECSs to be created exceeds the maximum allowed limit"},
    {"Ecs.0914", FaultKind::Parameter, 400,
     "The length of the ECS name exceeds the maximum allowed limit."},
    {"Ecs.0915", FaultKind::Parameter, 400,
     "The ECS name contains characters that are not allowed."},
};

const Row* find_row(std::string_view code) {
  for (const Row& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace

std::unexpected<Fault> ecs_fault(std::string_view code, std::string message) {
  const Row* row = find_row(code);
  if (!row) return fault(FaultKind::Internal, std::string(code), std::move(message));
  if (message.empty()) message = row->message;
  return fault(row->kind, std::string(code), std::move(message), row->status);
}

std::unexpected<Fault> invalid(std::string message, std::string_view detail) {
  std::unexpected<Fault> result = ecs_fault("Ecs.0005", std::move(message));
  if (!detail.empty()) {
    result.error().details.emplace_back(std::string(detail), std::string(message_of(detail)));
  }
  return result;
}

std::unexpected<Fault> no_such_server(std::string_view id) {
  return ecs_fault("Ecs.0114", "Instance[" + std::string(id) + "] could not be found.");
}

std::unexpected<Fault> no_such_server_nova(std::string_view id) {
  return fault(FaultKind::NotFound, {}, "Instance " + std::string(id) + " could not be found.");
}

std::string_view message_of(std::string_view code) {
  const Row* row = find_row(code);
  return row ? row->message : std::string_view();
}

}  // namespace jianmen::services::ecs
