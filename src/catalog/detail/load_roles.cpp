#include "base/encoding.hpp"
#include "catalog/detail/tables.hpp"

namespace jianmen::catalog::detail {

namespace {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;

std::optional<identity::RoleType> find_type(std::string_view text) {
  if (text == "AX") return identity::RoleType::Domain;
  if (text == "XA") return identity::RoleType::Project;
  if (text == "AA") return identity::RoleType::Both;
  if (text == "XX") return identity::RoleType::None;
  return std::nullopt;
}

Result<identity::Role> read_role(const base::json::value& row) {
  identity::Role role;
  role.id = identity::RoleId(base::string_or(row, "id", ""));
  role.name = base::string_or(row, "name", "");
  role.display_name = base::string_or(row, "display_name", "");
  role.catalog = base::string_or(row, "catalog", "");
  role.flag = base::string_or(row, "flag", "");
  role.description = base::string_or(row, "description", "");
  role.description_cn = base::string_or(row, "description_cn", "");
  const auto type = find_type(base::string_or(row, "type", ""));
  const base::json::value* policy = base::find(row, "policy");
  const bool complete = !role.name.empty() && !role.display_name.empty() && !role.catalog.empty();
  if (role.id.value.size() != 32 || !base::is_lower_hex(role.id.value) || !complete || !type ||
      policy == nullptr) {
    return fail(Code::Internal, "data/system-roles.json: '" + role.display_name +
                                    "' lacks a part or has a bad one");
  }
  role.type = *type;
  role.policy = base::to_text(*policy);
  return role;
}

}  // namespace

Result<> load_system_roles(Tables& tables) {
  auto document = load_document(tables, "system-roles.json");
  if (!document) return error_of(document);
  const auto* rows = (*document)->if_array();
  if (rows == nullptr) return fail(Code::Internal, "data/system-roles.json: no list");
  tables.system_roles.reserve(rows->size());
  for (const auto& row : *rows) {
    auto role = read_role(row);
    if (!role) return error_of(role);
    tables.system_roles.push_back(std::move(*role));
  }
  return {};
}

}  // namespace jianmen::catalog::detail
