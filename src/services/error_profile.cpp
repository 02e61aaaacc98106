#include "services/error_profile.hpp"

#include <algorithm>
#include <array>

namespace jianmen::services {

namespace {

namespace json = base::json;

struct Row {
  FaultKind kind;
  int status;
  std::string_view code;
  std::string_view message;
};

using Table = std::array<Row, 12>;

constexpr std::string_view kScopeMismatch = "tenantId in token is not the same with in URL.";

constexpr Table kEcs{{
    {FaultKind::Malformed, 400, "Ecs.0005", "request body is illegal."},
    {FaultKind::Parameter, 400, "Ecs.0005", "request body is illegal."},
    {FaultKind::NotFound, 404, "Ecs.0114", "Instance could not be found."},
    {FaultKind::Conflict, 409, "Ecs.0100", "The resource was changed meanwhile. Try again."},
    {FaultKind::State, 400, "Ecs.0100", "The instance status does not meet requirements."},
    {FaultKind::Quota, 403, "Ecs.0001", "The number of resources exceeds the quota."},
    {FaultKind::Denied, 403, "Ecs.0110",
     "do not have the required roles, forbidden to perform this action."},
    {FaultKind::Scope, 400, "Common.0018", kScopeMismatch},
    {FaultKind::Unauthenticated, 401, "Common.0013", "Invalid token."},
    {FaultKind::TooLarge, 413, "Ecs.0005", "The request body is too large."},
    {FaultKind::Unavailable, 503, "Common.1503", "The service cannot answer now. Try again later."},
    {FaultKind::Internal, 500, "Common.0001",
     "A system exception occurred. Try again later or contact customer service."},
}};

// `code` holds the name of the fault, the envelope's one key; Common.0018 keeps the native form.
constexpr Table kNova{{
    {FaultKind::Malformed, 400, "badRequest", "Malformed request body"},
    {FaultKind::Parameter, 400, "badRequest", "Invalid input received."},
    {FaultKind::NotFound, 404, "itemNotFound", "The resource could not be found."},
    {FaultKind::Conflict, 409, "conflictingRequest", "The resource was changed meanwhile."},
    {FaultKind::State, 409, "conflictingRequest", "Cannot do that while it is in this state."},
    {FaultKind::Quota, 403, "forbidden", "Quota exceeded."},
    {FaultKind::Denied, 403, "forbidden", "Policy doesn't allow %action to be performed."},
    {FaultKind::Scope, 400, "Common.0018", kScopeMismatch},
    {FaultKind::Unauthenticated, 401, "unauthorized", "Invalid token."},
    {FaultKind::TooLarge, 413, "overLimit", "The request body is too large."},
    {FaultKind::Unavailable, 503, "serviceUnavailable",
     "The service cannot answer now. Try again later."},
    {FaultKind::Internal, 500, "computeFault", "Unexpected API error."},
}};

constexpr Table kTms{{
    {FaultKind::Malformed, 400, "TMS.0002", "Bad request."},
    {FaultKind::Parameter, 400, "TMS.0002", "Bad request."},
    {FaultKind::NotFound, 404, "TMS.0005", "Requested resources not found."},
    {FaultKind::Conflict, 409, "TMS.0014", "Conflict"},
    {FaultKind::State, 409, "TMS.0014", "Conflict"},
    {FaultKind::Quota, 400, "TMS.1001", "The number of predefine tag exceeds the upper limit."},
    {FaultKind::Denied, 403, "TMS.0004", "Permission error."},
    {FaultKind::Scope, 403, "TMS.0004", "Permission error."},
    {FaultKind::Unauthenticated, 401, "TMS.0003", "Unauthorized user."},
    {FaultKind::TooLarge, 400, "TMS.0002", "Bad request."},
    {FaultKind::Unavailable, 503, "TMS.0001", "System error."},
    {FaultKind::Internal, 500, "TMS.0001", "System error."},
}};

constexpr Table kKeystone{{
    {FaultKind::Malformed, 400, "", "The request body is invalid"},
    {FaultKind::Parameter, 400, "", "The request body is invalid"},
    {FaultKind::NotFound, 404, "", "The resource could not be found."},
    {FaultKind::Conflict, 409, "", "Conflict occurred when attempting to store the resource."},
    {FaultKind::State, 409, "", "Conflict occurred when attempting to store the resource."},
    {FaultKind::Quota, 403, "", "The quota of this account is used up."},
    {FaultKind::Denied, 403, "", "Policy doesn't allow %action to be performed."},
    {FaultKind::Scope, 403, "", "You have no right to do this action"},
    {FaultKind::Unauthenticated, 401, "", "The request you have made requires authentication."},
    {FaultKind::TooLarge, 413, "", "The request body is too large."},
    {FaultKind::Unavailable, 503, "", "The service cannot answer now. Try again later."},
    {FaultKind::Internal, 500, "",
     "An unexpected error prevented the server from fulfilling your request."},
}};

constexpr Table kIam{{
    {FaultKind::Malformed, 400, "IAM.0011", "Request body is invalid."},
    {FaultKind::Parameter, 400, "IAM.0073", "Invalid input."},
    {FaultKind::NotFound, 404, "IAM.0004", "Could not find the resource."},
    {FaultKind::Conflict, 409, "IAM.0005",
     "Conflict occurred when attempting to store the resource."},
    {FaultKind::State, 409, "IAM.0005", "Conflict occurred when attempting to store the resource."},
    {FaultKind::Quota, 403, "IAM.0010", "The quota of this account is used up."},
    {FaultKind::Denied, 403, "IAM.0003", "Policy doesn't allow %action to be performed."},
    {FaultKind::Scope, 403, "IAM.0002", "You are not authorized to perform the requested action."},
    {FaultKind::Unauthenticated, 401, "IAM.0001",
     "The request you have made requires authentication."},
    {FaultKind::TooLarge, 400, "IAM.1101",
     "The request body size is larger than 32KB or is empty."},
    {FaultKind::Unavailable, 503, "IAM.0006", "The service cannot answer now. Try again later."},
    {FaultKind::Internal, 500, "IAM.0006",
     "An unexpected error prevented the server from fulfilling your request."},
}};

constexpr Table kSts{{
    {FaultKind::Malformed, 400, "STS5.0001", "Request body is invalid."},
    {FaultKind::Parameter, 400, "STS5.0001", "Request parameter is invalid."},
    {FaultKind::NotFound, 404, "STS5.0004", "The resource could not be found."},
    {FaultKind::Conflict, 409, "STS5.0005", "The resource was changed meanwhile."},
    {FaultKind::State, 409, "STS5.0005", "The resource was changed meanwhile."},
    {FaultKind::Quota, 403, "PAP5.0003", "limit exceeded"},
    {FaultKind::Denied, 403, "PAP5.0001",
     "access denied: no identity-based policy allows the %action action."},
    {FaultKind::Scope, 403, "PAP5.0001", "access denied."},
    {FaultKind::Unauthenticated, 401, "STS5.0002",
     "The request you have made requires authentication."},
    {FaultKind::TooLarge, 400, "STS5.0001", "The request body is too large."},
    {FaultKind::Unavailable, 503, "STS5.0006", "The service cannot answer now. Try again later."},
    {FaultKind::Internal, 500, "STS5.0006", "An unexpected error occurred."},
}};

struct Family {
  std::string_view name;
  const Table& table;
  json::object (*envelope)(const Fault&, std::string_view request_id);
};

std::string_view title_of(int status) { return http::reason_phrase(status); }

json::object ecs_envelope(const Fault& fault, std::string_view) {
  json::object error{{"message", fault.message}, {"code", fault.code}};
  if (!fault.details.empty()) {
    json::array details;
    for (const auto& [code, message] : fault.details) {
      json::object detail{{"code", code}};
      if (!message.empty()) detail["message"] = message;
      details.emplace_back(std::move(detail));
    }
    error["details"] = std::move(details);
  }
  return {{"error", std::move(error)}};
}

json::object nova_envelope(const Fault& fault, std::string_view request_id) {
  // A dot in the code: one of the native codes that the OpenStack paths share.
  if (fault.code.find('.') != std::string::npos) return ecs_envelope(fault, request_id);
  return {{fault.code, json::object{{"message", fault.message}, {"code", fault.status}}}};
}

json::object tms_envelope(const Fault& fault, std::string_view) {
  return {{"error", json::object{{"error_code", fault.code}, {"error_msg", fault.message}}}};
}

json::object keystone_envelope(const Fault& fault, std::string_view) {
  return {{"error", json::object{{"code", fault.status},
                                 {"message", fault.message},
                                 {"title", title_of(fault.status)}}}};
}

// The rules of users have bare numbers, which go alone.
bool is_bare_number(std::string_view code) {
  return code.size() == 4 && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
}

json::object iam_envelope(const Fault& fault, std::string_view) {
  if (is_bare_number(fault.code)) return {{"errorcode", json::array{json::value(fault.code)}}};
  return {{"error_msg", fault.message}, {"error_code", fault.code}};
}

json::object sts_envelope(const Fault& fault, std::string_view request_id) {
  return {{"error_code", fault.code}, {"error_msg", fault.message}, {"request_id", request_id}};
}

constexpr std::array<Family, 6> kFamilies{{
    {"ecs", kEcs, ecs_envelope},
    {"nova", kNova, nova_envelope},
    {"tms", kTms, tms_envelope},
    {"keystone", kKeystone, keystone_envelope},
    {"iam", kIam, iam_envelope},
    {"sts", kSts, sts_envelope},
}};

const Family& family_of(std::string_view name) {
  for (const auto& family : kFamilies) {
    if (family.name == name) return family;
  }
  return kFamilies[4];
}

std::string with_action(std::string_view text, const catalog::Operation& operation) {
  std::string out(text);
  const auto at = out.find("%action");
  if (at != std::string::npos)
    out.replace(at, 7, operation.action.empty() ? operation.id : operation.action);
  return out;
}

}  // namespace

RenderedFault render(const Fault& fault, std::string_view family_name,
                     const catalog::Operation& operation, std::string_view request_id) {
  const Family& family = family_of(family_name);
  Fault full = fault;
  for (const auto& row : family.table) {
    if (row.kind != fault.kind) continue;
    if (full.status == 0) full.status = row.status;
    if (full.code.empty()) full.code = row.code;
    if (full.message.empty()) full.message = with_action(row.message, operation);
  }
  RenderedFault rendered;
  rendered.response = http::Response(full.status, base::to_text(family.envelope(full, request_id)),
                                     "application/json");
  rendered.code = full.code.empty() ? std::to_string(full.status) : full.code;
  rendered.message = full.message;
  return rendered;
}

identity::Cause cause_of(FaultKind kind) {
  using identity::Cause;
  switch (kind) {
    case FaultKind::Malformed:
      return Cause::RequestMalformed;
    case FaultKind::Parameter:
      return Cause::RequestParameter;
    case FaultKind::NotFound:
      return Cause::ResourceNotFound;
    case FaultKind::Conflict:
      return Cause::ResourceConflict;
    case FaultKind::State:
      return Cause::ResourceState;
    case FaultKind::Quota:
      return Cause::LimitQuota;
    case FaultKind::Denied:
      return Cause::PermissionNotGranted;
    case FaultKind::Scope:
      return Cause::ScopeOtherProject;
    case FaultKind::Unauthenticated:
      return Cause::TokenMissing;
    case FaultKind::TooLarge:
      return Cause::LimitBody;
    case FaultKind::Unavailable:
      return Cause::BackendUnavailable;
    case FaultKind::Internal:
      return Cause::BackendInternal;
  }
  return Cause::Unknown;
}

void add_family_headers(http::Response& response, std::string_view family,
                        std::string_view request_id) {
  if (family == "keystone" || family == "iam" || family == "sts") {
    constexpr std::string_view kTrace = "token_global_null_";
    std::array<char, 128> trace;  // an id is 32 digits
    const auto id = request_id.substr(0, trace.size() - kTrace.size());
    id.copy(trace.data() + kTrace.copy(trace.data(), kTrace.size()), id.size());
    response.add("X-IAM-Trace-Id", {trace.data(), kTrace.size() + id.size()});
    response.add("X-Openstack-Request-Id", request_id);
    response.add_lines(
        "Cache-Control: no-cache, no-store, must-revalidate\r\n"
        "Pragma: no-cache\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: SAMEORIGIN\r\n");
    return;
  }
  if (family == "nova") response.add("X-Openstack-Request-Id", request_id);
  response.add_lines(
      "X-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: SAMEORIGIN\r\n");
}

}  // namespace jianmen::services
